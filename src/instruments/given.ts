import { labelText } from '../metrics/label-value.js';

/**
 * The text that a callback of the application gave; `undefined` where it gave none.
 *
 * @throws {TypeError} for what is no text; whoever asked counts it
 */
export function givenText(value: unknown): string | undefined {
  const given = plain(value);
  return given === undefined || given === null ? undefined : labelText(given);
}

/**
 * Whether a callback of the application said yes.
 *
 * @throws {TypeError} for what is neither yes nor no; whoever asked counts it
 */
export function givenFlag(value: unknown): boolean {
  const given = plain(value) ?? false;
  if (typeof given === 'boolean') return given;
  throw new TypeError('a callback gave what is no boolean');
}

function plain(value: unknown): unknown {
  if (labelText(value) !== undefined) return value;
  disown(value);
  throw new TypeError('a callback gave what is no text: nothing is waited for');
}

/** An async callback comes too late; that it failed must not end the process either. */
function disown(value: unknown): void {
  try {
    void Promise.resolve(value).catch(() => {});
  } catch {
    // A promise of another make, whose constructor throws.
  }
}
