import type { OnInstance } from '../../src/adapter.js';
import { assertClient } from '../shared/ai/instrument.js';
import { observeSearchMethod, observeWriteMethod } from '../shared/ai/observe-search-method.js';
import { assertOptions } from '../shared/ai/options.js';
import { milvusSearches } from './search-reader.js';
import { failureOf } from './status.js';
import { readDelete, readUpsert, rowsWritten } from './writes.js';

const ADAPTER = 'milvus';

/**
 * Observes a `MilvusClient` of @zilliz/milvus2-sdk-node 3. The same object is returned.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * ```ts
 * const client = instrumentMilvus(new MilvusClient({ address: 'localhost:19530' }));
 * await client.search({ collection_name: 'tickets', data: vector, limit: 10, metric_type: 'COSINE' });
 * ```
 */
export function instrumentMilvus<C extends object>(client: C, options: OnInstance = {}): C {
  assertOptions('instrumentMilvus', options);
  assertClient(client, 'instrumentMilvus', ['hybridSearch']);
  // The pages of searchIterator() are calls of search().
  for (const method of ['search', 'hybridSearch']) {
    observeSearchMethod(client, method, ADAPTER, milvusSearches, options);
  }
  const writes = { ...options, failure: failureOf, rowsWritten };
  for (const method of ['insert', 'upsert']) observeWriteMethod(client, method, ADAPTER, readUpsert, writes);
  // delete() finds the primary keys and calls deleteEntities() with them.
  observeWriteMethod(client, 'deleteEntities', ADAPTER, readDelete, writes);
  return client;
}
