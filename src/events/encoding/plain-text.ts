/** What a byte may be the sign of; 0 is of nothing. */
const DIGIT = 1;
const DASH = 2;
const SPACE = 3;
const LETTER_J = 4;
/** Of a character that JSON escapes, of an address, or of a text that is not ASCII. */
const OTHER = 5;

const SIGNS = new Uint8Array(256).fill(OTHER, 0, 0x20).fill(OTHER, 0x7f);
for (const character of '"\\@') SIGNS[character.charCodeAt(0)] = OTHER;
for (const character of '0123456789') SIGNS[character.charCodeAt(0)] = DIGIT;
SIGNS['-'.charCodeAt(0)] = DASH;
SIGNS[' '.charCodeAt(0)] = SPACE;
SIGNS['J'.charCodeAt(0)] = LETTER_J;

const SMALL_Y = 'y'.charCodeAt(0);
const SMALL_R = 'r'.charCodeAt(0);
const CASE_BIT = 0x20;
/** A card number has no fewer. */
const CARD_DIGITS = 13;

/**
 * Copies a text that stands in JSON as it is, and in which `maskText` would find nothing; false where it may be another
 * one: most texts need neither, and are read only once.
 */
export function copyPlainText(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): boolean {
  let digits = 0;
  let before = 0;
  for (let index = 0; index < length; index++) {
    const byte = from[start + index] as number;
    to[at + index] = byte;
    switch (SIGNS[byte]) {
      case 0:
        digits = 0;
        break;
      case DIGIT:
        if (++digits === CARD_DIGITS) return false;
        break;
      case DASH:
        break;
      case SPACE:
        // As after `bearer`.
        if ((before | CASE_BIT) === SMALL_R) return false;
        break;
      case LETTER_J:
        // As in `eyJ`.
        if (before === SMALL_Y) return false;
        digits = 0;
        break;
      default:
        return false;
    }
    before = byte;
  }
  return true;
}
