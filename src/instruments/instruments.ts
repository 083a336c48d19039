import type { WideEvent } from '../events/wide/wide-event.js';
import type { WideEvents } from '../events/wide/wide-events.js';
import type { Metrics } from '../metrics/types.js';
import { type ApiCallsInstrument, createApiCallsInstrument } from './api-calls.js';
import { type CacheInstrument, createCacheInstrument } from './cache.js';
import { createDatabaseInstrument, type DatabaseInstrument } from './database.js';
import type { InstrumentEnvironment } from './environment.js';
import { createInternalErrors, type InternalErrors } from './guard.js';
import { createHttpClientInstrument, type HttpClientInstrument } from './http-client.js';
import { createLlmInstrument, type LlmInstrument } from './llm.js';
import type { LlmRecordingOptions } from './llm-families.js';
import { createOperationsInstrument, type OperationsInstrument } from './operations.js';
import { createResourcesInstrument, type ResourcesInstrument } from './resources.js';
import { createSessionsInstrument, type SessionsInstrument } from './sessions.js';
import { createVectorInstrument, type VectorInstrument, type VectorRecordingOptions } from './vector.js';
import { createWorkersInstrument, type WorkersInstrument } from './workers.js';

/** The instruments of one instance but HTTP's, which has options of its own. */
export interface DomainInstruments {
  readonly llm: LlmInstrument;
  readonly vector: VectorInstrument;
  readonly cache: CacheInstrument;
  readonly database: DatabaseInstrument;
  readonly sessions: SessionsInstrument;
  readonly workers: WorkersInstrument;
  readonly operations: OperationsInstrument;
  readonly resources: ResourcesInstrument;
  readonly apiCalls: ApiCallsInstrument;
  readonly httpClient: HttpClientInstrument;
  /** Counts what went wrong inside a wrapper. @internal */
  readonly internalError: InternalErrors;
  /** Where events are on. @internal */
  readonly wideEvents: WideEvents | undefined;
}

/** A request that a wrapper saw, outside any that an adapter measures. */
export interface HttpRecording {
  readonly method: string | undefined;
  readonly endpoint: string;
  readonly tenant: string | undefined;
  readonly status: number;
  readonly seconds: number;
  /** The event that gathered what happened in it. */
  readonly event?: WideEvent | undefined;
  /** What was thrown, if anything was. */
  readonly error?: unknown;
}

/** What wrappers and decorators need of an instance. */
export interface Instruments extends DomainInstruments {
  readonly metrics: Metrics;
  readonly http: { record(request: HttpRecording): void };
}

/** @throws {FAMILY_CONFLICT} {NAME_CLASH} when an application's family stands in the way */
export function createDomainInstruments(
  env: InstrumentEnvironment,
  options: { readonly llm: LlmRecordingOptions; readonly vector: VectorRecordingOptions },
): DomainInstruments {
  const internalError = createInternalErrors(env);
  return {
    llm: createLlmInstrument(env, internalError, options.llm),
    vector: createVectorInstrument(env, internalError, options.vector),
    cache: createCacheInstrument(env, internalError),
    database: createDatabaseInstrument(env, internalError),
    sessions: createSessionsInstrument(env, internalError),
    workers: createWorkersInstrument(env, internalError),
    operations: createOperationsInstrument(env, internalError),
    resources: createResourcesInstrument(env, internalError),
    apiCalls: createApiCallsInstrument(env, internalError),
    httpClient: createHttpClientInstrument(env, internalError),
    internalError,
    wideEvents: env.wideEvents,
  };
}
