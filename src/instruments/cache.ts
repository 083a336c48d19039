import type { InstrumentEnvironment } from './environment.js';
import { counterOf, gaugeOf, handleOf, histogramOf } from './families.js';
import { guarded, type InternalErrors } from './guard.js';

/** Cache operations and hit rates (S3.14, S3.15). */
export interface CacheInstrument {
  /**
   * Counts one operation: `get`, `set`, `delete`; `hit`, `miss`, `stale`, `error`, `ok`; the kind of cache. Never throws.
   *
   * @example
   * promptheus().cache.track('get', 'hit', 'llm_response');
   */
  track(operation: string, result: string, cacheType: string): void;
  /** Sets a hit rate from 0 to 1; the gauge shows 0 to 100. Without a tenant it is the context's. Never throws. */
  updateHitRate(cacheType: string, tenant: string | undefined, rate: number): void;
  /** Observes how long an operation took in one layer of the cache, in seconds. Never throws. */
  recordDuration(operation: string, cacheType: string, layer: string, seconds: number): void;
}

export function createCacheInstrument(env: InstrumentEnvironment, errors: InternalErrors): CacheInstrument {
  const operations = counterOf(env, 'cache_operations_total');
  const hitRates = gaugeOf(env, 'cache_hit_rate_percent');
  const durations = histogramOf(env, 'cache_operation_duration_seconds');
  return {
    track: guarded(errors, 'cache', (operation: string, result: string, cacheType: string) => {
      handleOf(operations, { operation, result, cacheType }).inc();
      env.wideEvents?.around()?.cacheRead(result);
    }),
    updateHitRate: guarded(errors, 'cache', (cacheType: string, tenant: string | undefined, rate: number) =>
      handleOf(hitRates, { cacheType, tenant }).set(rate * 100),
    ),
    recordDuration: guarded(errors, 'cache', (operation: string, cacheType: string, layer: string, seconds: number) =>
      handleOf(durations, { operation, cacheType, layer }).observe(seconds),
    ),
  };
}
