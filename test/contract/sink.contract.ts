import { afterEach, describe, expect, it } from 'vitest';
import type { Sink, SinkBatch, SinkEvent, SinkReceipt } from '../../src/events/sinks/sink.js';
import { aBatch, anEvent, HOSTILE_TEXT, someEvents } from './sink-events.js';

/**
 * What every sink must pass. Call `sinkContract(harness)` in the sink's test file. The harness opens a store of its own for each
 * test; what a sink cannot do or cannot suffer is left out of the harness, and its tests with it:
 *
 *     sinkContract({
 *       name: 'jsonl',
 *       repeated: 'twice',
 *       open: async () => ({ sink, stored: async () => linesOf(path), dispose: () => rmSync(path) }),
 *     });
 */
export interface SinkHarness<Store extends SinkStore = SinkStore> {
  readonly name: string;
  /** What becomes of an event that is given twice: `twice` where delivery is at least once, and readers go by `event_id`. */
  readonly repeated: 'once' | 'twice';
  /** Where the store itself keeps no order, such as partitions: sets are compared. */
  readonly unordered?: true;
  /** An empty store, and a sink that was not opened yet. */
  open(): Promise<Store> | Store;
  /** What the store keeps of an event, as `stored()` reads it: its JSON, where this is not given. */
  kept?(event: SinkEvent): string;
  /** Ends the server or takes the disk away; gives what brings it back. */
  outage?(store: Store): Promise<() => unknown> | (() => unknown);
  /** An event that the store refuses for good. */
  unstorable?(store: Store): SinkEvent;
  /** From now on these events fail once, for a reason that passes. */
  failOnce?(store: Store, ids: readonly string[]): unknown;
}

export interface SinkStore {
  readonly sink: Sink;
  /** All that is stored, in the order of the store. */
  stored(): Promise<readonly string[]> | readonly string[];
  dispose?(): unknown;
}

