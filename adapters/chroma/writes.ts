import { property, type VectorWriteFacts } from '../../src/adapter.js';
import type { WriteReader } from '../shared/ai/observe-search-method.js';
import { collectionOf } from './searches.js';

/** A delete by a condition does not say how many rows it means, and older servers do not answer how many there were. */
export function readWrite(operation: VectorWriteFacts['operation']): WriteReader {
  return ([records], collection) => {
    const ids = property(records, 'ids');
    return { operation, collection: collectionOf(collection), rows: Array.isArray(ids) ? ids.length : undefined };
  };
}
