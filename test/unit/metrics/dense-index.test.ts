import { describe, expect, it } from 'vitest';
import { DenseIndex } from '../../../src/metrics/dense-index.js';

const rowAt = (index: DenseIndex, ids: number[]): number | undefined => {
  const place = ids.reduce((at, id, label) => (at << (index.bits[label] as number)) | id, 0);
  return index.rows?.[place] === undefined ? undefined : index.rows[place] - 1;
};

describe('dense index', () => {
  it('keeps what it holds when more numbers need more room', () => {
    const index = new DenseIndex(3);
    const sets: number[][] = [];
    for (const limit of [2, 3, 4, 6, 10]) {
      for (let a = 1; a < limit; a++) for (let b = 1; b < limit; b++) sets.push([a, b, 1 + ((a + b) % (limit - 1))]);
    }
    const unique = [...new Map(sets.map((set) => [set.join(), set])).values()];
    for (const [row, set] of unique.entries()) index.add(row, Int32Array.from(set));
    for (const [row, set] of unique.entries()) expect(rowAt(index, set)).toBe(row);
    expect(rowAt(index, [1, 1, 9])).toBe(-1);
    expect(rowAt(index, [0, 1, 1])).toBe(-1);
  });

  it('forgets a row that is taken out, and no other', () => {
    const index = new DenseIndex(2);
    index.add(0, Int32Array.of(1, 1));
    index.add(1, Int32Array.of(2, 1));
    index.remove(Int32Array.of(1, 1));
    expect([rowAt(index, [1, 1]), rowAt(index, [2, 1])]).toEqual([-1, 1]);
  });

  it('gives up when the places are mostly empty', () => {
    const index = new DenseIndex(2);
    for (let id = 1; id <= 63; id++) index.add(id - 1, Int32Array.of(id, id));
    expect(rowAt(index, [63, 63])).toBe(62);
    index.add(63, Int32Array.of(64, 64));
    expect(index.rows).toBeUndefined();
    index.remove(Int32Array.of(64, 64));
    index.add(63, Int32Array.of(1, 1));
    expect(index.rows).toBeUndefined();
  });

  it('has given up for good, however full the places become', () => {
    const index = new DenseIndex(2);
    for (let id = 1; id <= 64; id++) index.add(id - 1, Int32Array.of(id, id));
    for (let row = 64; row < 5_000; row++) index.add(row, Int32Array.of(1 + (row % 127), 1 + Math.floor(row / 127)));
    expect(() => index.add(5_000, Int32Array.of(128, 1))).not.toThrow();
    expect(index.rows).toBeUndefined();
  });

  it('gives up when most of what it held is gone', () => {
    const index = new DenseIndex(2);
    for (let turn = 0; turn < 2_000; turn++) {
      index.add(0, Int32Array.of(1, 1));
      index.remove(Int32Array.of(1, 1));
    }
    index.add(0, Int32Array.of(64, 64));
    expect(index.rows).toBeUndefined();
  });

  it('gives up when the places become many, however full', () => {
    const index = new DenseIndex(2);
    for (let id = 0; id < 5_000; id++) index.add(id, Int32Array.of(1 + (id & 15), 1 + (id >> 4)));
    expect(index.rows).toBeDefined();
    for (let id = 5_000; id < 40_000; id++) index.add(id, Int32Array.of(1 + (id & 15), 1 + (id >> 4)));
    expect(index.rows).toBeUndefined();
  });

  it('holds one row where there are no labels', () => {
    const index = new DenseIndex(0);
    expect(rowAt(index, [])).toBe(-1);
    index.add(0, new Int32Array(0));
    expect(rowAt(index, [])).toBe(0);
  });
});
