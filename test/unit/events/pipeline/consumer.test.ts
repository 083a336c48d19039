import { describe, expect, it } from 'vitest';
import { expectClosed, Rig } from './rig.js';

describe('the consumer', () => {
  it('writes a batch when it is full, and what is left when the interval is over', () => {
    const rig = new Rig({ options: { batchSize: 10, flushIntervalMs: 1_000 } });
    rig.offer(14);
    rig.turn();
    expect(rig.seqs()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    rig.turn(999);
    expect(rig.seqs()).toHaveLength(10);
    rig.turn(1);
    expect(rig.seqs()).toHaveLength(14);
    expectClosed(rig.counts());
    expect(rig.counts()).toMatchObject({ accepted: 14, delivered: 14, batchesWritten: 2, eventsPersisted: 14 });
  });
});
