import { count, property, type TopScore } from '../../src/adapter.js';
import type { SearchReader } from '../shared/ai/observe-search-method.js';

/** Reads the searches of one collection; their options stand at `optionsAt` among the arguments. */
export function searchReader(collection: string | undefined, optionsAt: number): SearchReader {
  return {
    request: (args) => ({ system: 'weaviate', collection, topK: count(property(args[optionsAt], 'limit')) }),
    result(result) {
      const objects = property(result, 'objects');
      return Array.isArray(objects) ? { rows: objects.length, top: topOf(objects) } : {};
    },
  };
}

/**
 * How near the nearest object is, where the caller asked for it (`returnMetadata`). Only a cosine collection tells a
 * certainty, `(1 + cosine) / 2`; a distance alone does not say which metric it is of, and below 0 (a dot product turned
 * round) it is no distance. The `score` of a hybrid search is a fusion of ranks, so neither.
 */
function topOf(objects: readonly unknown[]): TopScore | undefined {
  const nearest = { certainty: Number.NEGATIVE_INFINITY, distance: Number.POSITIVE_INFINITY };
  for (const object of objects) {
    const metadata = property(object, 'metadata');
    const certainty = property(metadata, 'certainty');
    const distance = property(metadata, 'distance');
    if (typeof certainty === 'number') nearest.certainty = Math.max(nearest.certainty, certainty);
    if (typeof distance === 'number') nearest.distance = Math.min(nearest.distance, distance);
  }
  const { certainty, distance } = nearest;
  if (Number.isFinite(certainty)) return { metric: 'cosine', score: 2 * certainty - 1 };
  return count(distance) === undefined ? undefined : { metric: 'unknown', distance };
}
