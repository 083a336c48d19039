import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createStoreMemory } from '../../../../src/events/store/layout.js';
import { Gate } from '../../../../src/events/thread/gate.js';

const memory = () => createStoreMemory({ events: 1, bytes: 1_000, sinks: 1 });
const MODULE = pathToFileURL(resolve('dist/esm/src/events/thread/gate.js')).href;

/** A thread that is inside for some time, and says when it is out. */
const THREAD = `
const { workerData: { store, words, module }, parentPort } = require('node:worker_threads');
import(module).then(({ Gate }) => {
  new Gate(store).pass(() => {
    parentPort.postMessage('inside');
    Atomics.wait(words, 0, 0, 200);
    Atomics.store(words, 1, 1);
  });
});
`;

describe('the gate of threads that begin', () => {
  it('lets one in after another, until the process ends', () => {
    const store = memory();
    expect([new Gate(store).pass(() => 1), new Gate(store).pass(() => 2)]).toEqual([1, 2]);
    new Gate(store).close(0);
    expect(new Gate(store).pass(() => 3)).toBeUndefined();
  });

  it('is open again after a beginning that failed, and after one that never came to its end', () => {
    const store = memory();
    const gate = new Gate(store);
    expect(() =>
      gate.pass(() => {
        throw new Error('no spool');
      }),
    ).toThrow('no spool');
    expect(gate.pass(() => gate.pass(() => 'inside of one that died'))).toBe('inside of one that died');
  });

  it('has the end of the process wait for whoever is inside, but not for ever', async () => {
    const store = memory();
    const words = new Int32Array(new SharedArrayBuffer(8));
    const worker = new Worker(THREAD, { eval: true, workerData: { store, words, module: MODULE } });
    await new Promise((inside, failed) => worker.once('message', inside).once('error', failed));
    new Gate(store).close(10_000);
    expect(Atomics.load(words, 1)).toBe(1);
    await worker.terminate();

    const dead = memory();
    new Gate(dead).pass(() => new Gate(dead).close(1));
    expect(new Gate(dead).pass(() => 1)).toBeUndefined();
  });
});
