import { type ObserveQueryOptions, observeQuery } from '../instruments/wrappers/observe-query.js';
import { methodDecorator, type UniversalMethodDecorator } from './method-decorator.js';

/**
 * `observeQuery` for methods: `db_query_duration_seconds`.
 *
 * @throws {NOT_A_FUNCTION}
 * @example
 * class Tickets {
 *   @ObserveQuery('ticket_by_id')
 *   byId(id: number) { … }
 * }
 */
export function ObserveQuery(
  queryType: ObserveQueryOptions['queryType'],
  options: Omit<ObserveQueryOptions, 'queryType'> = {},
): UniversalMethodDecorator {
  return methodDecorator('@ObserveQuery', (method) => observeQuery(method, { ...options, queryType }));
}
