import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketIndex, bucketIndexOf } from '../../../src/metrics/bucket-index.js';

const bits = new DataView(new ArrayBuffer(8));

/** The next double towards +Infinity (`step` 1) or -Infinity (-1). */
function neighbour(value: number, step: 1 | -1): number {
  if (value === 0) return step * Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + BigInt(value > 0 ? step : -step));
  return bits.getFloat64(0);
}

/** The exponent and the first three bits of the mantissa. */
function cellOf(value: number): number {
  bits.setFloat64(0, value);
  return bits.getUint32(0) >>> 17;
}

function linear(bounds: readonly number[], value: number): number {
  const found = bounds.findIndex((bound) => value <= bound);
  return found < 0 ? bounds.length : found;
}

const bound = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 5e-324, -5e-324, 2.2e-308, Number.MAX_VALUE, -Number.MAX_VALUE, 1, 2, 1.125, 1.25, -1),
  fc.integer({ min: -20, max: 20 }).map((power) => 2 ** power),
  fc.integer({ min: -1000, max: 1000 }),
);
const ascending = fc
  .uniqueArray(bound, { minLength: 1, maxLength: 40, comparator: (a, b) => a === b })
  .map((bounds) => bounds.sort((a, b) => a - b));

describe('bucket lookup', () => {
  it('agrees with a search in order, at each bound, one step beside it, and anywhere', () => {
    fc.assert(
      fc.property(ascending, fc.array(bound, { maxLength: 20 }), (bounds, others) => {
        const index = new BucketIndex(bounds);
        const values = bounds.flatMap((one) => [one, neighbour(one, 1), neighbour(one, -1)]).filter(Number.isFinite);
        for (const value of [...values, ...others, 0, -0]) expect(index.find(value)).toBe(linear(bounds, value));
      }),
      { numRuns: 500 },
    );
  });

  it('begins at the first bound that a value of the same exponent and first bits may be under', () => {
    fc.assert(
      fc.property(ascending, (bounds) => {
        const { table, firstCell, lastCell } = new BucketIndex(bounds);
        const cells = bounds.filter((bound) => bound > 0).map(cellOf);
        expect([firstCell, lastCell]).toEqual([cells[0] ?? 0, cells.at(-1) ?? 0]);
        expect(table).toHaveLength(lastCell - firstCell + 1);
        const shift = bounds.length - cells.length;
        for (const cell of new Set(cells.flatMap((cell) => [cell, cell - 1, cell + 1]))) {
          if (cell < firstCell || cell > lastCell) continue;
          expect(table[cell - firstCell]).toBe(shift + cells.findIndex((one) => one >= cell));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('puts a value that equals a bound under it, and one above all under +Inf', () => {
    const index = new BucketIndex([0.1, 0.2, 0.30000000000000004]);
    expect([0.1, 0.2, 0.1 + 0.2, 0.31].map((value) => index.find(value))).toEqual([0, 1, 2, 3]);
  });

  it('keeps one index for each layout', () => {
    expect(bucketIndexOf([1, 2])).toBe(bucketIndexOf([1, 2]));
    expect(bucketIndexOf([1, 2])).not.toBe(bucketIndexOf([1, 3]));
  });
});
