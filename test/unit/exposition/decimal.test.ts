import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberText, writeNumber } from '../../../src/exposition/byte-writer.js';
import { NO_DECIMAL, writeDecimal } from '../../../src/exposition/decimal.js';

const FRAME = 0x7e;

/** What stands in the bytes after a number was written, with a look at the bytes around it. */
function written(value: number): string {
  const bytes = Buffer.alloc(64, FRAME);
  const end = writeNumber(bytes, 8, value);
  expect(bytes.subarray(0, 8).every((byte) => byte === FRAME)).toBe(true);
  expect(end).toBeLessThanOrEqual(8 + 26);
  return bytes.toString('latin1', 8, end);
}

/** The doubles just around a value. */
function neighbours(value: number): number[] {
  const float = Float64Array.of(value);
  const bits = new BigInt64Array(float.buffer);
  return [-2n, -1n, 0n, 1n, 2n].map((step) => {
    float[0] = value;
    (bits[0] as bigint) += step;
    return float[0] as number;
  });
}

function sum(parts: readonly number[]): number {
  return parts.reduce((total, part) => total + part, 0);
}

describe('a number is written as JavaScript prints it', () => {
  const powers = Array.from({ length: 40 }, (_, n) => 10 ** (n - 18)).flatMap(neighbours);
  const twos = Array.from({ length: 120 }, (_, n) => 2 ** (n - 60)).flatMap(neighbours);
  const lengths = Array.from({ length: 17 }, (_, n) => Number('12345678901234567'.slice(0, n + 1)));
  const fractions = Array.from({ length: 17 }, (_, n) => Number(`0.${'98765432109876543'.slice(0, n + 1)}`));
  const ends = [9, 10, 99, 100, 999, 1000, 9999, 99999, 999999, 9999999, 99999999, 999999999, 2 ** 31 - 1, 2 ** 31];
  // The first integer that a double does not hold, at each power of ten.
  const inexact = Array.from({ length: 30 }, (_, n) => Number(`9007199254740993e${n - 25}`)).flatMap(neighbours);
  const special = [0, -0, -1, -1.5, 5e-324, Number.MAX_VALUE, Number.NaN, Infinity, -Infinity, 0.1 + 0.2, 1 / 3];

  it.each([
    ['powers of ten and what is next to them', powers],
    ['powers of two and what is next to them', twos],
    ['one digit to seventeen', [...lengths, ...fractions]],
    ['the ends of the integers of each length', ends],
    ['sixteen digits that are no exact integer', inexact],
    ['what no formula fits', special],
  ])('%s', (_, values) => {
    expect(values.map(written)).toEqual(values.map(numberText));
  });

  it.each([
    ['any double', fc.double()],
    ['of the size of a sum of seconds', fc.double({ min: 1e-6, max: 1e15 })],
    [
      'sums of milliseconds',
      fc.array(fc.nat(5_000), { minLength: 1, maxLength: 40 }).map((all) => sum(all.map((n) => n / 1_000))),
    ],
    ['hundredths', fc.nat(2 ** 31 - 1).map((n) => n / 100)],
  ])('%s', (_, values) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(written(value)).toBe(numberText(value));
      }),
      { numRuns: 20_000 },
    );
  });

  it('the answer for a number that needs a string is no place', () => {
    const bytes = Buffer.alloc(64);
    const places = Array.from({ length: 20 }, (_, n) => writeDecimal(bytes, 0, (10 ** (n + 1) - 1) / 10 ** n));
    expect(places.slice(0, 3)).toEqual([1, 3, 4]);
    expect(places).not.toContain(writeDecimal(bytes, 0, Number.NaN));
  });

  it('nearly all sums without a string', () => {
    const values = Array.from({ length: 1_000 }, (_, n) =>
      sum(Array.from({ length: n + 1 }, (__, i) => 0.01 * (i + 0.7))),
    );
    const strings = values.filter((value) => writeDecimal(Buffer.alloc(32), 0, value) === NO_DECIMAL);
    expect(strings.length).toBeLessThan(100);
  });
});
