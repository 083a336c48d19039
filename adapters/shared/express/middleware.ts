import type { ServerResponse } from 'node:http';
import { assertOptions } from '../http/options.js';
import type { HttpFramework } from '../http/recorder.js';
import { HttpServerMetrics } from '../http/server-metrics.js';
import { endpointOf, watchRouting } from './route-pattern.js';
import type { ExpressMetricsOptions, ExpressMiddleware, ExpressRequest } from './types.js';

/**
 * The middleware for an application of Express, whoever made that. `name` is the function that its user called.
 *
 * @throws {INVALID_OPTION}; with `promptheus` given also {FAMILY_CONFLICT} {INVALID_LABEL} {INVALID_BUCKETS}
 */
export function expressMiddleware(name: string, options: ExpressMetricsOptions): ExpressMiddleware {
  assertOptions(name, options);
  if (options.promptheus?.options.enabled === false) return (_request, _response, next) => next();
  const framework: HttpFramework<ExpressRequest> = {
    name,
    part: 'express',
    endpoint: endpointOf,
    requestOf: ({ request }) => request,
  };
  const metrics = new HttpServerMetrics(framework, options);
  let watching = false;
  return function promptheusMetrics(request: ExpressRequest, response: ServerResponse, next: () => void): void {
    if (!metrics.takes(response)) return next();
    if (metrics.isScrape(request.url)) return metrics.answer(request, response);
    // What it cannot find is `unknown`, and counted by the endpoint; it is looked for again at the next request.
    if (!watching) watching = metrics.guarded('routing', watchRouting, request) === true;
    metrics.run(request, response, request, next);
  };
}
