import { describe, expect, it } from 'vitest';
import { DenseIndex } from '../../../src/metrics/dense-index.js';

describe('dense index', () => {
  it('keeps what it holds when more numbers need more room', () => {
    const index = new DenseIndex(3);
    const sets: number[][] = [];
    for (const limit of [1, 2, 3, 5, 9]) {
      for (let a = 0; a < limit; a++) for (let b = 0; b < limit; b++) sets.push([a, b, (a + b) % limit]);
    }
    const unique = [...new Map(sets.map((set) => [set.join(), set])).values()];
    for (const [row, set] of unique.entries()) expect(index.add(row, Int32Array.from(set))).toBe(true);
    for (const [row, set] of unique.entries()) expect(index.find(Int32Array.from(set))).toBe(row);
    expect(index.find(Int32Array.of(0, 0, 8))).toBe(-1);
  });

  it('gives up when the places become many', () => {
    const index = new DenseIndex(2);
    expect(index.add(0, Int32Array.of(127, 127))).toBe(true);
    expect(index.add(1, Int32Array.of(128, 127))).toBe(false);
  });

  it('holds one row where there are no labels', () => {
    const index = new DenseIndex(0);
    expect(index.find(new Int32Array(0))).toBe(-1);
    index.add(0, new Int32Array(0));
    expect(index.find(new Int32Array(0))).toBe(0);
  });
});
