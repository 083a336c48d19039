import { count, property, type VectorWriteFacts } from '../../src/adapter.js';

type ReadWrite = (
  args: readonly unknown[],
  collection: string | undefined,
) => VectorWriteFacts | readonly VectorWriteFacts[];

const upsertOne: ReadWrite = (_args, collection) => ({ operation: 'upsert', collection, rows: 1 });

/** The methods of `data` that write objects. */
export const WRITES: ReadonlyArray<readonly [method: string, read: ReadWrite]> = [
  ['insert', upsertOne],
  ['replace', upsertOne],
  ['update', upsertOne],
  ['insertMany', (_args, collection) => ({ operation: 'upsert', collection })],
  ['deleteById', (_args, collection) => ({ operation: 'delete', collection, rows: 1 })],
  ['deleteMany', ([, options], collection) => (isDryRun(options) ? [] : { operation: 'delete', collection })],
];

function isDryRun(options: unknown): boolean {
  return property(options, 'dryRun') === true;
}

/** How many objects an `insertMany` stored: those that failed stand in its result beside the others. */
export function inserted(result: unknown): number | undefined {
  const uuids = property(result, 'uuids');
  return typeof uuids === 'object' && uuids !== null ? Object.keys(uuids).length : undefined;
}

/** What went wrong, where an `insertMany` stored nothing at all. */
export function failedInsert(result: unknown): unknown {
  return property(result, 'hasErrors') === true && inserted(result) === 0 ? property(result, 'errors') : undefined;
}

/** How many objects a `deleteMany` deleted; its `matches` are those that it found. */
export function deleted(result: unknown): number | undefined {
  return count(property(result, 'successful'));
}
