import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LossEquation, Promptheus, Sink } from '../../../../src/index.js';
import { jsonlSink } from './build.js';
import { aFolder, expectBalanced, linesIn, pipeline, sum, warnings } from './pipelines.js';

/** A sink of the thread that stores each batch, and whose n-th batch is the end of its thread. */
const DYING_SINK = `
import { appendFileSync } from 'node:fs';
export const createSink = ({ path, batches, end }) => ({
  name: 'dying',
  write({ events }) {
    appendFileSync(path, events.map(({ json }) => json + '\\n').join(''));
    if (--batches > 0) return;
    if (end === 'exit') process.exit(3);
    else if (end === 'throw') setImmediate(() => { throw new Error('a bug of the sink'); });
    return end === 'throw' ? new Promise(() => {}) : undefined;
  },
});
`;

let threads: Worker[] = [];
const onWorker = (worker: Worker): void => void threads.push(worker);
beforeEach(() => void process.on('worker', onWorker));
afterEach(() => {
  process.off('worker', onWorker);
  threads = [];
});

/** Records as long as it is told to, in small steps, and looks at the equation at each. */
async function load(instance: Promptheus, events: number, at: (step: number) => unknown): Promise<void> {
  for (let value = 0; value < events; value++) {
    instance.events.record({ name: 'n', value });
    if (value % 100 !== 0) continue;
    await at(value / 100);
    expectBalanced(instance.events.stats());
    await delay(1);
  }
}

function missing(values: readonly unknown[], events: number): number {
  const found = new Set(values);
  return Array.from({ length: events }, (_, value) => value).filter((value) => !found.has(value)).length;
}

/**
 * Each life may have died in the writing of one event, which it counts. What a sink had acknowledged when the cursor of a spool was
 * not on disk yet comes again, and is counted again.
 */
function expectNothingElseMissing(
  instance: Promptheus,
  stored: Readonly<Record<string, readonly unknown[]>>,
  events: number,
  deaths: number,
): void {
  const stats = instance.events.stats();
  expectBalanced(stats);
  expect(stats).toMatchObject({ pending: 0, inFlight: 0, spilled: 0 });
  expect(stats.accepted).toBeGreaterThanOrEqual(events);
  expect(sum(stats.dropped)).toBeLessThanOrEqual(deaths);
  for (const [sink, values] of Object.entries(stored)) {
    const { accepted, delivered, dropped } = stats.sinks[sink] as LossEquation;
    const { thread_lost = 0, ...other } = dropped;
    expect({ sink, other }).toEqual({ sink, other: {} });
    expect(missing(values, events)).toBeLessThanOrEqual(thread_lost);
    expect(delivered).toBeLessThanOrEqual(values.length);
    expect(accepted - events).toBeLessThanOrEqual(values.length - events + thread_lost);
  }
}

