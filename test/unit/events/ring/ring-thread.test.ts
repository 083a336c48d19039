import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { EventEncoder } from '../../../../src/events/encoding/event-encoder.js';
import { createRing } from '../../../../src/events/ring/ring.js';

const EVENTS = 60_000;
const REPLACEMENTS = 12;

describe('ring between threads', () => {
  it('loses nothing and mixes up nothing while its reader is ended at any moment and replaced', async () => {
    const ring = createRing(65_536);
    const encoder = new EventEncoder(ring, { eventBytes: 1_024 });
    const seen = new SharedArrayBuffer(4 * (EVENTS + 1));
    const wrong = new SharedArrayBuffer(4);
    const begin = () =>
      new Worker(new URL('./reader-thread.mjs', import.meta.url), {
        workerData: { ring, names: encoder.names(), seen, wrong },
      });
    let reader = begin();
    for (let n = 1; n <= EVENTS; ) {
      // New keys and values all the time, so that names are announced while the reader is away.
      const fields = { n, value: `value ${n % 3_000}`, [`only ${n % 1_500}`]: n, text: `${n} €`.repeat(3) };
      if (encoder.offer('wide', n % 50 === 0, 0, fields) !== 'accepted') {
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      if (n++ % (EVENTS / REPLACEMENTS) !== 0) continue;
      await reader.terminate();
      reader = begin();
    }
    const times = new Int32Array(seen);
    while (Atomics.load(times, EVENTS) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await reader.terminate();
    expect(new Int32Array(wrong)[0]).toBe(0);
    expect(times.subarray(1).indexOf(0)).toBe(-1);
    // Seen again was at most what each of them had not given back.
    expect(times.reduce((sum, count) => sum + count, 0) - EVENTS).toBeLessThanOrEqual(REPLACEMENTS + 1);
  });
});
