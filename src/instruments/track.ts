import { type Operation, type OperationArguments, operationOf } from '../events/operations/operation.js';
import type { ApiCall } from './api-calls.js';
import { currentInstruments } from './current.js';
import type { Instruments } from './instruments.js';
import { availableInstruments } from './wrappers/safely.js';

/** Sessions of the default instance, under ids of yours (S0.1). Never throws. */
export const trackSession = {
  /** Starts a session: `sessions_total`, `active_sessions_current`. Without a tenant it is the context's. */
  start(sessionId: string, tenant?: string): void {
    onDefault((instruments) => instruments.sessions.start(sessionId, tenant));
  },
  /** Counts a turn of an open session. */
  turn(sessionId: string): void {
    onDefault((instruments) => instruments.sessions.turn(sessionId));
  },
  /** Ends an open session: `session_turns` gets the number of its turns. */
  end(sessionId: string): void {
    onDefault((instruments) => instruments.sessions.end(sessionId));
  },
} as const;

/**
 * Counts a call of a paid interface in `api_calls_total` (S0.1). Never throws.
 *
 * @example
 * trackApiCall({ provider: 'openai', endpoint: 'chat.completions', status: 200 });
 */
export function trackApiCall(call: ApiCall): void {
  onDefault((instruments) => instruments.apiCalls.track(call));
}

/**
 * Counts a cache operation in `cache_operations_total` (S3.15). Never throws.
 *
 * @example
 * trackCacheOperation('get', 'hit', 'llm_response');
 */
export function trackCacheOperation(operation: string, result: string, cacheType: string): void {
  onDefault((instruments) => instruments.cache.track(operation, result, cacheType));
}

/**
 * Sets `cache_hit_rate_percent` from a rate of 0 to 1 (S3.15). Without a tenant it is the context's. Never throws.
 *
 * @example
 * updateCacheHitRate('llm_response', 'acme', 0.85); // 85
 */
export function updateCacheHitRate(cacheType: string, tenant: string | undefined, rate: number): void {
  onDefault((instruments) => instruments.cache.updateHitRate(cacheType, tenant, rate));
}

/**
 * Adds an open session to `active_sessions_current`, or takes one away, never below 0 (S3.15). Never throws.
 *
 * @example
 * trackActiveSession('acme');
 * trackActiveSession('acme', false);
 */
export function trackActiveSession(tenant: string | undefined, increment = true): void {
  onDefault((instruments) => instruments.sessions.trackActive(tenant, increment));
}

/**
 * Sets `memory_usage_bytes` of a component (S3.15). Never throws.
 *
 * @example
 * updateMemoryUsage('vector-index', 52_428_800);
 */
export function updateMemoryUsage(component: string, bytes: number): void {
  onDefault((instruments) => instruments.resources.updateMemoryUsage(component, bytes));
}

/**
 * Records an operation that is over: in `operation_duration_seconds`, and as an event where events are on (S1.4). As an
 * object, or in a row. Unlike all else that records, it throws at what is no operation, as its source says.
 *
 * @throws {INVALID_OPERATION} {PII_KEY} for metadata with a key of a person {NOT_RUNNING} when events have been stopped
 * @example
 * recordOperation('api_request', 'POST /api/v1/users/create', 50);
 * recordOperation({ operationType: 'database_query', operationName: 'products', durationMs: 15.3, metadata: { rows_returned: 42 } });
 */
export function recordOperation(...given: readonly [operation: Operation] | OperationArguments): void {
  availableInstruments()?.operations.submit(operationOf(given));
}

/** A default instance that cannot be made is for its maker to report, not for the one who records. */
function onDefault(record: (instruments: Instruments) => void): void {
  try {
    const instruments = currentInstruments();
    if (instruments !== undefined) record(instruments);
  } catch {}
}
