import { NO_COUNTER } from './counter.js';
import { NO_GAUGE } from './gauge.js';
import { NO_HISTOGRAM } from './histogram.js';
import type { Metrics } from './types.js';

/** The families of an instance that is switched off: every call does nothing. */
export const NO_METRICS: Metrics = Object.freeze({
  counter: (options: object) => noFamily('counter', options, NO_COUNTER),
  gauge: (options: object) => noFamily('gauge', options, NO_GAUGE),
  histogram: (options: object) => noFamily('histogram', options, NO_HISTOGRAM),
}) as unknown as Metrics;

function noFamily(type: string, options: object, handle: object): object {
  const family = {
    type,
    labelNames: [],
    buckets: [],
    ...options,
    ...handle,
    labels: () => handle,
    remove: () => false,
    reset() {},
    get: () => undefined,
    collect: () => family,
  };
  return Object.freeze(family);
}
