import type { IncomingMessage } from 'node:http';
import { CORRELATION_ID_HEADER, exchangeOf, type HttpExchange } from '../../../src/adapter.js';
import { type Serving, serve } from '../http/lifespan.js';
import { assertOptions } from '../http/options.js';
import { HttpServerMetrics } from '../http/server-metrics.js';
import { finishAtEnd, isInjected } from './injected.js';
import { reenterState, runInState } from './request-state.js';
import type { FastifyApplication, FastifyMetricsOptions, FastifyReply, FastifyRequest } from './types.js';

/** The application is measured, by whichever copy of the package. */
const MEASURED = Symbol.for('promptheus.fastify.measured.v1');
type FastifyMetrics = HttpServerMetrics<FastifyRequest>;

/**
 * Measures the whole application that an instance of Fastify is part of, whoever made it. `name` is the function that
 * its user called. An application that is measured already stays as it is, and so does one whose instance is switched off:
 * `false`.
 *
 * @throws {INVALID_OPTION}; with `promptheus` given also {FAMILY_CONFLICT} {INVALID_LABEL} {INVALID_BUCKETS}
 */
export function measureFastify(name: string, instance: FastifyApplication, options: FastifyMetricsOptions): boolean {
  assertOptions(name, options);
  if (options.promptheus?.options.enabled === false) return false;
  const app: FastifyApplication & { [MEASURED]?: true } = rootOf(instance);
  if (app[MEASURED] === true) return false;
  const metrics = metricsOf(name, options);
  app[MEASURED] = true;
  // What Fastify answers before any hook (a URL that it cannot read, a server that closes) is seen here only.
  app.server.prependListener('request', (request, response) => {
    if (metrics.takes(response)) metrics.arrive(request, response).adapterState = metrics;
  });
  app.addHook('onRequest', (request, reply, done) => enter(metrics, request, reply, done));
  app.addHook('preValidation', (_request, reply, done) => reenterState(reply.raw, done));
  app.addHook('onError', keepError);
  addLifespan(app, metrics);
  return true;
}

/** Until one of our hooks has its request, an exchange bears the metrics that it arrived at. */
function hasArrived(exchange: HttpExchange, metrics: FastifyMetrics): boolean {
  return exchange.adapterState === metrics;
}

function metricsOf(name: string, options: FastifyMetricsOptions): FastifyMetrics {
  const requestOf = (exchange: HttpExchange) =>
    hasArrived(exchange, metrics) ? undefined : (exchange.adapterState as FastifyRequest);
  const endpoint = (exchange: HttpExchange) => requestOf(exchange)?.routeOptions.url ?? 'unmatched';
  const metrics: FastifyMetrics = new HttpServerMetrics({ name, part: 'fastify', endpoint, requestOf }, options);
  return metrics;
}

function enter(metrics: FastifyMetrics, request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { raw } = request;
  const response = reply.raw;
  const arrived = exchangeOf(response);
  if (arrived === undefined ? !metrics.takes(response) : !hasArrived(arrived, metrics)) return done();
  if (metrics.isScrape(raw.url)) {
    arrived?.leaveOut();
    reply.hijack();
    return metrics.answer(raw, response);
  }
  if (isInjected(response)) finishAtEnd(response);
  const state = metrics.open(raw, response, request, request);
  const exchange = exchangeOf(response);
  reply.header(CORRELATION_ID_HEADER, state.correlationId);
  if (exchange === undefined) response.setHeader(CORRELATION_ID_HEADER, state.correlationId);
  else exchange.correlationId = state.correlationId;
  // A WebSocket is not a request that is being answered for as long as it is open.
  if (exchange !== undefined && isUpgrade(raw)) exchange.leaveOut();
  runInState(raw, response, state, done);
}

function keepError(_request: FastifyRequest, reply: FastifyReply, error: unknown, done: () => void): void {
  exchangeOf(reply.raw)?.event?.fail(error);
  done();
}

/** Set by Node where a listener takes upgrades, as `@fastify/websocket` does. */
function isUpgrade(raw: IncomingMessage): boolean {
  return (raw as { upgrade?: boolean }).upgrade === true;
}

function addLifespan(app: FastifyApplication, metrics: FastifyMetrics): void {
  let serving: Serving | undefined;
  app.addHook('onReady', async () => {
    serving = serve(metrics.instance);
    await serving.started;
  });
  app.addHook('onClose', async () => serving?.release());
}

/** Plugins get an instance that inherits from the one that encloses them. */
function rootOf(instance: FastifyApplication): FastifyApplication {
  let root = instance;
  for (;;) {
    const outer = Object.getPrototypeOf(root) as FastifyApplication | null;
    if (typeof outer?.addHook !== 'function') return root;
    root = outer;
  }
}
