import type { MemorySink } from './memory-sink.js';

/** Fields of a model call in a wide event, and the samples that tell the same. */
const SAMPLES = [
  ['prompt_tokens', 'llm_token_usage_total{token_type=prompt}'],
  ['completion_tokens', 'llm_token_usage_total{token_type=completion}'],
  ['cached_tokens', 'llm_cached_tokens_total'],
  ['cache_write_tokens', 'llm_cache_write_tokens_total'],
  ['reasoning_tokens', 'llm_reasoning_tokens_total'],
  ['estimated_prompt_tokens', 'llm_estimated_tokens_total{token_type=prompt}'],
  ['estimated_completion_tokens', 'llm_estimated_tokens_total{token_type=completion}'],
  ['attempts', 'llm_attempts_sum'],
] as const;

/** The model calls of all events, added up under the names of the metrics' samples. */
export function samplesOfEvents(sink: MemorySink): Record<string, number> {
  const sums: Record<string, number> = {};
  const add = (key: string, value: number | undefined) => {
    if (value) sums[key] = (sums[key] ?? 0) + value;
  };
  for (const call of sink.wide.flatMap((event) => event.llm_calls ?? [])) {
    add(`llm_requests_total{status=${call.outcome}}`, 1);
    for (const [field, sample] of SAMPLES) add(sample, call[field]);
    add('llm_time_to_first_token_seconds_count', call.time_to_first_token_ms === undefined ? 0 : 1);
    if (call.error_class !== undefined) add(`llm_errors_total{error_type=${call.error_class}}`, 1);
  }
  return sums;
}

/** Those of the metrics' samples that the events tell as well. */
export function samplesInEvents(samples: Record<string, number>): Record<string, number> {
  const names = [...SAMPLES.map(([, sample]) => sample), 'llm_time_to_first_token_seconds_count'] as readonly string[];
  const isTold = (key: string) => names.includes(key) || /^llm_(requests|errors)_total\{/.test(key);
  return Object.fromEntries(Object.entries(samples).filter(([key]) => isTold(key)));
}
