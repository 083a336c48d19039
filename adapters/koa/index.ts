export { koaMetrics } from './adapter.js';
export type { KoaContext, KoaLabel, KoaMetricsOptions, KoaMiddleware } from './types.js';
