import { describe, expect, it } from 'vitest';
import { expectClosed, Rig } from './rig.js';

const options = { batchSize: 50, flushIntervalMs: 5_000 };

describe('a memory that fills before a batch does', () => {
  it.each([
    ['events', { limits: { events: 20 }, size: 100 }],
    ['bytes', { limits: { bytes: 2_000 }, size: 200 }],
  ])('is emptied when it is half full of %s, and nothing is dropped', async (_, { limits, size }) => {
    const rig = new Rig({ limits, options });
    rig.offer(size === 100 ? 9 : 4, { size });
    rig.turn();
    expect(rig.sinks[0]!.batches).toEqual([]);
    for (let n = 0; n < 40; n++) {
      rig.offer(1, { size });
      rig.turn(1);
      await rig.settle();
      rig.turn();
    }
    expect(rig.counts()).toMatchObject({ dropped: {} });
    expect(rig.counts().delivered).toBeGreaterThan(30);
    expect(rig.sinks[0]!.batches.length, 'not one by one').toBeLessThan(rig.counts().delivered / 4);
    expectClosed(rig.counts());
  });

  it('makes no small batches for a sink that is not what fills it', async () => {
    const rig = new Rig({ sinks: ['slow', 'quick'], limits: { events: 20 }, options });
    rig.sinks[0]!.mood = 'slow';
    rig.offer(12);
    rig.turn();
    await rig.settle();
    expect(rig.sinks.map(({ batches }) => batches.length)).toEqual([1, 1]);
    for (let n = 0; n < 3; n++) {
      rig.offer();
      rig.turn(10);
      await rig.settle();
    }
    expect(rig.counts()).toMatchObject({ inFlight: 12, pending: 3 });
    expect(rig.sinks[1]!.batches).toHaveLength(1);
    rig.turn(5_000);
    expect(rig.sinks[1]!.batches).toHaveLength(2);
  });
});
