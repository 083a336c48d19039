import { expect, it } from 'vitest';
import { createRing } from '../../../../src/events/ring/ring.js';
import { createStoreMemory } from '../../../../src/events/store/layout.js';
import { CountsReader } from '../../../../src/events/store/read-counts.js';
import { Store } from '../../../../src/events/store/store.js';
import { mendCounts } from '../../../../src/events/thread/assemble.js';

it('what a thread was changing as it was ended can be read after it', () => {
  const store = createStoreMemory({ events: 4, bytes: 1_000, sinks: 1 });
  const reader = new CountsReader(store, ['only']);
  const thread = Store.open(store);
  thread.begin();
  thread.counts.take(0);
  thread.counts.addDroppedAtOnce('shutdown');
  const producer = { submitted: 1, rejected: {}, dropped: {}, waiting: 0, waitingBytes: 0 };
  expect(reader.read(producer)).toMatchObject({ accepted: 0 });
  mendCounts({
    store,
    ring: createRing(),
    names: [],
    processId: '',
    sinkNames: ['only'],
    options: {},
    sampling: undefined,
    spool: undefined,
  });
  expect(reader.read(producer)).toMatchObject({ accepted: 1, dropped: { shutdown: 1 }, pending: 0 });
});
