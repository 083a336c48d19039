import { runWithState } from '../../src/adapter.js';
import { assertOptions } from '../shared/http/options.js';
import type { HttpFramework } from '../shared/http/recorder.js';
import { HttpServerMetrics } from '../shared/http/server-metrics.js';
import { readBodyInState } from './body.js';
import { endpointOf } from './endpoint.js';
import { follow } from './follow.js';
import type { RoutedContext } from './matched.js';
import type { Answer, HonoContext, HonoMetricsOptions, HonoMiddleware, Next, NodeBindings } from './types.js';
import { runWebRequest } from './web-request.js';

const HONO: HttpFramework<HonoContext> = {
  name: 'honoMetrics',
  part: 'hono',
  endpoint: ({ adapterState, response }) =>
    endpointOf(adapterState as RoutedContext, response.headersSent ? response.statusCode : 0),
  requestOf: ({ adapterState }) => adapterState as HonoContext,
  error: ({ adapterState }) => (adapterState as HonoContext).error,
};

/**
 * Measures every request of a Hono application (4) on @hono/node-server, gives it a context with correlation id and tenant,
 * and answers `GET /metrics`. Put it first: what stands before it is not seen. Used twice, it counts once. Where there is
 * no Node response (`app.request()`, another runtime), it records the duration only. No callback given here can break a
 * request. Cost: `npm run bench`.
 *
 * @throws {INVALID_OPTION} for an option that can't be; with `promptheus` given also {FAMILY_CONFLICT} {INVALID_LABEL}
 * {INVALID_BUCKETS}
 * @example
 * ```ts
 * const app = new Hono();
 * app.use(honoMetrics());
 * ```
 */
export function honoMetrics(options: HonoMetricsOptions = {}): HonoMiddleware {
  assertOptions(HONO.name, options);
  if (options.promptheus?.options.enabled === false) return goOn;
  const metrics = new HttpServerMetrics(HONO, options);
  return async function promptheusMetrics(c: RoutedContext, next: Next): Promise<Answer> {
    const { incoming, outgoing } = (c.env ?? {}) as Partial<NodeBindings>;
    if (incoming === undefined) return runWebRequest(metrics, options, c, next);
    // Without a response, it is an upgrade to a websocket, which node-server asks the application for.
    if (typeof outgoing?.writeHead !== 'function' || !metrics.takes(outgoing)) return goOn(c, next);
    if (metrics.isScrape(incoming.url)) {
      const { status, headers, body } = await metrics.scrape(incoming);
      return c.body(body, status, headers);
    }
    const state = metrics.enter(incoming, outgoing, c, c);
    await runWithState(state, follow(c, next));
    readBodyInState(c, state);
  };
}

/** Gives nothing, while `next` gives the context, which Hono takes for the answer where a handler forgot to give one. */
async function goOn(_c: HonoContext, next: Next): Promise<void> {
  await next();
}
