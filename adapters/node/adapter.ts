import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import { activeTraceContext, exchangeOf, interpose, keepContext, PromptheusError, show } from '../../src/adapter.js';
import { serveWhileListening } from '../shared/http/lifespan.js';
import { assertOptions } from '../shared/http/options.js';
import type { HttpFramework } from '../shared/http/recorder.js';
import { HttpServerMetrics } from '../shared/http/server-metrics.js';
import type { NodeMetricsOptions, NodeRequest } from './types.js';

/** On a server that is measured, whichever copy of the package does it. */
const INSTRUMENTED = Symbol.for('promptheus.node.server.v1');

/** The events by which a server hands a request and its response to the application. */
const HANDS_OVER: ReadonlySet<unknown> = new Set(['request', 'checkContinue', 'checkExpectation']);

const FRAMEWORK: HttpFramework<NodeRequest> = {
  name: 'instrumentServer',
  part: 'node',
  // A server knows no routes: the application names them, by `http.endpoint` or from inside.
  endpoint: () => 'unmatched',
  requestOf: ({ request }) => request,
  knowsNoRoutes: true,
};

/**
 * Measures every request of a server of node:http, node:https or node:http2 (its compatibility API), gives it a context with
 * correlation id and tenant, and answers `GET /metrics` before any listener runs; starts the instance when the server listens
 * and stops it when it has closed. Listeners may be there already or come later. Returns the same server; measured twice, it
 * counts once, and an adapter of a framework further in gives its requests their routes.
 *
 * @throws {NOT_A_SERVER}; {INVALID_OPTION} for an option that can't be; with `promptheus` given also {FAMILY_CONFLICT}
 * {INVALID_LABEL} {INVALID_BUCKETS}
 * @example
 * ```ts
 * const server = instrumentServer(createServer((request, response) => response.end('hello')));
 * server.listen(3000);
 * ```
 */
export function instrumentServer<S extends Server>(server: S, options: NodeMetricsOptions = {}): S {
  assertServer(server);
  assertOptions('instrumentServer', options);
  if (options.promptheus?.options.enabled === false || INSTRUMENTED in server) return server;
  const metrics = new HttpServerMetrics(FRAMEWORK, options);
  let readsTraces = false;
  const emit = server.emit as (this: S, event: unknown, ...args: unknown[]) => boolean;
  // What a listener gets, the others of the same event get as well, and only `emit` stands before all of them.
  interpose(server, 'emit', function measured(this: S, event: unknown, ...args: unknown[]): boolean {
    const [request, response] = args as [IncomingMessage, ServerResponse];
    if (!HANDS_OVER.has(event) || !metrics.takes(response)) return emit.call(this, event, ...args);
    if (metrics.isScrape(request.url)) {
      metrics.answer(request, response);
      return true;
    }
    // Tracing stands in the `emit` of all servers, so that its span begins further in; only a listener is inside of it. There is
    // one by now, or the first would make a server of HTTP/2 answer streams by requests.
    if (!readsTraces && activeTraceContext() !== undefined) {
      readsTraces = true;
      server.prependListener('request', readTrace);
    }
    return metrics.run(request, response, request, () => {
      keepContext(request);
      keepContext(response);
      return emit.call(this, event, request, response);
    });
  });
  Object.defineProperty(server, INSTRUMENTED, { value: true });
  serveWhileListening(server, metrics);
  return server;
}

function readTrace(_request: unknown, response: object): void {
  exchangeOf(response)?.readTrace();
}

function assertServer(server: Server): void {
  if (typeof server?.emit === 'function' && typeof server.listen === 'function') return;
  throw new PromptheusError(
    'NOT_A_SERVER',
    `instrumentServer needs a server of node:http, node:https or node:http2, got ${show(server)}. Give it what createServer() or listen() returned.`,
  );
}
