import { describe, expect, it } from 'vitest';
import { CELLS_USED, createStoreMemory, SLOTS_USED, viewsOf } from '../../../../src/events/store/layout.js';
import { CountsReader } from '../../../../src/events/store/read-counts.js';
import { Store } from '../../../../src/events/store/store.js';

const nothing = { submitted: 0, rejected: {}, dropped: {}, waiting: 0, waitingBytes: 0 };

describe('the store', () => {
  it('holds its events for whoever opens it next', () => {
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

  it('uses again what events have left that a former owner had', () => {
    const memory = createStoreMemory({ events: 15, bytes: 3_000, sinks: 1 });
    let seq = 0;
    for (let life = 0; life < 20; life++) {
      const store = Store.open(memory);
      store.begin();
      const former = store.take(0, 10);
      for (let n = 0; n < 5; n++) {
        expect(store.hasRoom(false, 200)).toBe(true);
        store.add({ seq, kind: 'metric', critical: false, bytes: Buffer.alloc(200) });
        store.counts.take(seq++);
      }
      for (const slot of former) store.deliver(slot, 0);
      store.end();
    }
    const { header } = viewsOf(memory);
    expect([header[SLOTS_USED], header[CELLS_USED]]).toEqual([10, 20]);
  });

  it('lets an event be dropped again that one sink is done with and another has not had', () => {
    const store = Store.open(createStoreMemory({ events: 10, bytes: 2_000, sinks: 2 }));
    store.begin();
    for (let seq = 0; seq < 4; seq++) store.add({ seq, kind: 'metric', critical: false, bytes: Buffer.alloc(10) });
    const [first, second] = store.take(0, 2) as [number, number];
    expect(store.seq(store.oldestDroppable(false))).toBe(2);
    store.deliver(first, 0);
    expect(store.oldestDroppable(false)).toBe(first);
    store.deliver(first, 1);
    store.giveBack(second, 0);
    expect(store.oldestDroppable(false)).toBe(second);
    expect(store.take(0, 1)).toEqual([second]);
  });

  it('touches no more memory than its events have needed', () => {
    const memory = createStoreMemory({ events: 10_000, bytes: 10 * 1024 * 1024, sinks: 2 });
    const store = Store.open(memory);
    store.begin();
    for (let seq = 0; seq < 1_000; seq++) {
      store.add({ seq, kind: 'operation', critical: false, bytes: Buffer.alloc(100) });
      store.counts.take(seq);
    }
    store.end();
    const touched = new Uint8Array(memory).findLastIndex((byte) => byte !== 0);
    expect(touched).toBeLessThan(memory.byteLength);
    expect(viewsOf(memory).header[CELLS_USED]).toBe(1_000);
  });
});
