import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceSet } from '../../../../src/events/spool/sequences.js';

const value = fc.integer({ min: 1, max: 60 });
const filled = fc.array(
  fc.oneof(
    value.map((at) => [at, at] as const),
    fc.tuple(value, value),
  ),
  { maxLength: 20 },
);

function both(ranges: readonly (readonly [number, number])[]): { set: SequenceSet; plain: Set<number> } {
  const set = new SequenceSet();
  const plain = new Set<number>();
  for (const [first, last] of ranges) {
    if (first === last) expect(set.add(first)).toBe(!plain.has(first));
    else set.addRange(first, last);
    for (let at = first; at <= last; at += 1) plain.add(at);
  }
  return { set, plain };
}

describe('a set of sequences', () => {
  it('is the set that it says it is', () => {
    fc.assert(
      fc.property(filled, filled, value, value, (ranges, others, first, last) => {
        const { set, plain } = both(ranges);
        const { set: other, plain: otherPlain } = both(others);
        const sorted = [...plain].sort((a, b) => a - b);
        const within = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
        expect([...set]).toEqual(sorted);
        expect([...new SequenceSet(JSON.parse(JSON.stringify(set)))]).toEqual(sorted);
        expect(set.last).toBe(sorted.at(-1) ?? 0);
        for (let at = 0; at <= 61; at += 1) expect(set.has(at)).toBe(plain.has(at));
        expect([...new SequenceSet(set.holes(first, last))]).toEqual(within.filter((at) => !plain.has(at)));
        expect(set.lowestOutside(other)).toBe(sorted.find((at) => !otherPlain.has(at)));
      }),
    );
  });

  it('takes the room of one range while it is filled in order', () => {
    const set = new SequenceSet();
    for (let at = 1; at <= 1_000; at += 1) set.add(at);
    set.add(1_002);
    expect(JSON.stringify(set)).toBe('[[1,1000],[1002,1002]]');
    set.add(1_001);
    expect(JSON.stringify(set)).toBe('[[1,1002]]');
  });
});
