import { describe, expect, it } from 'vitest';
import { createStoreMemory } from '../../../../src/events/store/layout.js';
import { CountsReader } from '../../../../src/events/store/read-counts.js';
import { Store } from '../../../../src/events/store/store.js';

const nothing = { submitted: 0, rejected: {}, dropped: {}, waiting: 0, waitingBytes: 0 };

describe('the counts, read from another thread', () => {
  it('are the last whole ones while a change is under way', () => {
    const memory = createStoreMemory({ events: 4, bytes: 1_000, sinks: 1 });
    const reader = new CountsReader(memory, ['only']);
    const store = Store.open(memory);
    expect(reader.read(nothing)).toMatchObject({ accepted: 0, pending: 0 });
    store.begin();
    store.add({ seq: 0, kind: 'metric', critical: false, bytes: Buffer.alloc(10) });
    expect(reader.read({ ...nothing, submitted: 1 })).toMatchObject({ accepted: 0, pending: 0 });
    expect(reader.readNow({ ...nothing, submitted: 1 }), 'for who must not wait').toBeUndefined();
    store.counts.take(0);
    store.end();
    expect(reader.read({ ...nothing, submitted: 1 })).toMatchObject({ accepted: 1, pending: 1 });
  });

  it('are those of nothing where the first change is under way', () => {
    const memory = createStoreMemory({ events: 4, bytes: 1_000, sinks: 1 });
    const reader = new CountsReader(memory, ['only']);
    Store.open(memory).begin();
    expect(reader.read({ ...nothing, submitted: 1, waiting: 1 })).toMatchObject({ submitted: 0, accepted: 0 });
  });

  it('tell of each rule of sampling what it has decided', () => {
    const memory = createStoreMemory({ events: 4, bytes: 1_000, sinks: 2, rules: 2 });
    const reader = new CountsReader(memory, ['one', 'two'], ['error', 'default']);
    const store = Store.open(memory);
    store.begin();
    store.counts.take(2, 3);
    store.counts.addSampled(0, true);
    store.counts.addSampled(1, false);
    store.counts.addSampled(1, false);
    store.end();
    const counts = reader.read({ ...nothing, submitted: 3 });
    expect(counts.sampling).toEqual({ error: { seen: 1, kept: 1 }, default: { seen: 2, kept: 0 } });
    expect(counts).toMatchObject({ sampledOut: 2, sinks: { one: { sampledOut: 2 }, two: { sampledOut: 2 } } });
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
});
