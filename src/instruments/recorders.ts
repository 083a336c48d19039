import { operationOf } from '../events/operations/operation.js';
import type { Instruments } from './instruments.js';
import type * as track from './track.js';
import { observeHttp } from './wrappers/observe-http.js';
import { observeLlm } from './wrappers/observe-llm.js';
import { observeQuery } from './wrappers/observe-query.js';
import { observeVectorSearch } from './wrappers/observe-vector-search.js';
import { observeWorker } from './wrappers/observe-worker.js';
import { trackOn, type trackOperation } from './wrappers/track-operation.js';

/** The functions of the package as methods of one instance: the same names, recording there. */
export interface Recorders {
  readonly observeHttp: typeof observeHttp;
  readonly observeLlm: typeof observeLlm;
  readonly observeVectorSearch: typeof observeVectorSearch;
  readonly observeQuery: typeof observeQuery;
  readonly observeWorker: typeof observeWorker;
  readonly trackOperation: typeof trackOperation;
  readonly recordOperation: typeof track.recordOperation;
  readonly trackSession: typeof track.trackSession;
  readonly trackApiCall: typeof track.trackApiCall;
  readonly trackCacheOperation: typeof track.trackCacheOperation;
  readonly updateCacheHitRate: typeof track.updateCacheHitRate;
  readonly trackActiveSession: typeof track.trackActiveSession;
  readonly updateMemoryUsage: typeof track.updateMemoryUsage;
}

/** Binds them to an instance. */
export function recordersOf(instruments: () => Instruments): Recorders {
  return {
    observeHttp: (fn, options) => observeHttp(fn, { ...options, promptheus: instruments() }),
    observeLlm: (fn, options) => observeLlm(fn, { ...options, promptheus: instruments() }),
    observeVectorSearch: (fn, options) => observeVectorSearch(fn, { ...options, promptheus: instruments() }),
    observeQuery: (fn, options) => observeQuery(fn, { ...options, promptheus: instruments() }),
    observeWorker: (fn, options) => observeWorker(fn, { ...options, promptheus: instruments() }),
    trackOperation: (type, name, fn, metadata) => trackOn(instruments(), type, name, fn, metadata),
    recordOperation: (...given) => instruments().operations.submit(operationOf(given)),
    trackSession: {
      start: (sessionId, tenant) => instruments().sessions.start(sessionId, tenant),
      turn: (sessionId) => instruments().sessions.turn(sessionId),
      end: (sessionId) => instruments().sessions.end(sessionId),
    },
    trackApiCall: (call) => instruments().apiCalls.track(call),
    trackCacheOperation: (operation, result, cacheType) => instruments().cache.track(operation, result, cacheType),
    updateCacheHitRate: (cacheType, tenant, rate) => instruments().cache.updateHitRate(cacheType, tenant, rate),
    trackActiveSession: (tenant, increment) => instruments().sessions.trackActive(tenant, increment ?? true),
    updateMemoryUsage: (component, bytes) => instruments().resources.updateMemoryUsage(component, bytes),
  };
}
