import { count, type OnInstance, property } from '../../src/adapter.js';
import { observeWriteMethod } from '../shared/ai/observe-search-method.js';
import { watchMade } from '../shared/ai/watch-made.js';
import { ADAPTER, collectionOf, rowsIn } from './facts.js';

/** The methods of a merge's builder that give the next one. */
const MERGE_STEPS = [
  'whenMatchedUpdateAll',
  'whenNotMatchedInsertAll',
  'whenNotMatchedBySourceDelete',
  'useIndex',
  'useLsmWrite',
  'validateSingleShard',
];

/** Observes what is written to a table. How many rows that were, the store tells where it knows better than the caller. */
export function watchWrites(table: unknown, options: OnInstance): void {
  const collection = () => collectionOf(table);
  observeWriteMethod(
    table,
    'add',
    ADAPTER,
    ([data]) => ({ operation: 'upsert', collection: collection(), rows: rowsIn(data) }),
    options,
  );
  observeWriteMethod(table, 'update', ADAPTER, () => ({ operation: 'upsert', collection: collection() }), {
    ...options,
    rowsWritten: (result) => count(property(result, 'rowsUpdated')),
  });
  observeWriteMethod(table, 'delete', ADAPTER, () => ({ operation: 'delete', collection: collection() }), {
    ...options,
    rowsWritten: (result) => count(property(result, 'numDeletedRows')),
  });
  watchMade(table, 'mergeInsert', ADAPTER, options, (merge) => watchMerge(merge, collection, options));
}

function watchMerge(merge: unknown, collection: () => string | undefined, options: OnInstance): void {
  for (const key of MERGE_STEPS) {
    watchMade(merge, key, ADAPTER, options, (next) => watchMerge(next, collection, options));
  }
  observeWriteMethod(
    merge,
    'execute',
    ADAPTER,
    ([data]) => ({ operation: 'upsert', collection: collection(), rows: rowsIn(data) }),
    { ...options, rowsWritten: rowsMerged },
  );
}

function rowsMerged(result: unknown): number | undefined {
  const inserted = count(property(result, 'numInsertedRows'));
  const updated = count(property(result, 'numUpdatedRows'));
  return inserted === undefined && updated === undefined ? undefined : (inserted ?? 0) + (updated ?? 0);
}
