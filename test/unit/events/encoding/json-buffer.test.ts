import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonBuffer } from '../../../../src/events/encoding/json-buffer.js';

const written = (write: (buffer: JsonBuffer) => void): string => {
  const buffer = new JsonBuffer();
  write(buffer);
  return buffer.toString();
};

describe('JSON buffer', () => {
  it('writes numbers as String does', () => {
    const decimal = fc
      .tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 9 }))
      .map(([digits, decimals]) => Number(`${digits}e-${decimals}`));
    fc.assert(
      fc.property(fc.oneof(fc.double(), decimal, fc.float()), (number) => {
        expect(written((buffer) => buffer.number(number))).toBe(String(number));
      }),
      { numRuns: 20_000 },
    );
    for (const number of [0.1 + 0.2, 999_999_999.999999, 1e9, 1e15, 1e-6, 1e-7, 0.5, -0.000001, 2e-6 * 3, 4.35]) {
      expect(written((buffer) => buffer.number(number))).toBe(String(number));
    }
  });

  it('writes whole numbers', () => {
    for (const number of [0, 7, -7, 10, 99, 100, 2 ** 31 - 1, -(2 ** 31)]) {
      expect(written((buffer) => buffer.integer(number))).toBe(String(number));
    }
    fc.assert(
      fc.property(fc.integer(), (number) => {
        expect(written((buffer) => buffer.integer(number))).toBe(String(number));
      }),
    );
  });

  it('grows, and keeps what it has', () => {
    const long = 'é'.repeat(5_000);
    const all = written((buffer) => {
      buffer.ascii('abc');
      buffer.text(long);
      buffer.copy(Buffer.from('x'.repeat(70_000)));
      buffer.byte(33);
    });
    expect(all).toBe(`abc${long}${'x'.repeat(70_000)}!`);
  });
});
