// The middlewares that are compared, as their documentation sets them up. `shown()` tells how many requests the
// contender's own exposition counts; a floor has none.
import { createRequire } from 'node:module';
import { BUCKETS } from '../clients.mjs';
import { sumOf } from '../exposition.mjs';

const require = createRequire(import.meta.url);
const PATTERN = { endpoint: ({ request }) => request.route.path };
const DURATION = 'http_request_duration_seconds_count';

export const BARE = 'bare';
export const EMPTY = 'empty middleware';
export const EMPTY_AGAIN = 'empty middleware, again';
export const DISABLED = 'promptheus, disabled';
export const METRICS_ONLY = 'promptheus, metrics only';
export const WITH_CONTEXT = 'promptheus, context and id';
export const SHIPPED = 'promptheus, expressMetrics';
export const BUNDLE = 'express-prom-bundle';
export const BY_HAND = 'prom-client by hand';
export const API_METRICS = 'prometheus-api-metrics';
export const SWAGGER_STATS = 'swagger-stats';

const CREATE = {
  [BARE]: async () => ({}),
  [EMPTY]: async () => ({ middleware: (_request, _response, next) => next() }),
  [EMPTY_AGAIN]: async () => ({ middleware: (_request, _response, next) => next() }),
  [DISABLED]: () => expressMetrics({ enabled: false }),
  [METRICS_ONLY]: metricsOnly,
  [WITH_CONTEXT]: withContext,
  [SHIPPED]: () => expressMetrics({}),
  [BUNDLE]: bundle,
  [BY_HAND]: byHand,
  [API_METRICS]: apiMetrics,
  [SWAGGER_STATS]: swaggerStats,
};

export function createMiddleware(name, { onExpress }) {
  return CREATE[name]({ onExpress });
}

async function instanceOf(options) {
  const { createPromptheus } = await import('../../dist/esm/src/index.js');
  const instance = createPromptheus({ registry: false, default: false, logger: false, ...options });
  return { instance, shown: async () => sumOf((await instance.scrape()).body, DURATION) };
}

/** The middleware as it ships. Outside Express there is no router to follow, so the pattern is given by the option for that. */
async function expressMetrics({ enabled = true, onExpress = false }) {
  const { expressMetrics: create } = await import('../../dist/esm/adapters/express/index.js');
  const { instance, shown } = await instanceOf({ enabled });
  const http = onExpress ? {} : { endpoint: (request) => request.route.path };
  return { middleware: create({ promptheus: instance, http }), shown: enabled ? shown : undefined };
}

/** The recorder alone, driven as an adapter drives it. */
async function metricsOnly() {
  const { instance, shown } = await instanceOf({});
  const recorder = instance.http.recorder({ reading: PATTERN });
  const middleware = (request, response, next) => {
    recorder.begin(request, response);
    next();
  };
  return { middleware, shown };
}

/** What the Express adapter does, for a server without Express. */
async function withContext() {
  const { correlationIdFrom, runRequest } = await import('../../dist/esm/src/adapter.js');
  const { instance, shown } = await instanceOf({});
  const recorder = instance.http.recorder({ reading: PATTERN });
  const middleware = (request, response, next) => {
    const correlationId = correlationIdFrom(request.headers['x-correlation-id']);
    response.setHeader('X-Correlation-ID', correlationId);
    runRequest(correlationId, undefined, recorder.begin(request, response), next);
  };
  return { middleware, shown };
}

async function bundle() {
  const { default: create } = await import('express-prom-bundle');
  const { Registry } = require('prom-client');
  const promRegistry = new Registry();
  const middleware = create({ includeMethod: true, includePath: true, buckets: BUCKETS, promRegistry });
  return { middleware, shown: async () => sumOf(await promRegistry.metrics(), DURATION) };
}

async function byHand() {
  const { Histogram, Registry } = require('prom-client');
  const registry = new Registry();
  const histogram = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of requests.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const middleware = (request, response, next) => {
    const end = histogram.startTimer();
    response.on('finish', () => {
      end({ method: request.method, route: request.route?.path ?? 'unmatched', status: response.statusCode });
    });
    next();
  };
  return { middleware, shown: async () => sumOf(await registry.metrics(), DURATION) };
}

async function apiMetrics() {
  // It reads its parent module, which an import has none of.
  const create = require('prometheus-api-metrics');
  const { register } = require('prom-client');
  return { middleware: create(), shown: async () => sumOf(await register.metrics(), DURATION) };
}

async function swaggerStats() {
  const itsOwn = createRequire(new URL('../swagger-stats/package.json', import.meta.url));
  const { register } = itsOwn('prom-client');
  const middleware = itsOwn('swagger-stats').getMiddleware({ name: 'bench', hostname: 'bench', ip: '127.0.0.1' });
  const metric = 'api_request_duration_milliseconds_count';
  return { middleware, shown: async () => sumOf(await register.metrics(), metric) };
}
