import type { SinkFailure } from '../../src/adapter.js';

/** What the driver says of one document that was not inserted. */
export interface WriteError {
  readonly index: number;
  readonly code: number;
  readonly errmsg?: string;
  readonly keyPattern?: Readonly<Record<string, unknown>>;
  readonly err?: { readonly keyPattern?: Readonly<Record<string, unknown>> };
}

const DUPLICATE_KEY = 11_000;
/** What MongoDB says of one document, and will say again: that of an outage must never be among them. */
const PERMANENT: ReadonlySet<number> = new Set([
  // Over 16 MB, or nested too deeply; refused by the collection's validator.
  ...[10_334, 15, 121],
  // A value, a type, an `_id` or the name of a field that cannot be stored.
  ...[2, 14, 22, 52, 53, 55, 56, 57],
  // What an index cannot hold: too long a key, two arrays at once, no place on a map, no language, an array for a hash.
  ...[17_280, 171, 16_755, 16_766, 17_261, 17_262],
  DUPLICATE_KEY,
]);
/** Told of the whole command where one document of it is nested too deeply, or no BSON for the server. */
const UNREADABLE: ReadonlySet<unknown> = new Set([10_334, 15, 22]);

/**
 * What JSON can say and BSON cannot (a key with a zero byte), or a document over 16 MB, which the driver may find larger
 * than its buffer (a RangeError): a batch is refused as a whole.
 */
export function isUnwritable(error: unknown): boolean {
  const { name = '', code } = (error ?? {}) as { name?: string; code?: unknown };
  if (name.startsWith('BSON') || UNREADABLE.has(code)) return true;
  return ['MongoInvalidArgumentError', 'SyntaxError', 'RangeError'].includes(name);
}

/** The errors by document; none where the error is of the whole batch. */
export function writeErrorsOf(error: unknown): readonly WriteError[] | undefined {
  const { writeErrors } = (error ?? {}) as { writeErrors?: WriteError | readonly WriteError[] };
  const errors = writeErrors === undefined ? [] : [writeErrors].flat();
  return errors.length === 0 ? undefined : (errors as readonly WriteError[]);
}

export function failuresOf(errors: readonly WriteError[]): SinkFailure[] {
  return errors.map(({ index, code, errmsg }) => ({
    index,
    reason: errmsg ?? `MongoDB's error ${code}`,
    permanent: PERMANENT.has(code),
  }));
}

/**
 * Whether a document is there under its `_id`, and an earlier try has stored it: `false` where another unique index has
 * refused it, none where the server does not say (FerretDB does not).
 */
export function isStoredAlready({ code, errmsg = '', keyPattern, err }: WriteError): boolean | undefined {
  if (code !== DUPLICATE_KEY) return false;
  const pattern = keyPattern ?? err?.keyPattern;
  if (pattern !== undefined) return Object.keys(pattern).join() === '_id';
  const index = /\bindex: (\S+)/.exec(errmsg)?.[1];
  return index === undefined ? undefined : /(^|\$)_id_?$/.test(index);
}
