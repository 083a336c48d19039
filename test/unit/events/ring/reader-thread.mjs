// Reads a ring in a thread of its own, with the code as it is published, and marks what it saw in shared memory: what it
// posted could be lost when it is ended.
import { workerData } from 'node:worker_threads';
import { EventDecoder } from '../../../../dist/esm/src/events/encoding/event-decoder.js';
import { RingReader } from '../../../../dist/esm/src/events/ring/ring-reader.js';

const { ring, names, seen, wrong } = workerData;
const reader = new RingReader(ring, names);
const decoder = new EventDecoder(reader.names);
const times = new Int32Array(seen);
const failures = new Int32Array(wrong);

// A timer keeps the thread alive while it waits.
setInterval(() => {}, 1_000);
for (;;) {
  const record = reader.next();
  if (record === undefined) {
    await reader.waitForMore(20);
    continue;
  }
  const { n, value, text } = JSON.parse(decoder.json(record.bytes, 'x'));
  if (n !== record.seq || value !== `value ${n % 3_000}` || text !== `${n} €`.repeat(3)) Atomics.add(failures, 0, 1);
  Atomics.add(times, record.seq, 1);
}
