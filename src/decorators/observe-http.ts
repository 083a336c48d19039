import type { LabelOption } from '../instruments/wrappers/label-source.js';
import { type ObserveHttpOptions, observeHttp } from '../instruments/wrappers/observe-http.js';
import { methodDecorator, type UniversalMethodDecorator } from './method-decorator.js';

/**
 * `observeHttp` for methods (S3.15): names the endpoint of the request that an adapter measures, or records the call in
 * `http_request_duration_seconds` outside of one.
 *
 * @throws {NOT_A_FUNCTION}
 * @example
 * class Ingest {
 *   @ObserveHttp('ingest')
 *   async run(input: IngestRequest) { … }
 * }
 */
export function ObserveHttp(
  // biome-ignore lint/suspicious/noExplicitAny: a decorator does not know the arguments of its method.
  endpoint: LabelOption<any[]>,
  options: Omit<ObserveHttpOptions, 'endpoint'> = {},
): UniversalMethodDecorator {
  return methodDecorator('@ObserveHttp', (method) => observeHttp(method, { ...options, endpoint }));
}
