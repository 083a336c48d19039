import { describe, expect, it } from 'vitest';
import { fakeDecoder, fakeSampler } from './fakes.js';
import { expectClosed, Rig } from './rig.js';

const options = { batchSize: 10, flushIntervalMs: 1_000 };

describe('the consumer', () => {
  it('writes a batch when it is full, and what is left when the interval is over', () => {
    const rig = new Rig({ options });
    rig.offer(14);
    rig.turn();
    expect(rig.seqs()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    rig.turn(999);
    expect(rig.seqs()).toHaveLength(10);
    rig.turn(1);
    expect(rig.seqs()).toHaveLength(14);
    expectClosed(rig.counts());
    expect(rig.counts()).toMatchObject({
      accepted: 14,
      delivered: 14,
      batchesWritten: 2,
      eventsPersisted: 14,
      lastFlushAt: 2_000,
    });
  });

  it('says when it has to be called again', () => {
    const rig = new Rig({ options, ringCapacity: 5_000 });
    expect(rig.turn()).toBe(Number.POSITIVE_INFINITY);
    rig.offer(3);
    expect(rig.turn()).toBe(1_000);
    expect(rig.turn(400)).toBe(600);
    rig.sinks[0]!.mood = 'hanging';
    rig.offer(10);
    expect(rig.turn()).toBe(30_000);
    rig.offer(3_000);
    expect(rig.turn()).toBe(0);
  });

  it('gives a sink the critical events first, and each lane in the order of arrival', () => {
    const rig = new Rig({ options });
    for (let n = 0; n < 5; n++) {
      rig.offer();
      rig.offer(1, { critical: true });
    }
    rig.turn();
    expect(rig.seqs()).toEqual([1, 3, 5, 7, 9, 0, 2, 4, 6, 8]);
    expect(rig.sinks[0]!.stored.map(({ critical }) => critical).lastIndexOf(true)).toBe(4);
  });

  it('gives events of any length back as they came', () => {
    const rig = new Rig({ options: { ...options, batchSize: 1 } });
    const sizes = [0, 1, 127, 128, 129, 255, 256, 257, 16_384];
    for (const size of sizes) rig.offer(1, { size });
    for (const _ of sizes) rig.turn();
    expect(rig.sinks[0]!.stored.map(({ json }) => JSON.parse(json).length)).toEqual(sizes);
  });

  it('drops and counts what the decoder cannot read', () => {
    const rig = new Rig({ options });
    const decoder = {
      json: (bytes: Uint8Array, processId: string, seq: number) => {
        if (seq === 3) throw new Error('unreadable');
        return fakeDecoder.json(bytes, processId, seq);
      },
    };
    rig.open({ source: { ring: rig.ring.reader(), decoder } });
    rig.offer(10);
    rig.turn();
    expect(rig.seqs()).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
    expect(rig.counts().dropped).toEqual({ serialize_error: 1 });
    expectClosed(rig.counts());
  });

  it('has one batch of a sink in flight, and lets no sink wait for another', async () => {
    const rig = new Rig({ sinks: ['fast', 'slow'], options });
    const [fast, slow] = rig.sinks;
    slow!.mood = 'slow';
    rig.offer(30);
    for (let n = 0; n < 5; n++) rig.turn();
    expect(fast!.stored).toHaveLength(30);
    expect(slow!.waiting).toBe(1);
    expect(rig.counts()).toMatchObject({
      delivered: 0,
      inFlight: 10,
      pending: 20,
      sinks: { fast: { delivered: 30 }, slow: { delivered: 0, inFlight: 10, pending: 20 } },
    });
    slow!.answer();
    await rig.settle();
    expect(rig.counts().delivered).toBe(10);
    expectClosed(rig.counts());
  });

  it('samples whole requests alone, before they are in the store', () => {
    const rig = new Rig({ options });
    rig.ring.offer('metric', false, 10, false);
    rig.ring.offer('wide', false, 10, false);
    rig.ring.offer('wide', false, 10, true);
    rig.turn();
    expect(rig.counts()).toMatchObject({ sampledOut: 1, pending: 2 });
    rig.turn(1_000);
    const [metric, wide] = rig.sinks[0]!.stored.map(({ json }) => JSON.parse(json));
    expect(metric).not.toHaveProperty('sampling');
    expect(wide).toMatchObject({ length: 10, sampling: { rule: 'default' } });
    expectClosed(rig.counts());
  });

  it('tells the sampler the id that the event will bear, for requests without one', () => {
    const rig = new Rig({ options });
    const ids: unknown[] = [];
    const sampler = {
      ...fakeSampler,
      decide(facts: object) {
        ids.push((facts as { eventId?: string }).eventId);
        return { keep: true, rule: 'default' };
      },
    };
    rig.open({ source: { ring: rig.ring.reader(), decoder: fakeDecoder, sampler } });
    rig.ring.offer('wide', false, 10, true);
    rig.ring.offer('wide', false, 10, true);
    rig.turn();
    rig.turn(1_000);
    expect(ids).toEqual(rig.sinks[0]!.stored.map(({ id }) => id));
    expect(ids).toHaveLength(2);
  });

  it('keeps what the sampler fails on', () => {
    const rig = new Rig({ options });
    const sampler = {
      ...fakeSampler,
      decide: () => {
        throw new Error('no');
      },
    };
    rig.open({ source: { ring: rig.ring.reader(), decoder: fakeDecoder, sampler } });
    rig.ring.offer('wide', false, 10, false);
    rig.turn();
    rig.turn(1_000);
    expect(rig.seqs()).toEqual([0]);
  });

  it('says what became of a batch, in the words of S2.7', () => {
    const rig = new Rig({ options });
    rig.sinks[0]!.mood = 'partly';
    rig.offer(10);
    rig.turn();
    expect(rig.lines).toEqual(['Processed batch: 10 events (4 success, 6 failures) in 0ms']);
  });

  it('warns once when the queue is half full, and again when it was nearly empty in between', () => {
    const rig = new Rig({ options });
    rig.sinks[0]!.mood = 'hanging';
    rig.offer(50);
    rig.turn();
    expect(rig.warnings).toEqual([]);
    expect(rig.counts().halfFull).toBe(false);
    rig.offer(10);
    rig.turn();
    rig.turn();
    expect(rig.warnings).toEqual(['Metrics queue is getting full: queue_size=60, max_queue_size=100']);
    expect(rig.counts().halfFull).toBe(true);
    rig.consumer.spillSync();
    rig.turn();
    expect(rig.counts().halfFull).toBe(false);
    rig.offer(60);
    rig.turn();
    expect(rig.warnings.filter((line) => line.startsWith('Metrics queue'))).toHaveLength(2);
  });

  it('warns of what is dropped, each reason once a minute', () => {
    const rig = new Rig({ options });
    const told = () => rig.warnings.filter((line) => line.startsWith('events'));
    rig.sinks[0]!.mood = 'hanging';
    rig.offer(120);
    rig.turn();
    rig.turn();
    expect(told()).toEqual(['events are dropped: queue_full']);
    rig.consumer.spillSync();
    rig.offer(120);
    rig.turn(59_000);
    expect(told()).toEqual(['events are dropped: queue_full', 'events are dropped: shutdown']);
    rig.offer(1);
    rig.turn(1_000);
    expect(told().at(-1)).toBe('events are dropped: queue_full');
  });

  it('does nothing once another has taken its store', async () => {
    const rig = new Rig({ options });
    rig.sinks[0]!.mood = 'slow';
    rig.offer(20);
    rig.turn();
    const former = rig.consumer;
    rig.open();
    rig.sinks[0]!.answer();
    await rig.settle();
    expect(rig.counts()).toMatchObject({ delivered: 0, pending: 20, inFlight: 0 });
    rig.sinks[0]!.mood = 'well';
    expect(former.turn(rig.now + 5_000)).toBe(Number.POSITIVE_INFINITY);
    former.spillSync();
    expect(rig.counts()).toMatchObject({ delivered: 0, pending: 20 });
    rig.turn();
    rig.turn();
    expect(rig.counts()).toMatchObject({ delivered: 20, pending: 0, dropped: {} });
  });

  it('stops in the middle of a change when the disk has kept it for so long that another has taken its store', () => {
    const rig = new Rig({ spool: true, limits: { events: 10 }, options: { ...options, whenFull: 'spill' } });
    const former = rig.consumer;
    const append = rig.spool!.append.bind(rig.spool);
    rig.offer(10);
    rig.spool!.append = (record) => {
      rig.spool!.append = append;
      rig.open();
      return append(record);
    };
    expect(former.turn(rig.now)).toBe(Number.POSITIVE_INFINITY);
    for (let turn = 0; turn < 5; turn++) {
      rig.turn(1_000);
      expectClosed(rig.counts());
    }
    expect(rig.counts()).toMatchObject({ pending: 0, inFlight: 0, spilled: 0 });
    expect(new Set(rig.seqs()).size).toBe(10);
  });
});
