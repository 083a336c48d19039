import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sink } from '../../../../src/index.js';
import { createPromptheus, jsonlSink } from './build.js';
import { aFolder, expectBalanced, linesIn, pipeline, warnings } from './pipelines.js';

/** Stores nothing until it is let go. */
function heldSink(): { readonly sink: Sink; release(): void } {
  const held = Promise.withResolvers<undefined>();
  return { sink: { name: 'held', write: () => held.promise }, release: () => held.resolve(undefined) };
}

describe('the options of events', () => {
  it.each([
    ['files', { queueLimit: 10_000, batchSize: 1_000, flushIntervalMs: 5_000 }, 'json_files'],
    ['collector', { queueLimit: 1_000, batchSize: 100, flushIntervalMs: 5_000 }, 'jsonl'],
  ] as const)('are those of the preset %s where they are not given', (preset, limits, sink) => {
    const { events } = pipeline({ preset }).options;
    expect(events).toMatchObject({ ...limits, durability: 'memory', whenFull: 'drop-oldest', fsync: 'interval' });
    expect(events).toMatchObject({ queueLimitBytes: 10_485_760, wide: true, enableAsyncMetrics: true });
    expect(events?.sinks.map(({ name }) => name)).toEqual([sink]);
  });

  it('give a spool to what does not fit, where there is one', () => {
    expect(pipeline({ spoolDirectory: aFolder() }).options.events).toMatchObject({
      durability: 'spill',
      whenFull: 'spill',
    });
  });

  it.each([[false], [undefined]])('reject every event as disabled: events: %s', async (events) => {
    const instance = createPromptheus({ registry: false, default: false, ...(events === false && { events }) });
    expect(instance.events.record({ name: 'n' })).toBe('rejected');
    await instance.events.flush();
    expect(instance.events.stats()).toMatchObject({ submitted: 1, rejected: { disabled: 1 }, accepted: 0 });
    expectBalanced(await instance.stop());
    expect(String((await instance.scrape()).body)).not.toContain('promptheus_events_');
  });

  it('have each event in the file before record returns, with enableAsyncMetrics: false', async () => {
    const path = join(aFolder(), 'events.jsonl');
    const instance = pipeline({ sinks: [jsonlSink({ path })], enableAsyncMetrics: false });
    for (let value = 1; value <= 3; value++) {
      instance.events.record({ name: 'n', value });
      expect(linesIn(path)).toHaveLength(value);
    }
    instance.recordOperation('t', 'n', 5);
    expect(linesIn(path).at(-1)).toMatchObject({ operation_type: 't' });
    expectBalanced(instance.events.stats());
    expect(await instance.stop()).toMatchObject({ accepted: 4, delivered: 4 });
  });

  it('have start() say which sink cannot write, and stop() still ends', async () => {
    const file = join(aFolder(), 'file');
    writeFileSync(file, '');
    const instance = pipeline({ sinks: [jsonlSink({ path: join(file, 'events.jsonl') })] });
    await expect(instance.start()).rejects.toMatchObject({
      code: 'SINK_NOT_WRITABLE',
      message: expect.stringMatching(/^[^(]*jsonl[^(]*\(SINK_NOT_WRITABLE, [^(]*\)$/),
    });
    expectBalanced(await instance.stop({ timeoutMs: 1_000 }));
  });

  it('have start() say that another instance has the spool, and go on without one', async () => {
    const [folder, spoolDirectory] = [aFolder(), aFolder()];
    const sinks = [jsonlSink({ path: join(folder, 'events.jsonl') })];
    await pipeline({ sinks, spoolDirectory }).start();
    const second = pipeline({ sinks, spoolDirectory });
    await expect(second.start()).rejects.toMatchObject({ code: expect.stringMatching(/^SPOOL_/) });
    second.events.record({ name: 'n' });
    const report = await second.stop({ timeoutMs: 2_000 });
    expectBalanced(report);
    expect(report).toMatchObject({ accepted: 1, delivered: 1, spilled: 0 });
    expect(linesIn(join(folder, 'events.jsonl'))).toHaveLength(1);
    expect(warnings).toContainEqual(expect.stringContaining('in memory alone'));
  });

  it.each(['memory', 'wal'] as const)('let an event be as long as they say, under %s', async (durability) => {
    const folder = aFolder();
    const text = 'x'.repeat(600_000);
    const path = join(folder, 'events.jsonl');
    const spool = durability === 'wal' ? { spoolDirectory: join(folder, 'spool') } : {};
    for (const eventBytes of [1_024, 1_048_576]) {
      const instance = pipeline({ sinks: [jsonlSink({ path })], durability, eventBytes, ...spool });
      for (let n = 0; n < 3; n++) expect(instance.events.record({ name: 'n', context: { text } })).toBe('accepted');
      await instance.stop();
    }
    const lengths = linesIn(path).map((line) => String(line.text).length);
    expect(lengths).toHaveLength(6);
    expect(Math.max(...lengths.slice(0, 3))).toBeLessThan(1_024);
    expect(Math.min(...lengths.slice(3))).toBeGreaterThan(100_000);
  });

  it('let a caller wait until there is room', async () => {
    const { sink, release } = heldSink();
    const instance = pipeline({ sinks: [sink], queueLimit: 10, batchSize: 10, whenFull: 'block' });
    await instance.start();
    for (let n = 0; n < 10; n++) instance.events.record({ name: 'n' });
    const flushed = instance.events.flush();
    await expect.poll(() => instance.events.stats().inFlight).toBeGreaterThan(0);
    expectBalanced(instance.events.stats());
    for (let n = 0; n < 12; n++) instance.events.record({ name: 'n' });
    expect(await instance.events.recordWhenRoom({ name: 'no' }, { timeoutMs: 30 })).toBe('rejected');
    const waits = instance.events.recordWhenRoom({ name: 'yes' }, { timeoutMs: 10_000 });
    release();
    await flushed;
    expect(await waits).toBe('accepted');
    const report = await instance.stop();
    expectBalanced(report);
    expect(report.rejected).toEqual({ no_room: 1 });
  });

  it.each(['open', 'close', 'write'] as const)(
    'keep a stop to its time, whose sink never comes back from %s',
    async (hook) => {
      const hanging: Sink = { name: 'hanging', write: () => undefined, [hook]: () => new Promise(() => {}) };
      const instance = pipeline({ sinks: [hanging] });
      instance.events.record({ name: 'n' });
      if (hook === 'close') await instance.events.flush();
      const report = await instance.stop({ timeoutMs: 200 }).catch((error) => error.report);
      expectBalanced(report);
      expect(report.delivered).toBe(hook === 'close' ? 1 : 0);
    },
  );

  it('close a sink of the application once', async () => {
    let closed = 0;
    const instance = pipeline({ sinks: [{ name: 's', write: () => undefined, close: () => void closed++ }] });
    instance.events.record({ name: 'n' });
    await instance.stop();
    await instance.stop();
    expect(closed).toBe(1);
  });
});
