import { type ObserveLlmOptions, observeLlm } from '../instruments/wrappers/observe-llm.js';
import { methodDecorator, type UniversalMethodDecorator } from './method-decorator.js';

/**
 * `observeLlm` for methods (S3.15): `llm_requests_total`, `llm_request_duration_seconds`, `llm_token_usage_total`.
 *
 * @throws {NOT_A_FUNCTION}
 * @example
 * class Answers {
 *   @ObserveLlm({ provider: 'openai', model: 'gpt-4o' })
 *   async answer(question: Question) { … }
 * }
 */
export function ObserveLlm(options: ObserveLlmOptions = {}): UniversalMethodDecorator {
  return methodDecorator('@ObserveLlm', (method) => observeLlm(method, options));
}
