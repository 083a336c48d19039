import { describe, expect, it } from 'vitest';
import { createStoreMemory } from '../../../../src/events/store/layout.js';
import { CountsReader } from '../../../../src/events/store/read-counts.js';
import { Store } from '../../../../src/events/store/store.js';

const nothing = { submitted: 0, rejected: {}, dropped: {}, waiting: 0 };

describe('the counts, read from another thread', () => {
  it('are the last whole ones while a change is under way', () => {
    const memory = createStoreMemory({ events: 4, bytes: 1_000, sinks: 1 });
    const reader = new CountsReader(memory, ['only']);
    const store = Store.open(memory);
    expect(reader.read(nothing)).toMatchObject({ accepted: 0, pending: 0 });
    store.begin();
    store.add({ seq: 0, kind: 'metric', critical: false, bytes: Buffer.alloc(10) });
    expect(reader.read({ ...nothing, submitted: 1 })).toMatchObject({ accepted: 0, pending: 0 });
    store.counts.take(0);
    store.end();
    expect(reader.read({ ...nothing, submitted: 1 })).toMatchObject({ accepted: 1, pending: 1 });
  });

  it('are read again when they change in between', () => {
    const memory = createStoreMemory({ events: 4, bytes: 1_000, sinks: 1 });
    const reader = new CountsReader(memory, ['only']);
    const store = Store.open(memory);
    let waiting = 1;
    const counts = reader.read({
      ...nothing,
      submitted: 1,
      // The consumer takes the event out of the ring just as its length is read.
      get waiting() {
        const now = waiting;
        if (now === 1) {
          store.begin();
          store.add({ seq: 0, kind: 'metric', critical: false, bytes: Buffer.alloc(10) });
          store.counts.take(0);
          waiting = 0;
          store.end();
        }
        return now;
      },
    });
    expect(counts).toMatchObject({ accepted: 1, pending: 1, depth: { normal: 1 } });
  });

  it('hold the events of a store that was left alone, whoever opens it', () => {
    const memory = createStoreMemory({ events: 10_000, bytes: 10 * 1024 * 1024, sinks: 2 });
    const store = Store.open(memory);
    store.begin();
    for (let seq = 0; seq < 100; seq++) {
      store.add({ seq, kind: 'operation', critical: seq % 2 === 0, bytes: Buffer.from(`event ${seq}`.repeat(seq)) });
      store.counts.take(seq);
    }
    for (const slot of store.take(1, 30)) store.deliver(slot, 1);
    store.take(0, 10);
    store.end();
    const next = Store.open(memory);
    const slots = next.slots();
    expect(slots.map((slot) => next.seq(slot))).toEqual([
      ...Array.from({ length: 50 }, (_, n) => 2 * n),
      ...Array.from({ length: 50 }, (_, n) => 2 * n + 1),
    ]);
    for (const slot of slots) {
      const { bytes } = next.record(slot);
      expect(Buffer.from(bytes).toString()).toBe(`event ${next.seq(slot)}`.repeat(next.seq(slot)));
    }
    const counts = new CountsReader(memory, ['a', 'b']).read({ ...nothing, submitted: 100 });
    expect(counts).toMatchObject({
      pending: 100,
      inFlight: 0,
      depth: { critical: 50, normal: 50 },
      sinks: { a: { pending: 100 }, b: { pending: 70, delivered: 30 } },
    });
  });
});
