import { labelText, property, type VectorWriteFacts } from '../../src/adapter.js';

/** What a call writes: one kind of write, or those of a batch, the rows of a kind together. */
export function writesOf(method: string, [collection, request]: readonly unknown[]): VectorWriteFacts[] {
  const operations =
    method === 'batchUpdate' ? (property(request, 'operations') as unknown[]) : [{ [method]: request }];
  return (['upsert', 'delete'] as const).flatMap((operation) => {
    const parts = operations.map((each) => property(each, operation)).filter((part) => part !== undefined);
    if (parts.length === 0) return [];
    return [{ operation, collection: labelText(collection), rows: sumOf(parts.map(rowsIn)) }];
  });
}

/** Points, ids, or a batch in columns; a filter says no number. */
function rowsIn(part: unknown): number | undefined {
  for (const rows of [part, property(part, 'points'), property(property(part, 'batch'), 'ids')]) {
    if (Array.isArray(rows)) return rows.length;
  }
  return undefined;
}

function sumOf(numbers: ReadonlyArray<number | undefined>): number | undefined {
  let sum = 0;
  for (const number of numbers) {
    if (number === undefined) return undefined;
    sum += number;
  }
  return sum;
}
