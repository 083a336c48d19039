import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Promptheus, Sink, SinkEvent } from '../../../../src/index.js';
import { jsonlSink, memorySink } from './build.js';
import { aFolder, expectBalanced, linesIn, pipeline, scraped, sum, warnings } from './pipelines.js';

const EVENTS = 3_000;

function record(instance: Promptheus, events: number): void {
  for (let value = 0; value < events; value++) {
    expect(instance.events.record({ name: 'n', value, context: { worker: 'w' } })).toBe('accepted');
  }
}

/** The equation as a scrape has it. */
async function expectBalancedScrape(instance: Promptheus, sinks: readonly string[]): Promise<void> {
  const value = await scraped(instance);
  const accepted = value('events_accepted_total');
  expect(value('events_submitted_total')).toBe(value('events_rejected_total') + accepted);
  const left = value('events_pending') + value('events_in_flight') + value('events_spilled');
  expect(left).toBe(0);
  for (const sink of sinks) {
    const label = `sink="${sink}"`;
    expect(value('events_delivered_total', label) + value('events_dropped_total', label)).toBe(accepted);
  }
}

describe.each(['memory', 'spill', 'wal'] as const)('durability: %s', (durability) => {
  const spoolOf = (folder: string) => (durability === 'memory' ? {} : { spoolDirectory: join(folder, 'spool') });

  it('delivers everything to a sink of the thread, one of ours and one of the application', async () => {
    const folder = aFolder();
    const path = join(folder, 'events.jsonl');
    const stored: SinkEvent[] = [];
    const own: Sink = { name: 'own', write: ({ events }) => void stored.push(...events) };
    const memory = memorySink();
    const sinks = [jsonlSink({ path }), memory, own];
    const instance = pipeline({ durability, sinks, ...spoolOf(folder) });
    expectBalanced(instance.events.stats());
    await instance.start();
    record(instance, EVENTS);
    expect(instance.events.record({ name: '' })).toBe('rejected');
    // While the thread is held in a change, as on a busy machine, the reading before is given.
    await vi.waitFor(() => {
      const { spilled, pending, inFlight, delivered } = instance.events.stats();
      expectBalanced(instance.events.stats());
      expect(spilled + pending + inFlight + delivered).toBe(EVENTS);
    });
    await instance.events.flush();
    expectBalanced(instance.events.stats());
    expect(instance.events.stats()).toMatchObject({
      submitted: EVENTS + 1,
      rejected: { invalid: 1 },
      accepted: EVENTS,
      delivered: EVENTS,
      pending: 0,
      inFlight: 0,
      spilled: 0,
    });
    await expectBalancedScrape(instance, ['jsonl', 'memory', 'own']);
    const values = Array.from({ length: EVENTS }, (_, value) => value);
    expect(linesIn(path).map(({ value }) => value)).toEqual(values);
    expect(memory.events.map(({ value }) => value)).toEqual(values);
    expect(stored.map(({ json }) => JSON.parse(json).value)).toEqual(values);
    expect(new Set(stored.map(({ id }) => id)).size).toBe(EVENTS);
    const report = await instance.stop();
    expectBalanced(report);
    expect(report).toMatchObject({ accepted: EVENTS, delivered: EVENTS, timedOut: false, undelivered: 0 });
    expect(warnings.filter((text) => !text.includes('an event was rejected'))).toEqual([]);
  });

  it('has what was accepted before a flush in the file after it, while more comes', async () => {
    const folder = aFolder();
    const path = join(folder, 'events.jsonl');
    const instance = pipeline({ durability, sinks: [jsonlSink({ path })], ...spoolOf(folder) });
    record(instance, 500);
    const more = setInterval(() => instance.events.record({ name: 'more' }), 1);
    await instance.events.flush();
    const flushed = linesIn(path).filter(({ metric_name }) => metric_name === 'n');
    clearInterval(more);
    expect(flushed).toHaveLength(500);
    expectBalanced(instance.events.stats());
  });

  it('delivers at a stop what is left, and takes nothing after it', async () => {
    const folder = aFolder();
    const path = join(folder, 'events.jsonl');
    const instance = pipeline({ durability, sinks: [jsonlSink({ path })], ...spoolOf(folder) });
    record(instance, 1_000);
    const stopped = instance.stop();
    expect(instance.events.record({ name: 'late' })).toBe('rejected');
    expect(() => instance.recordOperation('t', 'n', 1)).toThrow(expect.objectContaining({ code: 'NOT_RUNNING' }));
    expect(await stopped).toMatchObject({ accepted: 1_000, delivered: 1_000, undelivered: 0, timedOut: false });
    expect(linesIn(path)).toHaveLength(1_000);
    await instance.events.flush();
    const stats = instance.events.stats();
    expectBalanced(stats);
    expect(stats).toMatchObject({ submitted: 1_001, rejected: { already_shutdown: 1 }, isRunning: false });
  });

  it('counts what no sink takes', async () => {
    const folder = aFolder();
    const permanent = Object.assign(new Error('no such topic'), { permanent: true });
    const refusing: Sink = { name: 'refusing', write: () => Promise.reject(permanent) };
    const instance = pipeline({ durability, sinks: [refusing, memorySink()], ...spoolOf(folder) });
    record(instance, 100);
    await instance.events.flush();
    const report = await instance.stop();
    expectBalanced(report);
    expect(report.sinks.refusing).toMatchObject({ delivered: 0, dropped: { rejected_by_sink: 100 } });
    expect(report.sinks.memory).toMatchObject({ delivered: 100, dropped: {} });
    expect(sum(report.dropped)).toBe(100);
    if (durability === 'memory') return;
    expect(linesIn(join(folder, 'spool', 'dead-letters.jsonl'))).toHaveLength(100);
  });
});
