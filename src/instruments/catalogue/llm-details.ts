import { OTEL_MODEL_BUCKETS, OTEL_MODEL_DURATION, OTEL_MODEL_LABELS } from './llm.js';
import type { CatalogueRow } from './row.js';

const MODEL = { provider: 'provider', model: 'model' } as const;
const MODEL_AND_TENANT = { ...MODEL, tenant: 'tenant' } as const;
const OTEL_USAGE_LABELS = { ...OTEL_MODEL_LABELS, tenant: 'tenant' } as const;

/** Seconds a token, or between two pieces of a stream. */
const TOKEN_BUCKETS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5] as const;

/** What a model call is made of, beside its count, its time and its tokens. */
export const LLM_DETAIL_ROWS = [
  {
    name: 'llm_cached_tokens_total',
    help: 'Prompt tokens that the provider read from its cache: a part of the prompt tokens.',
    type: 'counter',
    labels: MODEL_AND_TENANT,
    otel: { name: 'gen_ai_client_inference_usage_cache_read_input_tokens_total', labels: OTEL_USAGE_LABELS },
  },
  {
    name: 'llm_cache_write_tokens_total',
    help: 'Prompt tokens that the provider wrote to its cache: a part of the prompt tokens.',
    type: 'counter',
    labels: MODEL_AND_TENANT,
    otel: { name: 'gen_ai_client_inference_usage_cache_write_input_tokens_total', labels: OTEL_USAGE_LABELS },
  },
  {
    name: 'llm_reasoning_tokens_total',
    help: 'Completion tokens that the model spent on reasoning: a part of the completion tokens.',
    type: 'counter',
    labels: MODEL_AND_TENANT,
    otel: { name: 'gen_ai_client_inference_usage_reasoning_output_tokens_total', labels: OTEL_USAGE_LABELS },
  },
  {
    name: 'llm_time_to_first_token_seconds',
    help: 'Time from the call of a streamed answer to its first token.',
    type: 'histogram',
    unit: 'seconds',
    labels: MODEL_AND_TENANT,
    buckets: OTEL_MODEL_BUCKETS,
    otel: { name: 'gen_ai_client_operation_time_to_first_chunk_seconds', labels: OTEL_USAGE_LABELS },
  },
  {
    name: 'llm_time_per_output_token_seconds',
    help: 'Of a streamed answer, the time after the first token for each further one.',
    type: 'histogram',
    unit: 'seconds',
    labels: MODEL_AND_TENANT,
    buckets: TOKEN_BUCKETS,
    otel: { name: 'gen_ai_server_time_per_output_token_seconds', labels: OTEL_USAGE_LABELS },
  },
  {
    name: 'llm_chunk_gap_seconds',
    help: 'Time between two pieces of a streamed answer; recorded with llm: { chunkGaps: true } only.',
    type: 'histogram',
    unit: 'seconds',
    labels: MODEL,
    buckets: TOKEN_BUCKETS,
    otel: { name: 'gen_ai_client_operation_time_per_output_chunk_seconds', labels: OTEL_MODEL_LABELS },
  },
  {
    name: 'llm_cost_usd_total',
    help: 'Cost of model calls in US dollars, as the provider told it or by a price table.',
    type: 'counter',
    labels: { ...MODEL_AND_TENANT, source: 'costSource' },
  },
  {
    name: 'llm_unpriced_requests_total',
    help: 'Model calls with tokens but without a price: their cost is not 0 but unknown.',
    type: 'counter',
    labels: { ...MODEL, reason: 'reason' },
  },
  {
    name: 'llm_usage_unknown_total',
    help: 'Model calls whose answer did not tell its tokens.',
    type: 'counter',
    labels: { ...MODEL, reason: 'reason' },
  },
  {
    name: 'llm_estimated_tokens_total',
    help: 'Tokens estimated by us where an answer did not tell them; never among the tokens that providers told.',
    type: 'counter',
    labels: { ...MODEL, token_type: 'tokenType' },
  },
  {
    name: 'llm_errors_total',
    help: 'Model calls that failed, by a closed set of reasons.',
    type: 'counter',
    labels: { ...MODEL_AND_TENANT, error_type: 'errorClass' },
  },
  {
    name: 'llm_attempts',
    help: "HTTP requests that a model call took: more than 1 are the client's own retries.",
    type: 'histogram',
    labels: MODEL,
    buckets: [1, 2, 3, 4, 6, 11],
  },
  {
    name: 'llm_retry_wait_seconds',
    help: 'Time that a client waited before it tried again.',
    type: 'histogram',
    unit: 'seconds',
    labels: MODEL,
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
  {
    name: 'llm_finish_reasons_total',
    help: 'Why answers ended, one for each choice: stop, length, tool_calls, content_filter, refusal, error, other.',
    type: 'counter',
    labels: { ...MODEL, reason: 'finishReason' },
  },
  {
    name: 'llm_tool_calls_total',
    help: 'Tools that models called, by name where it stands in llm: { tools: [...] }, else other.',
    type: 'counter',
    labels: { ...MODEL, tool: 'tool' },
  },
  {
    name: 'llm_requests_in_flight',
    help: 'Model calls that are under way.',
    type: 'gauge',
    labels: MODEL,
  },
  {
    name: 'llm_rate_limit_remaining_requests',
    help: "Requests left in the provider's window, as its last answer said.",
    type: 'gauge',
    labels: MODEL,
  },
  {
    name: 'llm_rate_limit_remaining_tokens',
    help: "Tokens left in the provider's window, as its last answer said.",
    type: 'gauge',
    labels: MODEL,
  },
  {
    name: 'embedding_duration_seconds',
    help: 'Time of an embedding call.',
    type: 'histogram',
    unit: 'seconds',
    labels: MODEL,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10],
    exemplars: 'auto',
    otel: OTEL_MODEL_DURATION,
  },
  {
    name: 'embedding_batch_size',
    help: 'Texts in an embedding call.',
    type: 'histogram',
    labels: MODEL,
    buckets: [1, 2, 5, 10, 20, 50, 100, 500, 2_000],
  },
] as const satisfies readonly CatalogueRow[];