describe.each(['memory', 'spill', 'wal'] as const)('a thread that ends under load, durability: %s', (durability) => {
  const spoolOf = (folder: string) => (durability === 'memory' ? {} : { spoolDirectory: join(folder, 'spool') });

  it.each(['exit', 'throw'] as const)('by %s of its sink is replaced', async (end) => {
    const folder = aFolder();
    const [module, path] = [join(folder, 'sink.mjs'), join(folder, 'events.jsonl')];
    writeFileSync(module, DYING_SINK);
    const options = { path, batches: 3, end };
    const write: Sink['write'] = ({ events }) => {
      for (const { json } of events) appendFileSync(path, `${json}\n`);
      return undefined;
    };
    const dying: Sink = { name: 'dying', write, thread: { module, options } };
    const instance = pipeline({ durability, sinks: [dying], batchSize: 500, flushIntervalMs: 10, ...spoolOf(folder) });
    await load(instance, 3_000, () => {});
    await instance.events.flush();
    expect(threads.length).toBeGreaterThan(1);
    expectNothingElseMissing(instance, { dying: linesIn(path).map(({ value }) => value) }, 3_000, threads.length - 1);
    expect(await instance.stop()).toMatchObject({ undelivered: 0, timedOut: false });
    if (end === 'throw') expect(warnings).toContainEqual(expect.stringContaining('a bug of the sink'));
  });

  it('from outside is replaced', async () => {
    const folder = aFolder();
    const path = join(folder, 'events.jsonl');
    const stored: unknown[] = [];
    const slow: Sink = {
      name: 'slow',
      async write({ events }) {
        const isLate = stored.length % 3 === 0;
        await delay(isLate ? 60 : 5);
        for (const { json } of events) stored.push(JSON.parse(json).value);
      },
    };
    const sinks = [jsonlSink({ path }), slow];
    const instance = pipeline({ durability, sinks, batchSize: 200, flushIntervalMs: 5, ...spoolOf(folder) });
    await instance.start();
    await load(instance, 6_000, (step) => (step % 15 === 14 ? threads.at(-1)?.terminate() : undefined));
    await instance.events.flush();
    expect(threads).toHaveLength(5);
    const jsonl = linesIn(path).map(({ value }) => value);
    expectNothingElseMissing(instance, { jsonl, slow: stored }, 6_000, 4);
    expect(await instance.stop()).toMatchObject({ undelivered: 0 });
  });

  it('again and again is replaced by the main thread', async () => {
    const folder = aFolder();
    const path = join(folder, 'events.jsonl');
    const instance = pipeline({ durability, sinks: [jsonlSink({ path })], flushIntervalMs: 5, ...spoolOf(folder) });
    await load(instance, 4_000, (step) => (step % 4 === 3 ? threads.at(-1)?.terminate() : undefined));
    await instance.events.flush();
    expect(threads).toHaveLength(6);
    expect(warnings).toContainEqual(expect.stringContaining('in the main thread: it ended too often'));
    expectNothingElseMissing(instance, { jsonl: linesIn(path).map(({ value }) => value) }, 4_000, 6);
    expect(await instance.stop()).toMatchObject({ undelivered: 0 });
  });

  it('while a stop waits for it hands the stop to the next', async () => {
    const folder = aFolder();
    const path = join(folder, 'events.jsonl');
    const hanging: Sink = { name: 'hanging', write: () => new Promise(() => {}) };
    const sinks = [jsonlSink({ path }), hanging];
    const instance = pipeline({ durability, sinks, flushIntervalMs: 5, ...spoolOf(folder) });
    await instance.start();
    for (let value = 0; value < 100; value++) instance.events.record({ name: 'n', value });
    const stopped = instance.stop({ timeoutMs: 1_000 }).catch((error) => error.report);
    await expect.poll(() => existsSync(path) && readFileSync(path).length).toBeGreaterThan(0);
    await threads[0]?.terminate();
    const report = await stopped;
    expectBalanced(report);
    expect(report).toMatchObject({ timedOut: true, pending: 0, inFlight: 0 });
    expect(
      missing(
        linesIn(path).map(({ value }) => value),
        100,
      ),
    ).toBe(0);
    expect(report.sinks.hanging).toMatchObject({ delivered: 0 });
    expect(report.spilled + sum(report.dropped)).toBe(100);
  });
});

it('that cannot be replaced, since the spool is out of reach, leaves that to the next pipeline', async () => {
  const folder = aFolder();
  const [spool, away] = [join(folder, 'spool'), join(folder, 'away')];
  const options = {
    durability: 'spill',
    spoolDirectory: spool,
    sinks: [jsonlSink({ path: join(folder, 'events.jsonl') })],
  } as const;
  const instance = pipeline(options);
  await instance.start();
  renameSync(spool, away);
  writeFileSync(spool, '');
  await threads[0]?.terminate();
  await expect
    .poll(() => warnings, { timeout: 10_000 })
    .toContainEqual(expect.stringContaining('events are kept in memory alone'));
  rmSync(spool);
  renameSync(away, spool);
  instance.events.record({ name: 'n', value: 1 });
  expect(await instance.stop()).toMatchObject({ delivered: 1 });
  await pipeline(options).start();
});

it('an answer to a thread that has ended passes for none to the next', async () => {
  const writes: PromiseWithResolvers<undefined>[] = [];
  const held: Sink = {
    name: 'held',
    write() {
      const write = Promise.withResolvers<undefined>();
      writes.push(write);
      return write.promise;
    },
  };
  const instance = pipeline({ sinks: [held] });
  await instance.start();
  for (let value = 0; value < 10; value++) instance.events.record({ name: 'n', value });
  const flushed = instance.events.flush();
  await expect.poll(() => writes.length).toBe(1);
  await threads[0]?.terminate();
  await expect.poll(() => writes.length).toBe(2);
  writes[0]?.resolve(undefined);
  await delay(50);
  expect(instance.events.stats()).toMatchObject({ delivered: 0, inFlight: 10 });
  writes[1]?.resolve(undefined);
  await flushed;
  expect(instance.events.stats()).toMatchObject({ delivered: 10, inFlight: 0 });
});
