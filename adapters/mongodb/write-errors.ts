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
/** Over 16 MB; refused by the collection's validator; a field name or a value that cannot be stored; a key that cannot be indexed. */
const PERMANENT: ReadonlySet<number> = new Set([10_334, 17_280, 121, 2, 52, 55, 56, 57, DUPLICATE_KEY]);

/** What JSON can say and BSON cannot (a key with a zero byte), or a document over 16 MB: the driver refuses a batch as a whole. */
export function isUnwritable(error: unknown): boolean {
  const { name = '' } = (error ?? {}) as { name?: string };
  return name.startsWith('BSON') || name === 'MongoInvalidArgumentError' || name === 'SyntaxError';
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
