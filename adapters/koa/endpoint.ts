import type { HttpExchange } from '../../src/adapter.js';
import { mountOf } from './mounts.js';
import { type RoutedContext, trailOf } from './trail.js';

/** The endpoint of a request that is over. */
export function endpointOf(exchange: HttpExchange): string {
  if (exchange.route !== undefined) return exchange.route;
  const ctx = exchange.adapterState as RoutedContext;
  const trail = trailOf(ctx);
  if (trail === undefined) return 'unmatched';
  const { statusCode } = exchange.response;
  if (trail.passedBy !== undefined && isAnswered(ctx, statusCode)) return trail.passedBy;
  const mount = trail.answeredIn ?? mountOf(ctx)?.pattern;
  return mount === undefined || statusCode >= 400 ? 'unmatched' : `${mount}/*`;
}

/** Whether anybody gave an answer: a 404 that nobody gave is Koa's own. */
function isAnswered({ response }: RoutedContext, status: number): boolean {
  return status !== 404 || response._explicitStatus === true;
}
