import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeriesIndex } from '../../../src/metrics/series-index.js';

interface Step {
  readonly remove: boolean;
  readonly ids: readonly number[];
}

/** Any sequence of additions and removals, played against a Map; rows are reused as the store does. */
function play(labels: number, steps: readonly Step[]): void {
  const index = new SeriesIndex(labels);
  const model = new Map<string, number>();
  const freed: number[] = [];
  let high = 0;
  const seen = new Map<string, readonly number[]>();
  for (const { remove, ids } of steps) {
    const key = JSON.stringify(ids);
    const known = model.get(key);
    if (remove && known !== undefined) {
      index.remove(known);
      model.delete(key);
      freed.push(known);
    } else if (!remove && known === undefined) {
      const row = freed.pop() ?? high++;
      index.add(row, Int32Array.from(ids));
      model.set(key, row);
      seen.set(key, ids);
      for (const [label, id] of ids.entries()) expect(index.idAt(row, label)).toBe(id);
    }
    for (const [one, numbers] of seen) {
      if (index.find(Int32Array.from(numbers)) !== (model.get(one) ?? -1))
        throw new Error(`${one} is not where it was put`);
    }
  }
}

const stepsOf = (labels: number, most: number) =>
  fc.array(
    fc.record({
      remove: fc.integer({ min: 0, max: 3 }).map((draw) => draw === 0),
      ids: fc.array(fc.nat(most), { minLength: labels, maxLength: labels }),
    }),
    { maxLength: 120 },
  );

describe('series index', () => {
  it.each([
    [1, 300],
    [2, 12],
    [3, 3],
    [3, 100_000],
    [7, 1],
  ])('equals a Map, with %i labels of numbers up to %i', (labels, most) => {
    fc.assert(
      fc.property(stepsOf(labels, most), (steps) => play(labels, steps)),
      { numRuns: 60 },
    );
  });

  it('finds each of 50,000, and nothing that is not there', () => {
    const index = new SeriesIndex(3);
    const ids = (row: number) => Int32Array.of(row % 5, Math.floor(row / 5) % 100, Math.floor(row / 500));
    for (let row = 0; row < 50_000; row++) index.add(row, ids(row));
    for (let row = 0; row < 50_000; row++) if (index.find(ids(row)) !== row) expect.fail(`row ${row} is lost`);
    expect(index.find(Int32Array.of(5, 0, 0))).toBe(-1);
  });

  it('still ends a search after endless churn of the same places', () => {
    const index = new SeriesIndex(1);
    for (let id = 0; id < 100_000; id++) {
      index.add(0, Int32Array.of(id));
      index.remove(0);
    }
    expect(index.find(Int32Array.of(7))).toBe(-1);
  });

  it('forgets each of many that is removed, and no other', () => {
    const index = new SeriesIndex(2);
    const ids = (row: number) => Int32Array.of((row * 7_919) % 1_009, (row * 104_729) % 997);
    for (let row = 0; row < 3_000; row++) index.add(row, ids(row));
    for (let row = 0; row < 3_000; row += 3) index.remove(row);
    const wrong = Array.from({ length: 3_000 }, (_, row) => row).filter(
      (row) => index.find(ids(row)) !== (row % 3 === 0 ? -1 : row),
    );
    expect(wrong).toEqual([]);
  });

  it('grows with the rows that it holds, not with those that were removed', () => {
    const index = new SeriesIndex(1);
    const places = () => (index as unknown as { table: Int32Array }).table.length;
    for (let id = 0; id < 10_000; id++) {
      index.add(0, Int32Array.of(id));
      index.remove(0);
    }
    expect(places()).toBe(32);
    for (let row = 0; row < 1_000; row++) index.add(row, Int32Array.of(row));
    expect(places()).toBeLessThanOrEqual(8 * 1_000);
    for (let row = 0; row < 1_000; row++) expect(index.find(Int32Array.of(row))).toBe(row);
  });
});
