import type { ServerResponse } from 'node:http';
import {
  type AdapterInstance,
  correlationIdFrom,
  defaultInstance,
  exchangeOf,
  givenFlag,
  givenText,
  type HttpRecorder,
  pathOfTarget,
  runRequest,
} from '../../src/adapter.js';
import { assertOptions } from './options.js';
import { lateRecorderOf, recorderOf } from './recorder.js';
import { watchRouting } from './route-pattern.js';
import type { ExpressMetricsOptions, ExpressMiddleware, ExpressRequest } from './types.js';

/** In lower case, as Node keeps names: any other is converted at each request, at several times the cost of setting it. */
const CORRELATION_ID = 'x-correlation-id';

/**
 * Measures every request of an Express application (4.22 and later, 5), gives it a context with correlation id and
 * tenant, and answers `GET /metrics`. Put it first: what stands before it is not seen. Mounted twice, it counts once.
 * No callback given here can break a request. Cost: `npm run bench`.
 *
 * @throws {INVALID_OPTION} for an option that can't be; with `promptheus` given also {FAMILY_CONFLICT} {INVALID_LABEL}
 * {INVALID_BUCKETS}
 * @example
 * ```ts
 * const app = express();
 * app.use(expressMetrics());
 * ```
 */
export function expressMetrics(options: ExpressMetricsOptions = {}): ExpressMiddleware {
  assertOptions(options);
  if (options.promptheus?.options.enabled === false) return (_request, _response, next) => next();
  const { path = '/metrics', skip, tenant } = options;
  const tenantOf = tenant && ((request: ExpressRequest) => givenText(tenant.from(request)) || undefined);
  const isSkipped = skip && ((request: ExpressRequest) => givenFlag(skip(request)));
  let bound: Bound | undefined = options.promptheus && {
    instance: options.promptheus,
    recorder: recorderOf(options.promptheus, options),
  };
  let watching = false;
  return function promptheusMetrics(request: ExpressRequest, response: ServerResponse, next: () => void): void {
    bound ??= bind(options);
    const { instance, recorder } = bound;
    if (!instance.options.enabled || exchangeOf(response) !== undefined) return next();
    if (path !== false && pathOfTarget(request.url) === path) return answerScrape(instance, request, response);
    if (!watching) watching = watchSafely(request, recorder);
    const correlationId = correlationIdFrom(request.headers[CORRELATION_ID]);
    response.setHeader(CORRELATION_ID, correlationId);
    const tenantValue = tenantOf && guarded(recorder, 'express_tenant', tenantOf, request);
    const skipped = isSkipped !== undefined && guarded(recorder, 'express_skip', isSkipped, request) === true;
    const exchange = skipped ? undefined : recorder.begin(request, response, tenantValue);
    runRequest(correlationId, tenantValue, exchange, next);
  };
}

interface Bound {
  readonly instance: AdapterInstance;
  readonly recorder: HttpRecorder;
}

function bind(options: ExpressMetricsOptions): Bound {
  const instance = defaultInstance();
  return { instance, recorder: lateRecorderOf(instance, options) };
}

function answerScrape(instance: AdapterInstance, request: ExpressRequest, response: ServerResponse): void {
  const { method, headers, socket } = request;
  void instance.scrape({ method, headers, remoteAddress: socket.remoteAddress }).then((answer) => {
    // Another may have answered meanwhile, one that looks after slow requests.
    if (!response.destroyed && !response.headersSent)
      response.writeHead(answer.status, answer.headers).end(answer.body);
  });
}

/** What it cannot find is `unknown`, and counted by the endpoint; it is looked for again at the next request. */
function watchSafely(request: ExpressRequest, recorder: HttpRecorder): boolean {
  return guarded(recorder, 'express_routing', watchRouting, request) === true;
}

function guarded<T>(
  recorder: HttpRecorder,
  part: string,
  read: (request: ExpressRequest) => T,
  request: ExpressRequest,
): T | undefined {
  try {
    return read(request);
  } catch {
    recorder.internalError(part);
    return undefined;
  }
}
