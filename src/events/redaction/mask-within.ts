import { cutText } from './cut-text.js';
import { maskText } from './mask-text.js';

/** Longer than what is masked: so far behind the end a text is read, that no half of an address or a number stays. */
const MASK_BEYOND = 512;

/** Not longer than `most`. Masked only where a cut may halve what is masked: the rest is masked off the caller's thread. */
export function cutMasked(text: string, most: number): string {
  return text.length <= most ? text : maskWithin(text, most);
}

/** A text masked, and not longer than `most` UTF-16 units but for the `sign` that ends it where it was cut. */
export function maskWithin(text: string, most: number, sign = ''): string {
  const known = most + MASK_BEYOND;
  const masked = maskText(text.length > known ? text.slice(0, known) : text);
  // What is masked is shorter: the end, of which the rest is not known, must not come into view.
  const sure = text.length > known ? Math.max(0, masked.length - MASK_BEYOND) : masked.length;
  const shown = cutText(masked, Math.min(most, sure));
  return shown.length === masked.length ? shown : shown + sign;
}
