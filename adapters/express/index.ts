export { expressMetrics } from './adapter.js';
export type { ExpressLabel, ExpressMetricsOptions, ExpressMiddleware, ExpressRequest } from './types.js';
