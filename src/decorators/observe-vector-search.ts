import { type ObserveVectorSearchOptions, observeVectorSearch } from '../instruments/wrappers/observe-vector-search.js';
import { methodDecorator, type UniversalMethodDecorator } from './method-decorator.js';

/**
 * `observeVectorSearch` for methods (S3.15): `vector_search_duration_seconds`, `vector_search_results_count`. Tenant and
 * collection come from the arguments of each call where the options do not say otherwise.
 *
 * @throws {NOT_A_FUNCTION}
 * @example
 * class Tickets {
 *   @ObserveVectorSearch()
 *   async similar(query: { companyId: string; collectionName: string; vector: number[] }) { … }
 * }
 */
export function ObserveVectorSearch(options: ObserveVectorSearchOptions = {}): UniversalMethodDecorator {
  return methodDecorator('@ObserveVectorSearch', (method) => observeVectorSearch(method, options));
}
