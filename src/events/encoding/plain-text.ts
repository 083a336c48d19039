/** What a byte is a sign of, in bits. */
const DIGIT = 1;
/** May stand in a card number: digits on both sides of it are of one. */
const OF_NUMBER = 2;
/** Of a character that JSON escapes, of an address, or of a text that is not ASCII. */
const OTHER = 4;
/** May be of a token; `hasTokenSign` tells. */
const OF_TOKEN = 8;

const SIGNS = new Uint8Array(256).fill(OTHER, 0, 0x20).fill(OTHER, 0x7f);
for (const character of '"\\@') SIGNS[character.charCodeAt(0)] = OTHER;
for (const character of '0123456789') SIGNS[character.charCodeAt(0)] = DIGIT | OF_NUMBER;
const SPACE = 0x20;
const CAPITAL_J = 0x4a;
SIGNS['-'.charCodeAt(0)] = OF_NUMBER;
SIGNS[SPACE] = OF_NUMBER | OF_TOKEN;
SIGNS[CAPITAL_J] = OF_TOKEN;

const SMALL_Y = 0x79;
const SMALL_R = 0x72;
const CASE_BIT = 0x20;
/** A card number has no fewer. */
const CARD_DIGITS = 13;

/**
 * Copies a text that stands in JSON as it is, and in which `maskText` would find nothing; false where it may be another
 * one: most texts need neither, and are read only once. Without branches, since an id's characters cannot be foretold.
 */
export function copyPlainText(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): boolean {
  let all = 0;
  let digits = 0;
  for (let index = 0; index < length; index++) {
    const byte = from[start + index] as number;
    const sign = SIGNS[byte] as number;
    to[at + index] = byte;
    all |= sign;
    digits = (digits + (sign & DIGIT)) & -((sign & OF_NUMBER) >> 1);
    if (digits === CARD_DIGITS) return false;
  }
  return (all & OTHER) === 0 && ((all & OF_TOKEN) === 0 || !hasTokenSign(from, start, length));
}

/** The end of `bearer `, or of `eyJ`. */
function hasTokenSign(bytes: Uint8Array, start: number, length: number): boolean {
  for (let at = start + 1; at < start + length; at++) {
    const before = bytes[at - 1] as number;
    if (bytes[at] === SPACE && (before | CASE_BIT) === SMALL_R) return true;
    if (bytes[at] === CAPITAL_J && before === SMALL_Y) return true;
  }
  return false;
}
