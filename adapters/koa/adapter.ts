import type { ServerResponse } from 'node:http';
import { exchangeOf } from '../../src/adapter.js';
import { assertOptions } from '../shared/http/options.js';
import type { HttpFramework } from '../shared/http/recorder.js';
import { HttpServerMetrics } from '../shared/http/server-metrics.js';
import { endpointOf } from './endpoint.js';
import type { RoutedContext } from './trail.js';
import type { KoaContext, KoaMetricsOptions, KoaMiddleware } from './types.js';
import { isWatched, watchApp } from './watch-app.js';

const KOA: HttpFramework<KoaContext> = {
  name: 'koaMetrics',
  part: 'koa',
  endpoint: endpointOf,
  requestOf: ({ adapterState }) => adapterState as KoaContext,
};

/**
 * Measures every request of a Koa application (3), gives it a context with correlation id and tenant, and answers
 * `GET /metrics`. Put it first: what stands before it is not seen. Used twice, it counts once. No callback given here
 * can break a request. Cost: `npm run bench`.
 *
 * @throws {INVALID_OPTION} for an option that can't be; with `promptheus` given also {FAMILY_CONFLICT} {INVALID_LABEL}
 * {INVALID_BUCKETS}
 * @example
 * ```ts
 * const app = new Koa();
 * app.use(koaMetrics());
 * ```
 */
export function koaMetrics(options: KoaMetricsOptions = {}): KoaMiddleware {
  assertOptions(KOA.name, options);
  if (options.promptheus?.options.enabled === false) return (_ctx, next) => next();
  const metrics = new HttpServerMetrics(KOA, options);
  return function promptheusMetrics(ctx: RoutedContext, next: () => Promise<unknown>): Promise<unknown> {
    const { req, res } = ctx;
    if (!metrics.takes(res)) return next();
    if (metrics.isScrape(req.url)) return answerScrape(metrics, ctx);
    if (!isWatched(ctx)) metrics.guarded('routing', watchApp as (ctx: KoaContext) => void, ctx);
    return keepError(res, metrics.run(req, res, ctx, next, ctx));
  };
}

/** What comes out of the middleware, Koa answers with a status, and keeps no longer. */
function keepError(response: ServerResponse, work: Promise<unknown>): Promise<unknown> {
  const event = exchangeOf(response)?.event;
  if (event !== undefined) work.catch((error: unknown) => event.fail(error));
  return work;
}

async function answerScrape(metrics: HttpServerMetrics<KoaContext>, ctx: KoaContext): Promise<void> {
  const { status, headers, body } = await metrics.scrape(ctx.req);
  const { response } = ctx;
  response.status = status;
  response.body = body;
  // After the body, which brings a type and a length of its own.
  response.set(headers);
}
