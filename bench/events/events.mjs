// What is recorded, drawn before any clock starts. The object is built in the loop, as users build it.
import { randomBytes } from 'node:crypto';
import { random } from '../sequence.mjs';

const TYPES = ['http_request', 'llm_request', 'vector_search', 'cache'];
const MODELS = ['gpt-5-mini', 'claude-sonnet-5', 'gemini-3-flash'];
const COUNT = 4_096;

const draw = random(11);
const drawn = Array.from({ length: COUNT }, (_, n) => ({
  type: TYPES[n % TYPES.length],
  route: `/api/v1/resource-${Math.floor(draw() * 40)}/:id`,
  status: [200, 200, 200, 201, 404, 500][Math.floor(draw() * 6)],
  duration: Math.round(draw() * 2e5) / 1e3,
  id: randomBytes(16).toString('hex'),
  model: MODELS[Math.floor(draw() * MODELS.length)],
  tokens: Math.floor(draw() * 4_000),
}));

/** Six flat fields: two are the name and the value, one is the time. */
export function flat(n) {
  const { type, route, status, duration, id } = drawn[n % COUNT];
  return { name: type, value: duration, context: { route, status, request_id: id } };
}

/** Forty fields, two of them model calls of a request. */
export function wide(n) {
  const { type, route, status, duration, id, model, tokens } = drawn[n % COUNT];
  const call = (operation) => ({
    provider: 'openai',
    model,
    operation,
    duration_ms: duration / 2,
    first_token_ms: duration / 8,
    input_tokens: tokens,
    output_tokens: tokens >> 2,
    cost_usd: tokens * 1e-6,
    outcome: 'success',
  });
  return {
    name: type,
    value: duration,
    context: {
      request_id: id,
      trace_id: id,
      span_id: id.slice(16),
      method: 'POST',
      route,
      status_code: status,
      duration_ms: duration,
      outcome: status < 500 ? 'success' : 'error',
      company_id: `company-${n % 50}`,
      region: 'eu-west-1',
      zone: 'b',
      host_class: 'web',
      release: '2026.11.3',
      feature_flag: 'answers-v2',
      client_kind: 'browser',
      request_bytes: tokens * 3,
      response_bytes: tokens * 5,
      llm_call_count: 2,
      llm_input_tokens: tokens * 2,
      llm_output_tokens: tokens >> 1,
      llm_cost_usd: tokens * 2e-6,
      llm_duration_ms: duration,
      llm_first_token_ms: duration / 8,
      vector_search_count: 1,
      vector_duration_ms: duration / 20,
      vector_results: 10,
      vector_top_score: 0.83,
      cache_hits: 1,
      cache_misses: 2,
      db_query_count: 4,
      db_duration_ms: duration / 10,
      outgoing_count: 1,
      outgoing_duration_ms: duration / 5,
      retries: 0,
      queue_ms: 1.5,
      is_stream: true,
      is_retry: false,
      llm_calls: [call('chat'), call('embeddings')],
    },
  };
}
