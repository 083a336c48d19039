import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lane } from '../../../../src/events/store/lanes.js';

const SLOTS = 12;

const command = fc.oneof(
  fc.record({ type: fc.constant('push' as const), slot: fc.nat({ max: SLOTS - 1 }) }),
  fc.record({ type: fc.constant('remove' as const), slot: fc.nat({ max: SLOTS - 1 }) }),
  fc.record({ type: fc.constant('take' as const), reader: fc.nat({ max: 1 }) }),
  fc.record({ type: fc.constant('giveBack' as const), reader: fc.nat({ max: 1 }), slot: fc.nat({ max: SLOTS - 1 }) }),
);

describe('a lane', () => {
  it('gives each reader the oldest of its events, in whatever order events leave and come back', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 100 }), (commands) => {
        const lane = new Lane(SLOTS, 2);
        const model: number[] = [];
        const taken = [new Set<number>(), new Set<number>()];
        for (const { type, ...rest } of commands) {
          const { slot, reader } = { slot: 0, reader: 0, ...rest };
          const mine = taken[reader]!;
          if (type === 'push' && !model.includes(slot)) {
            lane.push(slot);
            model.push(slot);
          } else if (type === 'remove' && model.includes(slot)) {
            lane.remove(slot);
            model.splice(model.indexOf(slot), 1);
            for (const set of taken) set.delete(slot);
          } else if (type === 'take') {
            const expected = model.find((candidate) => !mine.has(candidate)) ?? -1;
            expect(lane.oldest(reader, (candidate) => !mine.has(candidate))).toBe(expected);
            if (expected >= 0) mine.add(expected);
          } else if (type === 'giveBack' && mine.delete(slot)) {
            lane.reread(reader);
          }
          const all: number[] = [];
          for (let at = lane.head; at !== -1; at = lane.next(at)) all.push(at);
          expect(all).toEqual(model);
        }
      }),
    );
  });
});
