import type { EventFields, FieldValue } from '../encoding/record-writer.js';
import { millis } from './details.js';
import { type ErrorField, errorFieldOf } from './error-field.js';
import type { HttpCalls } from './http-calls.js';
import type { LlmCalls } from './llm-calls.js';
import type { VectorSearches } from './vector-searches.js';
import type { WideEvent, WideEventEnd } from './wide-event.js';

type GrowingFields = Record<string, FieldValue>;

/** The fields of a finished event (docs/events.md), without those that every event has; what did not happen is left out. */
export function fieldsOf(event: WideEvent, end: WideEventEnd, error: ErrorField | undefined): EventFields {
  const { request, operation, span } = end;
  const fields: GrowingFields = {
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
  };
  // Field by field: a spread into so many costs several times as much.
  if (event.llm !== undefined) addLlm(fields, event.llm);
  if (event.vector !== undefined) addVector(fields, event.vector);
  if (event.http !== undefined) addHttp(fields, event.http);
  if (event.cacheHits > 0) fields.cache_hits = event.cacheHits;
  if (event.cacheMisses > 0) fields.cache_misses = event.cacheMisses;
  if (event.queries > 0) {
    fields.db_query_count = event.queries;
    fields.db_duration_ms = millis(event.querySeconds);
    fields.db_error_count = event.queryErrors;
  }
  return fields;
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

function addLlm(fields: GrowingFields, llm: LlmCalls): void {
  fields.llm_call_count = llm.count;
  fields.llm_duration_ms = millis(llm.seconds);
  fields.llm_error_count = llm.errors;
  fields.llm_prompt_tokens = llm.prompt;
  fields.llm_completion_tokens = llm.completion;
  fields.llm_cached_tokens = llm.cached;
  fields.llm_cache_write_tokens = llm.cacheWrite;
  fields.llm_reasoning_tokens = llm.reasoning;
  fields.llm_cost_usd = llm.costUsd;
  fields.llm_calls = llm.details;
  fields.llm_calls_dropped = llm.count - llm.details.length || undefined;
}

function addVector(fields: GrowingFields, vector: VectorSearches): void {
  fields.vector_search_count = vector.count;
  fields.vector_duration_ms = millis(vector.seconds);
  fields.vector_error_count = vector.errors;
  fields.vector_result_count = vector.results;
  fields.vector_empty_count = vector.empty;
  fields.vector_searches = vector.details;
  fields.vector_searches_dropped = vector.count - vector.details.length || undefined;
}

function addHttp(fields: GrowingFields, http: HttpCalls): void {
  fields.http_call_count = http.count;
  fields.http_duration_ms = millis(http.seconds);
  fields.http_error_count = http.errors;
  fields.http_calls = http.details;
  fields.http_calls_dropped = http.count - http.details.length || undefined;
}
