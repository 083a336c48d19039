import { describe, expect, it } from 'vitest';
import { expectClosed, Rig } from './rig.js';

const options = { batchSize: 10, flushIntervalMs: 5_000 };

/** Whether it has been resolved by now. */
function watch<T>(promise: Promise<T>): { done: boolean; value: T | undefined } {
  const state: { done: boolean; value: T | undefined } = { done: false, value: undefined };
  void promise.then((value) => Object.assign(state, { done: true, value }));
  return state;
}

describe('flush', () => {
  it('resolves when all that was accepted before has left memory, whatever came after', async () => {
    const rig = new Rig({ options });
    rig.sinks[0]!.mood = 'slow';
    rig.offer(3);
    const first = watch(rig.consumer.flush());
    rig.turn();
    rig.offer(2);
    const second = watch(rig.consumer.flush());
    rig.turn();
    rig.offer(2);
    await rig.settle();
    expect([first.done, second.done]).toEqual([false, false]);
    rig.sinks[0]!.answer();
    await rig.settle();
    rig.turn();
    await rig.settle();
    expect([first.done, second.done]).toEqual([true, false]);
    rig.sinks[0]!.answer();
    await rig.settle();
    rig.turn();
    await rig.settle();
    expect(second.done).toBe(true);
    expect(rig.seqs().slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
  });

  it('resolves at once where there is nothing', async () => {
    const rig = new Rig({ options });
    const flush = watch(rig.consumer.flush());
    rig.turn();
    await rig.settle();
    expect(flush.done).toBe(true);
  });

  it('is done with what went to the spool', async () => {
    const rig = new Rig({ options, spool: true });
    rig.sinks[0]!.mood = 'failing';
    rig.offer(3);
    const flush = watch(rig.consumer.flush());
    for (let n = 0; n < 4; n++) rig.turn(1_000);
    await rig.settle();
    expect(flush.done).toBe(true);
    expect(rig.counts()).toMatchObject({ spilled: 3, pending: 0 });
  });

  it('of a log is done when a sink that fails is all that is left', async () => {
    const rig = new Rig({ log: true, sinks: ['first', 'second'], options });
    rig.log(3);
    rig.sinks[0]!.mood = 'slow';
    rig.sinks[1]!.mood = 'failing';
    const flush = watch(rig.consumer.flush());
    rig.turn();
    await rig.settle();
    expect(flush.done).toBe(false);
    rig.sinks[0]!.answer();
    await rig.settle();
    rig.turn();
    await rig.settle();
    expect(flush.done).toBe(true);
    expect(rig.counts()).toMatchObject({ sinks: { first: { delivered: 3 }, second: { spilled: 3 } } });
  });
});

describe('stop', () => {
  it('delivers the rest, and says that nothing is missing', async () => {
    const rig = new Rig({ options });
    rig.offer(13);
    const stop = watch(rig.consumer.stop(10_000));
    expect(rig.consumer.stop(5)).toBe(rig.consumer.stop(10_000));
    rig.turn();
    await rig.settle();
    expect(stop.value).toEqual({ timedOut: false, undelivered: 0 });
    expect(rig.seqs()).toHaveLength(13);
  });

  it('spills the rest at four fifths of the time, what is in flight included', async () => {
    const rig = new Rig({ options, spool: true });
    rig.sinks[0]!.mood = 'hanging';
    rig.offer(13);
    const stop = watch(rig.consumer.stop(10_000));
    expect(rig.turn(), 'to look after the spool').toBe(500);
    rig.turn(7_999);
    await rig.settle();
    expect(stop.done).toBe(false);
    rig.turn(1);
    await rig.settle();
    expect(stop.value).toEqual({ timedOut: true, undelivered: 0 });
    expect(rig.counts()).toMatchObject({ spilled: 13, pending: 0, inFlight: 0 });
    rig.sinks[0]!.answer();
    await rig.settle();
    expect(rig.counts()).toMatchObject({ spilled: 13, delivered: 0 });
    expectClosed(rig.counts());
  });

  it('drops what has no place when the time is over', async () => {
    const rig = new Rig({ options });
    rig.sinks[0]!.mood = 'hanging';
    rig.offer(13);
    const stop = watch(rig.consumer.stop(10_000));
    rig.turn();
    rig.turn(9_999);
    await rig.settle();
    expect(stop.done).toBe(false);
    rig.turn(1);
    await rig.settle();
    expect(stop.value).toEqual({ timedOut: true, undelivered: 13 });
    expect(rig.counts()).toMatchObject({ dropped: { shutdown: 13 }, pending: 0, inFlight: 0 });
    expectClosed(rig.counts());
  });

  it('closes the sinks that were opened, once', async () => {
    const rig = new Rig({ sinks: ['used', 'broken'], options });
    const closed: string[] = [];
    for (const sink of rig.sinks) Object.assign(sink, { close: () => void closed.push(sink.name) });
    Object.assign(rig.sinks[1]!, {
      open: () => {
        throw new Error('never');
      },
    });
    rig.offer(10);
    rig.turn();
    await rig.consumer.close();
    await rig.consumer.close();
    expect(closed).toEqual(['used']);
  });
});

describe('the exit of the process', () => {
  it('spills what is in the ring, the store and the sinks, at once', () => {
    const rig = new Rig({ options, spool: true, limits: { events: 40 } });
    rig.sinks[0]!.mood = 'hanging';
    rig.offer(20);
    rig.turn();
    rig.offer(400);
    rig.open();
    rig.consumer.spillSync();
    expect(rig.spool!.ids).toHaveLength(420);
    expect(rig.counts()).toMatchObject({ spilled: 420, pending: 0, inFlight: 0, dropped: {} });
    expectClosed(rig.counts());
  });

  it('counts what the spool has no room for', () => {
    const rig = new Rig({ options, spool: true });
    rig.offer(20);
    rig.spool!.capacity = 5;
    rig.consumer.spillSync();
    expect(rig.counts()).toMatchObject({ spilled: 5, pending: 0, dropped: { spool_full: 15 } });
    expectClosed(rig.counts());
  });

  it('counts everything as dropped where there is no spool', () => {
    const rig = new Rig({ options });
    rig.offer(20);
    rig.consumer.spillSync();
    expect(rig.counts()).toMatchObject({ pending: 0, dropped: { shutdown: 20 } });
    expectClosed(rig.counts());
  });
});
