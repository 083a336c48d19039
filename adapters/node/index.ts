export { instrumentServer } from './adapter.js';
export type { NodeLabel, NodeMetricsOptions, NodeRequest } from './types.js';
