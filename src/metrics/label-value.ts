import { createHash } from 'node:crypto';

/** The longest label value that is kept whole, in code points. */
export const LONGEST_VALUE = 256;

/** What a label becomes when its family is full. */
export const OVERFLOW = '__overflow__';

/** What a value outside a label's `allow` list becomes. */
export const OTHER = 'other';

const HASH_DIGITS = 16;

/**
 * The text of a label value, or `undefined` for what cannot be one (objects, functions, symbols). Never throws: an
 * object's `toString` is the caller's code and is not run.
 */
export function labelText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'undefined':
      return '';
    default:
      return value === null ? '' : undefined;
  }
}

/** True when `text` may stand in a scrape as it is. */
export function isPresentable(text: string): boolean {
  return text.length <= LONGEST_VALUE && text.isWellFormed();
}

/** Well-formed, and at most 256 code points: a longer one is cut, with a hash of the whole at its end so that it stays itself. */
export function presentable(text: string): string {
  const wellFormed = text.toWellFormed();
  const points = Array.from(wellFormed.slice(0, 2 * LONGEST_VALUE + 2));
  if (points.length <= LONGEST_VALUE) return wellFormed;
  const hash = createHash('sha256').update(wellFormed).digest('hex').slice(0, HASH_DIGITS);
  return `${points.slice(0, LONGEST_VALUE - HASH_DIGITS - 1).join('')}~${hash}`;
}

const SPECIAL = /[\\\n"]/;

/** Escapes a value for both text formats, which agree here. */
export function escapeLabelValue(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
