import type { OnInstance } from '../../src/adapter.js';
import { assertClient } from '../shared/ai/instrument.js';
import { observeSearchMethod, observeWriteMethod } from '../shared/ai/observe-search-method.js';
import { metricsOf } from '../shared/ai/score-metrics.js';
import { learnMetrics } from './collections.js';
import { searchReader } from './searches.js';
import { writesOf } from './writes.js';

/** The distances of Qdrant, in small letters. */
export type QdrantMetric = (typeof METRICS)[number];

export interface QdrantOptions extends OnInstance {
  /** The distance of the collections that this client does not create or describe itself. Default: told by the order of the rows. */
  readonly metric?: QdrantMetric | undefined;
}

const METRICS = ['cosine', 'dot', 'euclid', 'manhattan'] as const;

/** Those of 1.19 and those that it took away. */
const SEARCHES = [
  ...['query', 'queryBatch', 'queryGroups'],
  ...['search', 'searchBatch', 'searchPointGroups'],
  ...['recommend', 'recommendBatch', 'recommend_batch', 'recommendPointGroups'],
  ...['discoverPoints', 'discoverBatchPoints'],
];

const WRITES = ['upsert', 'delete', 'batchUpdate'];

/**
 * Counts what a client of Qdrant searches and writes: the `vector_*` families. Gives the same client back.
 *
 * @throws {NOT_A_CLIENT}
 * @throws {INVALID_OPTION}
 * @example
 * const qdrant = instrumentQdrant(new QdrantClient({ url: 'http://localhost:6333' }));
 */
export function instrumentQdrant<T extends object>(client: T, options: QdrantOptions = {}): T {
  const metrics = metricsOf('instrumentQdrant', options, METRICS);
  assertClient(client, 'instrumentQdrant', ['query', 'search']);
  learnMetrics(client, metrics, options);
  const reader = searchReader(metrics);
  for (const method of SEARCHES) observeSearchMethod(client, method, 'qdrant', reader, options);
  for (const method of WRITES) {
    observeWriteMethod(client, method, 'qdrant', (args) => writesOf(method, args), options);
  }
  return client;
}
