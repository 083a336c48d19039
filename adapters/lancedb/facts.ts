import { count, labelText, property } from '../../src/adapter.js';

/** The name of the adapter's failures, and of the store. */
export const ADAPTER = 'lancedb';

export function collectionOf(table: unknown): string | undefined {
  return labelText(property(table, 'name'));
}

/** Rows of an array, or of an Arrow table or batch. */
export function rowsIn(data: unknown): number | undefined {
  return Array.isArray(data) ? data.length : count(property(data, 'numRows'));
}
