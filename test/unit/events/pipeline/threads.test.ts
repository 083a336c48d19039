import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Consumer } from '../../../../src/events/pipeline/consumer.js';
import type { RecordSource } from '../../../../src/events/pipeline/ports.js';
import { createStoreMemory } from '../../../../src/events/store/layout.js';
import { CountsReader } from '../../../../src/events/store/read-counts.js';
import { expectClosed } from './rig.js';

const PUBLISHED = 0;
const RELEASED = 1;
const EVENTS = 200_000;

/** The records are their sequence numbers, so that two words are all of the ring. Works in the worker too. */
function ringOver(words: Int32Array): RecordSource {
  let next = Atomics.load(words, 1);
  return {
    next() {
      if (next >= Atomics.load(words, 0)) return undefined;
      const seq = next++;
      return { seq, kind: 'metric', critical: seq % 7 === 0, at: 0, bytes: Buffer.alloc(seq % 300), facts: () => ({}) };
    },
    release() {
      Atomics.store(words, 1, next);
    },
    get waiting() {
      return Atomics.load(words, 0) - Atomics.load(words, 1);
    },
  };
}

/** A consumer in a thread, which writes as fast as it can until it is killed. */
const THREAD = `
const { workerData, parentPort } = require('node:worker_threads');
const ringOver = ${ringOver.toString()};
import(workerData.module).then(({ Consumer }) => {
  const stored = new Uint8Array(workerData.stored);
  const consumer = new Consumer({
    memory: workerData.memory,
    source: { ring: ringOver(new Int32Array(workerData.ring)), decoder: { json: (bytes, id, seq) => id + '-' + seq } },
    sinks: workerData.sinks.map((name) => ({
      name,
      write: ({ events }) => {
        for (const { id } of events) stored[id.split('-')[1]]++;
      },
    })),
    clock: { now: () => performance.now(), epoch: () => Date.now() },
    log: { warn() {} },
    processId: 'p',
    options: { batchSize: 50, flushIntervalMs: 5 },
  });
  parentPort.postMessage('started');
  const turn = () => {
    if (consumer.turn(performance.now()) === Infinity) setTimeout(turn, 1);
    else setImmediate(turn);
  };
  turn();
});
`;

describe('consumers in threads', () => {
  const sinks = ['first', 'second'];
  const ring = new Int32Array(new SharedArrayBuffer(8));
  const memory = createStoreMemory({ events: 2_000, bytes: 1_000_000, sinks: sinks.length });
  const stored = new SharedArrayBuffer(EVENTS);
  const module = pathToFileURL(resolve('dist/esm/src/events/pipeline/consumer.js')).href;
  const reader = new CountsReader(memory, sinks);

  const counts = () =>
    reader.read({
      submitted: ring[PUBLISHED]!,
      rejected: {},
      dropped: {},
      waitingBytes: 0,
      get waiting() {
        return Atomics.load(ring, PUBLISHED) - Atomics.load(ring, RELEASED);
      },
    });

  async function start(): Promise<Worker> {
    const workerData = { memory, ring: ring.buffer, stored, sinks, module };
    const worker = new Worker(THREAD, { eval: true, workerData });
    await new Promise((started, failed) => worker.once('message', started).once('error', failed));
    return worker;
  }

  /** Lets the thread work, and reads what it counts as often as it can. */
  async function publish(events: number): Promise<void> {
    for (let published = 0; published < events; published += 50) {
      ring[PUBLISHED]! += Math.min(50, EVENTS - ring[PUBLISHED]!);
      expectClosed(counts());
      await new Promise(setImmediate);
    }
  }

  function openHere(): Consumer {
    return new Consumer({
      memory,
      source: { ring: ringOver(ring), decoder: { json: (_, id, seq) => `${id}-${seq}` } },
      sinks: sinks.map((name) => ({ name, write: () => undefined })),
      clock: { now: () => performance.now(), epoch: () => Date.now() },
      log: { warn() {} },
      processId: 'p',
    });
  }

  it('leave nothing uncounted when they are killed, or lose the store in the middle of their work', async () => {
    let handedOver = 0;
    for (let life = 0; life < 24; life++) {
      const worker = await start();
      await publish(1_000 + life * 130);
      // Lives may all be too short for a delivery on a machine that has much else to do.
      if (life === 0) await expect.poll(() => counts().delivered, { timeout: 20_000 }).toBeGreaterThan(0);
      if (life % 3 === 2) {
        // Not dead: the main thread takes the store all the same, as the process exits.
        openHere().spillSync();
        const after = counts();
        expectClosed(after);
        expect(after).toMatchObject({ pending: 0, inFlight: 0 });
        handedOver++;
        for (let n = 0; n < 20; n++) await new Promise(setImmediate);
        expect(counts()).toEqual(after);
      }
      await worker.terminate();
    }
    openHere().spillSync();
    const end = counts();
    expectClosed(end);
    expect(handedOver).toBe(8);
    expect(end.delivered).toBeGreaterThan(0);
    const bytes = new Uint8Array(stored).subarray(0, end.accepted);
    const dropped = sinks.map((name) => end.sinks[name]!.dropped);
    for (const reasons of dropped) expect(reasons.thread_lost ?? 0).toBeLessThanOrEqual(24);
    // Every event was stored by both sinks, or dropped by one of them.
    const missing = bytes.reduce((sum, times) => sum + Math.max(0, 2 - times), 0);
    const counted = dropped.flatMap((reasons) => Object.values(reasons)).reduce((sum, count) => sum + count, 0);
    expect(missing).toBeLessThanOrEqual(counted);
  });
});
