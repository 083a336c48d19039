import { property, type VectorWriteFacts } from '../../src/adapter.js';

type Read = (request: unknown) => Omit<VectorWriteFacts, 'collection'>;

const upsert =
  (key: string): Read =>
  (request) => ({ operation: 'upsert', rows: lengthOf(property(request, key)) });

/** By ids; a filter, and everything, say no number. */
const deleteById: Read = (request) => ({ operation: 'delete', rows: lengthOf(property(request, 'ids')) });

/** How each method of an index that writes tells its rows. */
export const WRITES: Readonly<Record<string, Read>> = {
  upsert: upsert('records'),
  upsertRecords: upsert('records'),
  deleteOne: () => ({ operation: 'delete', rows: 1 }),
  deleteMany: deleteById,
  deleteAll: () => ({ operation: 'delete' }),
};

/** The same of an index's documents. */
export const DOCUMENT_WRITES: Readonly<Record<string, Read>> = {
  upsert: upsert('documents'),
  delete: deleteById,
};

function lengthOf(rows: unknown): number | undefined {
  return Array.isArray(rows) ? rows.length : undefined;
}
