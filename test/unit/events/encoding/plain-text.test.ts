import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyPlainText } from '../../../../src/events/encoding/plain-text.js';
import { maskText } from '../../../../src/events/redaction/mask-text.js';

/** The copy, or undefined where it may not be one. */
function copied(text: string): string | undefined {
  const from = Buffer.from(`[${text}]`, 'latin1');
  const to = Buffer.alloc(from.length);
  return copyPlainText(from, 1, text.length, to, 2) ? to.toString('latin1', 2, 2 + text.length) : undefined;
}

describe('plain text', () => {
  it.each(['/api/v1/resource-12/:id', 'e88381a4e4b73205cb406a19e1a17425', 'a sentence, with 12 words; and JSON', ''])(
    'is copied: %s',
    (text) => expect(copied(text)).toBe(text),
  );

  it.each([
    'to a@b.co',
    'bearer 0123456789',
    'BEARER 0123456789',
    'xeyJabcdef.gh',
    '4111 1111-1111 1111',
    '4111111111111',
    'a "quote"',
    'a\\b',
    'two\nlines',
    'née',
    '\x7f',
    '\xa0',
  ])('may not be: %s', (text) => expect(copied(text)).toBeUndefined());

  it('is nothing that JSON escapes or that is masked', () => {
    const piece = fc.oneof(
      fc.constantFrom('bearer ', 'BeareR ', 'eyJ', '4111', ' ', '-', '1111111', 'abcdef0123.', '@', 'a.co', '\t', 'é'),
      fc.string({ maxLength: 3 }),
    );
    let plain = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        const copy = copied(text);
        if (copy === undefined) return;
        plain++;
        expect(copy).toBe(text);
        expect(maskText(text)).toBe(text);
        expect(JSON.stringify(text)).toBe(`"${text}"`);
      }),
      { numRuns: 5_000 },
    );
    expect(plain).toBeGreaterThan(500);
  });
});
