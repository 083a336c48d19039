import { millis } from './details.js';
import { type ErrorField, errorFieldOf } from './error-field.js';
import type { HttpCalls } from './http-calls.js';
import type { LlmCalls } from './llm-calls.js';
import type { VectorSearches } from './vector-searches.js';
import type { WideEvent, WideEventEnd } from './wide-event.js';
import type { Fields } from './wide-event-sink.js';

/** The fields of a finished event (docs/events.md), without those that every event has; what did not happen is left out. */
export function fieldsOf(event: WideEvent, end: WideEventEnd, error: ErrorField | undefined): Fields {
  const { request, operation, span } = end;
  const { queries } = event;
  return {
    request_id: event.requestId,
    trace_id: span?.traceId,
    span_id: span?.spanId,
    method: request?.method,
    route: request?.route,
    status_code: request?.status,
    operation_type: operation?.type,
    operation_name: operation?.name,
    duration_ms: millis(end.seconds),
    outcome: end.outcome,
    company_id: end.tenant ?? event.tenant,
    error,
    headers_ms: request?.headersSeconds === undefined ? undefined : millis(request.headersSeconds),
    request_bytes: request?.requestBytes,
    response_bytes: request?.responseBytes,
    ...(event.llm && llmFields(event.llm)),
    ...(event.vector && vectorFields(event.vector)),
    ...(event.http && httpFields(event.http)),
    cache_hits: event.cacheHits || undefined,
    cache_misses: event.cacheMisses || undefined,
    db_query_count: queries || undefined,
    db_duration_ms: queries === 0 ? undefined : millis(event.querySeconds),
    db_error_count: queries === 0 ? undefined : event.queryErrors,
  };
}

/** What is said of an error: of what was thrown where the work failed, else of the status that tells of it. */
export function errorOf(event: WideEvent, end: WideEventEnd): ErrorField | undefined {
  const { request, outcome } = end;
  const failed = outcome === 'error' || (request !== undefined && request.status >= 400 && outcome !== 'aborted');
  if (!failed) return undefined;
  const thrown = event.thrown ?? end.error;
  if (thrown !== undefined && thrown !== null) return errorFieldOf(thrown);
  if (outcome !== 'error') return undefined;
  return { code: undefined, type: request === undefined ? '_OTHER' : String(request.status), message: undefined };
}

function llmFields(llm: LlmCalls): Fields {
  return {
    llm_call_count: llm.count,
    llm_duration_ms: millis(llm.seconds),
    llm_error_count: llm.errors,
    llm_prompt_tokens: llm.prompt,
    llm_completion_tokens: llm.completion,
    llm_cached_tokens: llm.cached,
    llm_cache_write_tokens: llm.cacheWrite,
    llm_reasoning_tokens: llm.reasoning,
    llm_cost_usd: llm.costUsd,
    llm_calls: llm.details,
    llm_calls_dropped: llm.count - llm.details.length || undefined,
  };
}

function vectorFields(vector: VectorSearches): Fields {
  return {
    vector_search_count: vector.count,
    vector_duration_ms: millis(vector.seconds),
    vector_error_count: vector.errors,
    vector_result_count: vector.results,
    vector_empty_count: vector.empty,
    vector_searches: vector.details,
    vector_searches_dropped: vector.count - vector.details.length || undefined,
  };
}

function httpFields(http: HttpCalls): Fields {
  return {
    http_call_count: http.count,
    http_duration_ms: millis(http.seconds),
    http_error_count: http.errors,
    http_calls: http.details,
    http_calls_dropped: http.count - http.details.length || undefined,
  };
}
