import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelBytes, LONGEST_RUN, type RunPrinter, runLength, runPosition } from '../../../src/metrics/label-bytes.js';

/** Prints its one value as it is. */
const PLAIN: RunPrinter = {
  most: ([text = '']) => Buffer.byteLength(text),
  print: ([text = ''], target, at) => at + target.write(text, at),
};
const added = (bytes: LabelBytes, text: string) => bytes.add(PLAIN, [text]);

function copied(bytes: LabelBytes, run: number): string {
  const target = Buffer.alloc(runLength(run) + 2, 0x7e);
  expect(bytes.copy(run, target, 1)).toBe(runLength(run));
  expect([target[0], target.at(-1)]).toEqual([0x7e, 0x7e]);
  return target.toString('utf8', 1, 1 + runLength(run));
}

describe('label bytes', () => {
  it('gives back each run, whatever was added and released between', () => {
    const length = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 200, max: 70_000 }));
    const steps = fc.array(fc.record({ length, release: fc.nat() }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (all) => {
        const bytes = new LabelBytes();
        const kept: Array<{ run: number; text: string }> = [];
        for (const [step, { length, release }] of all.entries()) {
          const text = String.fromCharCode(97 + (step % 26)).repeat(length);
          kept.push({ run: added(bytes, text), text });
          if (release % 3 === 0) bytes.release((kept.splice(release % kept.length, 1)[0] as { run: number }).run);
          for (const { run, text } of kept) {
            if (copied(bytes, run) !== text) throw new Error(`run ${run} changed`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('reuses what was released, so that churn does not grow it', () => {
    const bytes = new LabelBytes();
    const places = new Set<number>();
    for (let turn = 0; turn < 10_000; turn++) {
      const text = `a="${turn}"`.padEnd(40, 'x');
      const run = added(bytes, text);
      places.add(run);
      bytes.release(run);
    }
    expect(places.size).toBe(1);
  });

  it('keeps all places that were released, each for a run of its class', () => {
    const bytes = new LabelBytes();
    const runs = Array.from({ length: 20 }, () => added(bytes, 'x'.repeat(40)));
    for (const run of runs) bytes.release(run);
    const again = Array.from({ length: 20 }, () => added(bytes, 'y'.repeat(40)));
    expect(again.map(runPosition).sort()).toEqual(runs.map(runPosition).sort());
  });

  it('keeps runs apart in chunks that nothing was given back to', () => {
    const bytes = new LabelBytes();
    const texts = Array.from({ length: 12 }, (_, at) => String.fromCharCode(97 + at).repeat(50_000 + at));
    const runs = texts.map((text) => added(bytes, text));
    expect(runs.map((run) => copied(bytes, run))).toEqual(texts);
  });

  it('begins with a small chunk, and fills one before it takes another', () => {
    const sizes = (bytes: LabelBytes) => (bytes as unknown as { chunks: Buffer[] }).chunks.map(({ length }) => length);
    const small = new LabelBytes();
    small.release(added(small, 'x'.repeat(40)));
    for (let run = 0; run < 40; run++) added(small, 'y'.repeat(90));
    expect(sizes(small)).toEqual([4_096]);
    for (let run = 0; run < 100; run++) added(small, 'y'.repeat(90));
    expect(sizes(small)).toEqual([4_096, 131_072]);
    const large = new LabelBytes();
    added(large, 'x'.repeat(5_000));
    expect(sizes(large)).toEqual([131_072]);
  });

  it('takes little more than a run needs: a class of 16 bytes, or an eighth', () => {
    for (let length = 1; length < 2_000; length += 7) {
      const bytes = new LabelBytes();
      added(bytes, 'x');
      const first = added(bytes, 'y'.repeat(length));
      const second = added(bytes, 'z');
      const taken = runPosition(second) - runPosition(first);
      expect(taken).toBeGreaterThanOrEqual(length);
      expect(taken).toBeLessThanOrEqual(Math.max(length + 15, length * 1.25));
    }
  });

  it('takes the longest run that a family can have', () => {
    const bytes = new LabelBytes();
    const text = 'x'.repeat(LONGEST_RUN);
    const run = added(bytes, text);
    const next = added(bytes, 'y');
    expect(copied(bytes, run)).toBe(text);
    expect(copied(bytes, next)).toBe('y');
  });

  it('keeps the empty run of a family without labels, which has no other; its number is not that of a free row', () => {
    const bytes = new LabelBytes();
    const run = added(bytes, '');
    expect(run).toBeGreaterThan(0);
    expect(copied(bytes, run)).toBe('');
  });
});
