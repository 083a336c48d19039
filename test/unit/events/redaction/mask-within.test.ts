import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskWithin } from '../../../../src/events/redaction/mask-within.js';

const ADDRESS = 'bob.jones@example.com';

describe('maskWithin', () => {
  it('leaves what is short as it is, and signs what is cut', () => {
    expect(maskWithin('abc', 3, '…')).toBe('abc');
    expect(maskWithin('abcd', 3, '…')).toBe('abc…');
    expect(maskWithin('abcd', 3)).toBe('abc');
  });

  it('needs no cut where a mask has made a text short enough', () => {
    expect(maskWithin(`to ${ADDRESS}`, 10, '…')).toBe('to [email]');
  });

  it('cuts no character in two', () => {
    expect(maskWithin('ab😀d', 3, '…')).toBe('ab…');
  });

  it('shows nothing of an address, wherever the text is cut', () => {
    fc.assert(
      fc.property(
        fc.nat(1_200),
        fc.integer({ min: 1, max: 600 }),
        fc.nat(40),
        fc.nat(700),
        (before, most, addresses, after) => {
          const text = 'x '.repeat(before / 2) + `${ADDRESS} `.repeat(addresses) + 'y '.repeat(after / 2);
          const shown = maskWithin(text, most, '…');
          expect(shown.length).toBeLessThanOrEqual(most + 1);
          expect(shown).not.toMatch(/bob|jones|@|exam/);
        },
      ),
      { numRuns: 500 },
    );
  });
});
