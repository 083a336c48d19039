import { MODEL_BUCKETS } from './llm.js';
import type { CatalogueRow } from './row.js';

export const APPLICATION_ROWS = [
  {
    name: 'cache_operations_total',
    help: 'Cache operations (get, set, delete) by result: hit, miss, stale, error, ok.',
    type: 'counter',
    labels: { operation: 'operation', result: 'result', cache_type: 'cacheType' },
  },
  {
    name: 'cache_hit_rate_percent',
    help: 'Share of cache reads that were hits, 0 to 100.',
    type: 'gauge',
    unit: 'percent',
    labels: { cache_type: 'cacheType', tenant: 'tenant' },
  },
  {
    name: 'cache_operation_duration_seconds',
    help: 'Time of a cache operation in one layer of the cache.',
    type: 'histogram',
    unit: 'seconds',
    labels: { operation: 'operation', cache_type: 'cacheType', layer: 'layer' },
    buckets: [0.00001, 0.00004, 0.00016, 0.00064, 0.00256, 0.01024, 0.04096, 0.16384, 0.65536, 2.62144],
  },
  {
    name: 'active_sessions_current',
    help: 'Sessions that are open.',
    type: 'gauge',
    labels: { tenant: 'tenant' },
  },
  {
    name: 'sessions_total',
    help: 'Sessions that were started.',
    type: 'counter',
    labels: { tenant: 'tenant' },
  },
  {
    name: 'session_turns',
    help: 'Turns of a session, when it ended.',
    type: 'histogram',
    labels: { tenant: 'tenant' },
    buckets: [1, 2, 3, 5, 8, 13, 21, 34, 55],
  },
  {
    name: 'worker_duration_seconds',
    help: 'Run time of a worker.',
    type: 'histogram',
    unit: 'seconds',
    labels: { worker_name: 'worker' },
    buckets: MODEL_BUCKETS,
  },
  {
    name: 'worker_errors_total',
    help: 'Runs of a worker that failed.',
    type: 'counter',
    labels: { worker_name: 'worker' },
  },
  {
    name: 'worker_runs_total',
    help: 'Runs of a worker, failed ones included.',
    type: 'counter',
    labels: { worker_name: 'worker' },
  },
  {
    name: 'api_calls_total',
    help: 'Calls of paid interfaces, by provider, endpoint and status.',
    type: 'counter',
    labels: { provider: 'provider', endpoint: 'endpoint', status: 'status' },
  },
  {
    name: 'memory_usage_bytes',
    help: 'Memory in use by a component of the application.',
    type: 'gauge',
    unit: 'bytes',
    labels: { component: 'component' },
  },
] as const satisfies readonly CatalogueRow[];
