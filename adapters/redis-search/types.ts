import type { OnInstance } from '../../src/adapter.js';

/** The `DISTANCE_METRIC` that a vector field of an index was declared with. */
export type DistanceMetric = 'cosine' | 'ip' | 'l2';

/** Options of {@link instrumentRedisSearch}; every one may be left out. */
export interface RedisSearchOptions extends OnInstance {
  /**
   * The metric of the vector fields that are searched, or a function that tells that of an index. Neither a query nor its
   * answer says it. Default: distances are recorded under `unknown`.
   */
  readonly metric?: DistanceMetric | ((index: string) => DistanceMetric | undefined);
}
