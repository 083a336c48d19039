import { describe, expect, it } from 'vitest';
import { expectClosed, Rig, type RigOptions } from './rig.js';

/** A queue of ten, two of them reserved, whose sink has the first three in flight and answers when told. */
function fullRig(options: RigOptions = {}): Rig {
  const rig = new Rig({
    limits: { events: 10 },
    ...options,
    options: { batchSize: 3, flushIntervalMs: 1_000, ...options.options },
  });
  rig.sinks[0]!.mood = 'slow';
  rig.offer(8);
  rig.turn();
  expect(rig.counts()).toMatchObject({ inFlight: 3, pending: 5 });
  return rig;
}

async function drain(rig: Rig): Promise<void> {
  for (let n = 0; n < 12; n++) {
    rig.sinks[0]!.answer();
    await rig.settle();
    rig.turn(1_000);
  }
}

describe('a full queue', () => {
  it('drops the oldest that is not in flight', async () => {
    const rig = fullRig();
    rig.offer(2);
    rig.turn();
    expect(rig.counts()).toMatchObject({ inFlight: 3, pending: 5, dropped: { queue_full: 2 } });
    expectClosed(rig.counts());
    await drain(rig);
    expect(rig.seqs()).toEqual([0, 1, 2, 5, 6, 7, 8, 9]);
  });

  it('drops the one that arrives where all others are in flight', async () => {
    const rig = new Rig({ limits: { events: 10 }, options: { batchSize: 8, flushIntervalMs: 1_000 } });
    rig.sinks[0]!.mood = 'slow';
    rig.offer(8);
    rig.turn();
    rig.offer();
    rig.turn();
    expect(rig.counts()).toMatchObject({ inFlight: 8, pending: 0, dropped: { queue_full: 1 } });
    await drain(rig);
    expect(rig.seqs()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it.each(['drop-newest', 'block'] as const)('%s keeps what it has', async (whenFull) => {
    const rig = fullRig({ options: { whenFull } });
    rig.offer(2);
    rig.turn();
    expect(rig.counts()).toMatchObject({ inFlight: 3, pending: 5, dropped: { queue_full: 2 } });
    await drain(rig);
    expect(rig.seqs()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('has room for critical events that normal ones may not use, and drops normal ones for them', async () => {
    const rig = fullRig();
    rig.offer(2, { critical: true });
    rig.turn();
    expect(rig.counts()).toMatchObject({ depth: { critical: 2, normal: 8 }, dropped: {} });
    rig.offer(5, { critical: true });
    rig.turn();
    expect(rig.counts()).toMatchObject({ depth: { critical: 7, normal: 3 }, dropped: { queue_full: 5 } });
    rig.offer(1, { critical: true });
    rig.turn();
    expect(rig.counts(), 'only now a critical one').toMatchObject({
      depth: { critical: 7, normal: 3 },
      dropped: { queue_full: 6 },
    });
    rig.offer();
    rig.turn();
    expect(rig.counts(), 'never for a normal one').toMatchObject({
      depth: { critical: 7, normal: 3 },
      dropped: { queue_full: 7 },
    });
    await drain(rig);
    expect(rig.seqs()).toEqual([0, 1, 2, 9, 10, 11, 12, 13, 14, 15]);
  });

  it('is full in bytes too, and pushes out as many as the new one needs', () => {
    const rig = new Rig({ limits: { bytes: 1_000 }, options: { batchSize: 1, flushIntervalMs: 1_000 } });
    rig.sinks[0]!.mood = 'slow';
    rig.offer(10, { size: 100 });
    rig.turn();
    expect(rig.counts()).toMatchObject({ bytesHeld: 1_000, dropped: {} });
    rig.offer(1, { size: 250 });
    rig.turn();
    expect(rig.counts()).toMatchObject({ bytesHeld: 950, dropped: { queue_full: 3 } });
    rig.offer(1, { size: 1_001 });
    rig.turn();
    expect(rig.counts()).toMatchObject({ bytesHeld: 950, dropped: { queue_full: 3, too_large: 1 } });
    expectClosed(rig.counts());
  });

  it('spills the oldest where there is a spool', async () => {
    const rig = fullRig({ spool: true, options: { whenFull: 'spill' } });
    rig.offer(2);
    rig.turn();
    expect(rig.counts()).toMatchObject({ inFlight: 3, pending: 5, spilled: 2, dropped: {} });
    expect(rig.spool!.ids.map((id) => id.split('-')[1])).toEqual(['3', '4']);
    await drain(rig);
    expect(rig.seqs().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expectClosed(rig.counts());
    expect(rig.counts()).toMatchObject({ delivered: 10, spilled: 0 });
  });

  it('spills the one that arrives where all others are in flight', () => {
    const rig = new Rig({ limits: { events: 10 }, spool: true, options: { batchSize: 8, whenFull: 'spill' } });
    rig.sinks[0]!.mood = 'slow';
    rig.offer(9);
    rig.turn();
    rig.turn();
    rig.offer();
    rig.turn();
    expect(rig.spool!.ids).toHaveLength(2);
    expect(rig.counts()).toMatchObject({ spilled: 2, inFlight: 8, dropped: {} });
    expectClosed(rig.counts());
  });

  it('drops with the spool as the reason where the spool is full', () => {
    const rig = fullRig({ spool: true, options: { whenFull: 'spill' } });
    rig.spool!.capacity = 1;
    rig.offer(4);
    rig.turn();
    expect(rig.counts()).toMatchObject({ inFlight: 3, pending: 5, spilled: 1, dropped: { spool_full: 3 } });
    expectClosed(rig.counts());
  });

  it('says what the ring itself has dropped, for the events and for each sink', () => {
    const rig = new Rig({ ringCapacity: 5 });
    rig.offer(8);
    expect(rig.counts()).toMatchObject({
      pending: 5,
      dropped: { ring_full: 3 },
      sinks: { first: { dropped: { ring_full: 3 } } },
    });
    expectClosed(rig.counts());
  });
});
