import { count, property } from './read.js';

const LISTS = ['points', 'matches', 'results', 'hits'];

/** How many rows a search found, by the shape of its result; `undefined` for a shape that is not known. */
export function rowsOf(result: unknown): number | undefined {
  if (Array.isArray(result)) return result.length;
  for (const name of LISTS) {
    const list = property(result, name);
    if (Array.isArray(list)) return list.length;
  }
  // Chroma: one row of ids for each query vector.
  const ids = property(property(result, 'ids'), '0');
  if (Array.isArray(ids)) return ids.length;
  return typeof result === 'object' ? count(property(result, 'length')) : undefined;
}