export function sinkContract<Store extends SinkStore>(harness: SinkHarness<Store>): void {
  const kept = (events: readonly SinkEvent[]): string[] => inOrder(events.map(harness.kept ?? (({ json }) => json)));
  const inOrder = (texts: readonly string[]): string[] => (harness.unordered ? [...texts].sort() : [...texts]);
  const expectStored: ExpectStored<Store> = async (store, events) =>
    expect(inOrder(await store.stored())).toEqual(kept(events));
  let last: Store | undefined;

  async function opened(): Promise<Store> {
    last = await harness.open();
    await last.sink.open?.();
    return last;
  }

  afterEach(async () => {
    await last?.sink.close?.();
    await last?.dispose?.();
    last = undefined;
  });

  describe(`sink contract: ${harness.name}`, () => {
    it('has a name that can be a label, and says no failure of a batch that it stored', async () => {
      const store = await opened();
      expect(store.sink.name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(failuresOf(await store.sink.write(aBatch(someEvents(3))))).toEqual([]);
    });

    it('stores the events of all three kinds, in order, batch after batch', async () => {
      const store = await opened();
      const [first, second] = [someEvents(7), someEvents(5)];
      await store.sink.write(aBatch(first));
      await store.sink.write(aBatch(second));
      await expectStored(store, [...first, ...second]);
    });

    it('stores 1,000 events of one batch', async () => {
      const store = await opened();
      const events = someEvents(1_000);
      await store.sink.write(aBatch(events));
      await expectStored(store, events);
    });

    it('stores nothing of an empty batch', async () => {
      const store = await opened();
      await store.sink.write(aBatch([]));
      await expectStored(store, []);
    });

    it('gives back byte for byte what is hostile to formats, protocols and readers of lines', async () => {
      const store = await opened();
      const events = HOSTILE_TEXT.flatMap((text) => [
        anEvent('metric', { label: text }),
        anEvent('operation', { error_message: text, metadata: { nested: [text, { deeper: text }] } }),
        anEvent('wide', { error: { code: text, message: text } }),
      ]);
      await store.sink.write(aBatch(events));
      await expectStored(store, events);
    });

    it(`an event that is given twice is stored ${harness.repeated}`, async () => {
      const store = await opened();
      const batch = aBatch(someEvents(4));
      await store.sink.write(batch);
      await store.sink.write(batch);
      const again = aBatch([...batch.events.slice(2), ...someEvents(2)]);
      await store.sink.write(again);
      const all = [...batch.events, ...batch.events, ...again.events];
      const expected = harness.repeated === 'once' ? [...new Set(all)] : all;
      await expectStored(store, expected);
    });

    it('batches that are given before the last was stored are stored whole', async () => {
      const store = await opened();
      const batches = [someEvents(20), someEvents(20), someEvents(20)];
      await Promise.all(batches.map(async (events) => store.sink.write(aBatch(events))));
      expect([...(await store.stored())].sort()).toEqual(kept(batches.flat()).sort());
    });

    it('closed while it writes, what it does not report as failed is stored', async () => {
      const store = await opened();
      const batch = aBatch(someEvents(300));
      const writing = outcomeOf(store.sink, batch);
      await store.sink.close?.();
      await expectStored(store, await writing);
    });

    failureCases(harness, opened, expectStored);
  });
}

type ExpectStored<Store> = (store: Store, events: readonly SinkEvent[]) => Promise<void>;

/** What fails for a time or for good. */
function failureCases<Store extends SinkStore>(
  harness: SinkHarness<Store>,
  opened: () => Promise<Store>,
  expectStored: ExpectStored<Store>,
): void {
  const { outage, unstorable, failOnce } = harness;

  if (outage !== undefined) {
    it('rejects while its store is away, for a reason that passes, and stores the same batch when it is back', async () => {
      const store = await opened();
      const before = aBatch(someEvents(3));
      await store.sink.write(before);
      const end = await outage.call(harness, store);
      const batch = aBatch(someEvents(10));
      const error = await Promise.resolve(batch)
        .then((given) => store.sink.write(given))
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toHaveProperty('permanent', true);
      await end();
      await writtenAtLast(store.sink, batch);
      await expectStored(store, [...before.events, ...batch.events]);
    });
  }

  if (unstorable !== undefined) {
    it('names the event that can never be stored, by its index, as permanent, and stores the others', async () => {
      const store = await opened();
      const events = someEvents(5);
      const bad = unstorable.call(harness, store);
      const receipt = await store.sink.write(aBatch([...events.slice(0, 3), bad, ...events.slice(3)]));
      expect(failuresOf(receipt)).toEqual([{ index: 3, reason: expect.stringMatching(/\S/), permanent: true }]);
      await expectStored(store, events);
    });
  }

  if (failOnce !== undefined) {
    it('names the events that failed for now, by their index, and takes them again', async () => {
      const store = await opened();
      const events = someEvents(6);
      await failOnce.call(
        harness,
        store,
        [1, 4].map((index) => events[index]?.id ?? ''),
      );
      const failures = failuresOf(await store.sink.write(aBatch(events)));
      expect(failures.map(({ index, permanent }) => [index, permanent])).toEqual([
        [1, false],
        [4, false],
      ]);
      const [left, again] = [events.filter((_, index) => index !== 1 && index !== 4), [events[1]!, events[4]!]];
      expect(failuresOf(await store.sink.write(aBatch(again)))).toEqual([]);
      await expectStored(store, [...left, ...again]);
    });
  }
}

function failuresOf(receipt: SinkReceipt | undefined): SinkReceipt['failures'] {
  return receipt?.failures ?? [];
}

/** The events of a batch that the sink says it stored. */
async function outcomeOf(sink: Sink, batch: SinkBatch): Promise<readonly SinkEvent[]> {
  try {
    const failed = new Set(failuresOf(await sink.write(batch)).map(({ index }) => index));
    return batch.events.filter((_, index) => !failed.has(index));
  } catch {
    return [];
  }
}

/** A client may need a moment to find its server again. */
async function writtenAtLast(sink: Sink, batch: SinkBatch): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      expect(failuresOf(await sink.write(batch))).toEqual([]);
      return;
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
