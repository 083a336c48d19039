import { describe, expect, it } from 'vitest';
import { chunkIndexOf, chunkStart, SeriesRows } from '../../../src/metrics/series-rows.js';

describe('number rows', () => {
  it('every row lies in exactly one chunk, at its own place', () => {
    let chunk = 0;
    for (let row = 0; row < 20_000; row++) {
      const found = chunkIndexOf(row);
      if (found !== chunk) {
        expect(found).toBe(chunk + 1);
        expect(chunkStart(found)).toBe(row);
        chunk = found;
      }
    }
    expect(chunk).toBeGreaterThan(9);
  });

  it('rows do not share numbers, and stay where they are while others come', () => {
    const rows = new SeriesRows(3);
    rows.ensure(0);
    const first = rows.chunkOf(0);
    rows.ensure(9_999);
    for (let row = 0; row < 10_000; row++) rows.chunkOf(row).fill(row, rows.offsetOf(row), rows.offsetOf(row) + 4);
    expect(rows.chunkOf(0)).toBe(first);
    for (let row = 0; row < 10_000; row++) {
      const at = rows.offsetOf(row);
      expect([...rows.chunkOf(row).subarray(at, at + 4)]).toEqual([row, row, row, row]);
      expect(rows.rowAt(rows.chunkOf(row), at)).toBe(row);
    }
  });

  it('has room for the rows of its chunks, and no more', () => {
    const rows = new SeriesRows(3);
    rows.ensure(9_999);
    const held = rows.chunks.map(({ length }) => length / rows.width);
    expect(held).toEqual([16, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 4_096]);
  });

  it('lies in shared memory, so that another thread could read it', () => {
    const rows = new SeriesRows(1);
    rows.ensure(100);
    expect(rows.chunks.every(({ buffer }) => buffer instanceof SharedArrayBuffer)).toBe(true);
  });
});
