import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cells, cellsFor } from '../../../../src/events/store/cells.js';
import { CELL_BYTES, CELLS_USED, createStoreMemory, viewsOf } from '../../../../src/events/store/layout.js';

function make(events = 4, bytes = 10 * CELL_BYTES) {
  const views = viewsOf(createStoreMemory({ events, bytes, sinks: 1 }));
  return { cells: new Cells(views), views };
}

describe('the cells', () => {
  it('keep records of any length apart, and use what was freed again', () => {
    const command = fc.oneof(
      fc.record({
        type: fc.constant('write' as const),
        length: fc.nat({ max: 5 * CELL_BYTES }),
        fill: fc.nat({ max: 255 }),
      }),
      fc.record({ type: fc.constant('free' as const), index: fc.nat({ max: 20 }) }),
      fc.constant({ type: 'rebuild' as const }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const { cells, views } = make(6, 14 * CELL_BYTES);
        const held: { first: number; bytes: Buffer }[] = [];
        const used = () => held.reduce((sum, { bytes }) => sum + cellsFor(bytes.length), 0);
        for (const next of commands) {
          if (next.type === 'write') {
            const bytes = Buffer.alloc(next.length, next.fill);
            expect(cells.fits(bytes.length)).toBe(used() + cellsFor(bytes.length) <= 20);
            if (cells.fits(bytes.length)) held.push({ first: cells.write(bytes), bytes });
          } else if (next.type === 'free') {
            const [gone] = held.splice(next.index, 1);
            if (gone !== undefined) cells.free(gone.first);
          } else {
            cells.rebuild(held.map(({ first }) => first));
          }
          for (const { first, bytes } of held)
            expect(Buffer.from(cells.read(first, bytes.length)).equals(bytes)).toBe(true);
          expect(views.header[CELLS_USED]).toBeLessThanOrEqual(20);
        }
      }),
    );
  });

  it('touches no more memory than it has needed at once', () => {
    const { cells, views } = make();
    for (let n = 0; n < 100; n++) cells.free(cells.write(Buffer.alloc(2 * CELL_BYTES)));
    expect(views.header[CELLS_USED]).toBe(2);
  });
});
