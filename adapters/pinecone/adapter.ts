import type { OnInstance } from '../../src/adapter.js';
import { assertClient, at } from '../shared/ai/instrument.js';
import { observeSearchMethod, observeWriteMethod } from '../shared/ai/observe-search-method.js';
import { metricsOf, type ScoreMetrics } from '../shared/ai/score-metrics.js';
import { watchMade } from '../shared/ai/watch-made.js';
import { learnMetrics, nameOf } from './indexes.js';
import { searchReader } from './searches.js';
import { DOCUMENT_WRITES, WRITES } from './writes.js';

/** The metrics of Pinecone's indexes. */
export type PineconeMetric = (typeof METRICS)[number];

export interface PineconeOptions extends OnInstance {
  /** The metric of the indexes that this client does not create or describe itself. Default: told by the order of the rows. */
  readonly metric?: PineconeMetric | undefined;
}

const METRICS = ['cosine', 'dotproduct', 'euclidean'] as const;

/**
 * Counts what a client of Pinecone, or one of its indexes, searches and writes: the `vector_*` families. Every index and
 * namespace that comes of it counts too. Gives the same object back.
 *
 * @throws {NOT_A_CLIENT}
 * @throws {INVALID_OPTION}
 * @example
 * const pinecone = instrumentPinecone(new Pinecone());
 * const index = pinecone.index({ name: 'tickets' });
 */
export function instrumentPinecone<T extends object>(client: T, options: PineconeOptions = {}): T {
  const metrics = metricsOf('instrumentPinecone', options, METRICS);
  assertClient(client, 'instrumentPinecone', ['index', 'query']);
  if (typeof at(client, 'query') === 'function') {
    observeIndex(client, metrics, options);
    return client;
  }
  learnMetrics(client, metrics, options);
  // `Index` goes through `index`.
  watchMade(client, 'index', 'pinecone', options, (index) => observeIndex(index, metrics, options));
  return client;
}

/** An index, or a namespace of one: both are the same class, and a namespace is another object every time. */
function observeIndex(index: unknown, metrics: ScoreMetrics, options: OnInstance): void {
  const name = nameOf(index);
  const reader = searchReader(name, metrics);
  for (const method of ['query', 'searchRecords']) observeSearchMethod(index, method, 'pinecone', reader, options);
  const documents = at(index, 'documents');
  observeSearchMethod(documents, 'search', 'pinecone', reader, options);
  for (const [owner, writes] of [
    [index, WRITES],
    [documents, DOCUMENT_WRITES],
  ] as const) {
    for (const [method, read] of Object.entries(writes)) {
      observeWriteMethod(owner, method, 'pinecone', ([request]) => ({ ...read(request), collection: name }), options);
    }
  }
  watchMade(index, 'namespace', 'pinecone', options, (namespace) => observeIndex(namespace, metrics, options));
}
