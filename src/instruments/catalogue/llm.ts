import type { CatalogueRow, OtelColumn } from './row.js';

/** Seconds: 0.01 doubled up to 655.36. */
export const MODEL_BUCKETS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68, 655.36,
] as const;

/** The convention's buckets of model times. */
export const OTEL_MODEL_BUCKETS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
] as const;

export const OTEL_MODEL_LABELS = {
  gen_ai_operation_name: 'operation',
  gen_ai_provider_name: 'provider',
  gen_ai_request_model: 'model',
} as const;

/** Model calls and embeddings share the convention's one family, so they share its definition to the letter. */
export const OTEL_MODEL_DURATION = {
  name: 'gen_ai_client_operation_duration_seconds',
  help: 'Time of a model operation: chat, embeddings.',
  labels: { ...OTEL_MODEL_LABELS, error_type: 'errorType', tenant: 'tenant' },
  buckets: OTEL_MODEL_BUCKETS,
  exemplars: 'auto',
} as const satisfies OtelColumn;

export const LLM_ROWS = [
  {
    name: 'llm_request_duration_seconds',
    help: 'Time of a language model call, to its last token where the answer is a stream.',
    type: 'histogram',
    unit: 'seconds',
    labels: { provider: 'provider', model: 'model', tenant: 'tenant' },
    buckets: MODEL_BUCKETS,
    exemplars: 'auto',
    otel: OTEL_MODEL_DURATION,
  },
  {
    name: 'llm_requests_total',
    help: 'Language model calls, embeddings included, by status: success, error, aborted, incomplete (a stream left early by its consumer).',
    type: 'counter',
    labels: { provider: 'provider', model: 'model', tenant: 'tenant', status: 'status' },
  },
  {
    name: 'llm_token_usage_total',
    help: 'Tokens by type: prompt (cached ones included) and completion (reasoning included), which add up to all.',
    type: 'counter',
    labels: { provider: 'provider', model: 'model', tenant: 'tenant', token_type: 'tokenType' },
    only: 'promptheus',
  },
  {
    name: 'gen_ai_client_inference_usage_input_tokens_total',
    help: 'Tokens sent to models, cached ones included.',
    type: 'counter',
    labels: { ...OTEL_MODEL_LABELS, tenant: 'tenant' },
    only: 'otel',
  },
  {
    name: 'gen_ai_client_inference_usage_output_tokens_total',
    help: 'Tokens made by models, reasoning included.',
    type: 'counter',
    labels: { ...OTEL_MODEL_LABELS, tenant: 'tenant' },
    only: 'otel',
  },
] as const satisfies readonly CatalogueRow[];
