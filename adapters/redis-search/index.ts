export { instrumentRedisSearch } from './adapter.js';
export type { DistanceMetric, RedisSearchOptions } from './types.js';
