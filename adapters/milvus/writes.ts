import { labelText, property, type VectorWriteFacts } from '../../src/adapter.js';

export function readUpsert([body]: readonly unknown[]): VectorWriteFacts {
  const rows = property(body, 'fields_data') ?? property(body, 'data');
  return { operation: 'upsert', collection: collectionOf(body), rows: Array.isArray(rows) ? rows.length : undefined };
}

export function readDelete([body]: readonly unknown[]): VectorWriteFacts {
  return { operation: 'delete', collection: collectionOf(body) };
}

/** How many rows the answer says were written: a number in a string, 0 in the counts of the other operations. */
export function rowsWritten(answer: unknown): number | undefined {
  for (const key of ['insert_cnt', 'upsert_cnt', 'delete_cnt']) {
    const rows = Number(property(answer, key));
    if (rows > 0) return rows;
  }
  return undefined;
}

function collectionOf(body: unknown): string | undefined {
  return labelText(property(body, 'collection_name'));
}
