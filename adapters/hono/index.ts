export { honoMetrics } from './adapter.js';
export type { HonoContext, HonoLabel, HonoMetricsOptions, HonoMiddleware, HonoRequest } from './types.js';
