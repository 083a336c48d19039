import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { EventStats } from '../../../../src/index.js';
import { memorySink } from './build.js';
import { aFolder, expectBalanced, pipeline } from './pipelines.js';

const EVENTS = 5_000;

/** Records more than it can deliver, and exits at once; says what its stats were then. */
const PROGRAM = `
import { writeSync } from 'node:fs';
import { createPromptheus } from './dist/esm/src/index.js';
const events = JSON.parse(process.argv[1]);
const sinks = [{ name: 'memory', write: () => new Promise(() => {}) }];
const instance = createPromptheus({ registry: false, default: false, logger: false, events: { ...events, sinks } });
if (process.argv[2] === 'started') await instance.start();
for (let value = 0; value < ${EVENTS}; value++) {
  instance.events.record({ name: 'n', value });
  if (process.argv[2] === 'started' && value % 500 === 0) await new Promise((next) => setTimeout(next, 5));
}
writeSync(1, JSON.stringify(instance.events.stats()));
process.exit(0);
`;

function exiting(events: object, started: boolean): EventStats {
  const args = ['--input-type=module', '--eval', PROGRAM, JSON.stringify(events), started ? 'started' : 'at once'];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout);
}

describe.each([true, false])(
  'process.exit() with events that are not delivered (pipeline started before: %s)',
  (started) => {
    it.each(['spill', 'wal'] as const)('leaves all to the next process, durability: %s', async (durability) => {
      const spoolDirectory = join(aFolder(), 'spool');
      const options = { durability, spoolDirectory, flushIntervalMs: 20 };
      const before = exiting(options, started);
      expectBalanced(before);
      expect(before).toMatchObject({ accepted: EVENTS, delivered: 0, dropped: {} });
      expect(readdirSync(spoolDirectory)).not.toContain('lock');
      const sink = memorySink();
      const next = pipeline({ ...options, sinks: [sink] });
      await next.start();
      await expect.poll(() => sink.events.length, { timeout: 5_000 }).toBe(EVENTS);
      expect(sink.events.map(({ value }) => value)).toEqual(Array.from({ length: EVENTS }, (_, value) => value));
      expectBalanced(next.events.stats());
      const report = await next.stop();
      expect(report).toMatchObject({ delivered: EVENTS, recovery: { recovered: EVENTS } });
    });

    it('loses under memory what had not been delivered, which the stats had said', () => {
      const before = exiting({ durability: 'memory' }, started);
      expectBalanced(before);
      expect(before.pending + before.inFlight).toBe(EVENTS);
    });
  },
);

/** Records one event, and has nothing else to do. */
const SHORT = `
import { writeSync } from 'node:fs';
import { createPromptheus, jsonlSink } from './dist/esm/src/index.js';
const [options, path, waitsFor] = process.argv.slice(1);
const events = { ...JSON.parse(options), sinks: [jsonlSink({ path })], flushIntervalMs: 60_000 };
const instance = createPromptheus({ registry: false, default: false, logger: false, events });
if (waitsFor === 'start') await instance.start();
instance.events.record({ name: 'n' });
if (waitsFor === 'flush') await instance.events.flush();
if (waitsFor === 'stop') await instance.stop();
writeSync(1, JSON.stringify(instance.events.stats()));
`;

describe.each(['memory', 'spill', 'wal'] as const)(
  'a process that has nothing else to do, durability: %s',
  (durability) => {
    it.each([
      ['nothing', 0],
      ['start', 0],
      ['flush', 1],
      ['stop', 1],
    ])('ends by itself, and not before what it waits for: %s', async (waitsFor, delivered) => {
      const folder = aFolder();
      const options = { durability, ...(durability !== 'memory' && { spoolDirectory: join(folder, 'spool') }) };
      const args = [JSON.stringify(options), join(folder, 'events.jsonl'), waitsFor];
      const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', SHORT, ...args], {
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect(ended).toMatchObject({ stderr: '', status: 0 });
      expect(JSON.parse(ended.stdout)).toMatchObject({ accepted: 1, delivered });
      // What was flushed less than 500 ms ago may come again under `wal`: its cursor is not on disk.
      if (durability === 'memory' || waitsFor === 'flush') return;
      const next = pipeline({ ...options, sinks: [memorySink({ name: 'jsonl' })] });
      await next.start();
      await next.events.flush();
      expect(await next.stop()).toMatchObject({ recovery: { recovered: 1 - delivered }, delivered: 1 - delivered });
    });
  },
);

/** A thread of the application's that records, with a pipeline of its own, and ends. */
const THREAD = `
const { workerData } = require('node:worker_threads');
const { events, count, ends } = workerData;
void (async () => {
  const { createPromptheus } = await import(workerData.build);
  const sinks = [{ name: 'memory', write: () => new Promise(() => {}) }];
  const instance = createPromptheus({ registry: false, default: false, logger: false, events: { ...events, sinks } });
  await instance.start();
  for (let value = 0; value < count; value++) instance.events.record({ name: 'n', value });
  if (ends === 'by process.exit()') process.exit(0);
})();
`;

describe.each(['spill', 'wal'] as const)('a thread of a process that goes on, durability: %s', (durability) => {
  it.each(['by itself', 'by process.exit()'])('leaves all, and the spool free, when it ends %s', async (ends) => {
    const spoolDirectory = join(aFolder(), 'spool');
    const events = { durability, spoolDirectory, flushIntervalMs: 20 };
    const build = pathToFileURL(resolve('dist/esm/src/index.js')).href;
    const thread = new Worker(THREAD, { eval: true, workerData: { build, events, count: 100, ends } });
    await once(thread, 'exit');
    expect(readdirSync(spoolDirectory)).not.toContain('lock');
    const sink = memorySink();
    const next = pipeline({ ...events, sinks: [sink] });
    await next.start();
    await next.events.flush();
    expect(sink.events.map(({ value }) => value)).toEqual(Array.from({ length: 100 }, (_, value) => value));
    expect(await next.stop()).toMatchObject({ delivered: 100, recovery: { recovered: 100 } });
  });
});
