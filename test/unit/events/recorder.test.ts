import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createPromptheus,
  type EventCounts,
  type EventsOptions,
  jsonlSink,
  type Logger,
  type LossEquation,
  memorySink,
  type Promptheus,
  type Sink,
} from '../../../src/index.js';

const made: Promptheus[] = [];
afterEach(async () => {
  for (const instance of made.splice(0)) await instance.stop({ timeoutMs: 200 }).catch(() => {});
});

/** From source there is no thread: the same consumer runs on the main one. */
function instanceWith(events: EventsOptions | false, logger: Logger | false = false): Promptheus {
  const instance = createPromptheus({ registry: false, default: false, logger, events });
  made.push(instance);
  return instance;
}

function expectClosed(equation: LossEquation): void {
  const { accepted, sampledOut, delivered, dropped, spilled, pending, inFlight } = equation;
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  expect(sampledOut + delivered + lost + spilled + pending + inFlight).toBe(accepted);
}

function expectBalanced(counts: EventCounts): void {
  expect(Object.values(counts.rejected).reduce((sum, count) => sum + count, 0) + counts.accepted).toBe(
    counts.submitted,
  );
  for (const equation of [counts, ...Object.values(counts.sinks)]) expectClosed(equation);
}

const aFolder = () => mkdtempSync(join(tmpdir(), 'promptheus-recorder-'));
const hanging: Sink = { name: 'hanging', write: () => new Promise(() => {}) };

describe('a pipeline of events', () => {
  it('tells the seven figures of the source, and the equation', async () => {
    const sink = memorySink();
    const instance = instanceWith({ sinks: [sink], batchSize: 2 });
    for (const value of [1, 2, 3]) instance.events.record({ name: 'n', value, context: { worker: 'w' } });
    expectBalanced(instance.events.stats());
    expect(instance.events.stats()).toMatchObject({ totalRecorded: 3, totalPersisted: 0, queueSize: 3 });
    await instance.events.flush();
    expect(instance.events.stats()).toMatchObject({
      totalRecorded: 3,
      totalPersisted: 3,
      queueSize: 0,
      batchesWritten: 2,
      avgBatchSize: 1.5,
      isRunning: true,
      lastFlushTimestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(sink.events).toMatchObject([{ metric_name: 'n', value: 1, worker: 'w' }, { value: 2 }, { value: 3 }]);
  });

  it('shows the equation in a scrape', async () => {
    const instance = instanceWith({ sinks: [memorySink()] });
    instance.events.record({ name: 'n' });
    instance.events.record({ name: '' });
    await instance.events.flush();
    const { body } = await instance.scrape();
    for (const line of [
      'promptheus_events_submitted_total 2',
      'promptheus_events_rejected_total{reason="invalid"} 1',
      'promptheus_events_accepted_total 1',
      'promptheus_events_delivered_total{sink="memory"} 1',
      'promptheus_events_pending 0',
      'promptheus_queue_capacity{lane="normal"} 8000',
    ]) {
      expect(body.toString()).toContain(`${line}\n`);
    }
  });

  it.each<[string, object]>([
    ['memory', {}],
    ['wal', { durability: 'wal' }],
    ["the caller's time", { enableAsyncMetrics: false }],
  ])('counts in a scrape what of an event is not stored as given: %s', async (_what, options) => {
    const wal = 'durability' in options && { spoolDirectory: aFolder() };
    const instance = instanceWith({ sinks: [memorySink()], ...options, ...wal });
    await instance.start();
    const lines = async () =>
      (await instance.scrape()).body
        .toString()
        .match(/^promptheus_event_fields_changed_total.*$/gm)
        ?.map((line) => line.slice(line.indexOf('{')));
    expect(await lines()).toEqual(['{change="redacted"} 0', '{change="truncated"} 0', '{change="omitted"} 0']);
    const context = { userId: 1, deep: { email: 'b@c.de' }, timestamp: 1, value: 2, fn() {}, long: 'x'.repeat(9_000) };
    instance.events.record({ name: 'n', value: 1, context: { ...context, password: 'p' } });
    expect(await lines()).toEqual(['{change="redacted"} 3', '{change="truncated"} 1', '{change="omitted"} 3']);
  });

  it('rejects a stop that ran out of time with its report', async () => {
    const instance = instanceWith({ sinks: [hanging] });
    instance.events.record({ name: 'n' });
    const error = await instance.stop({ timeoutMs: 50 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'STOP_TIMEOUT',
      report: { timedOut: true, undelivered: 1, accepted: 1, dropped: { shutdown: 1 } },
    });
    expectBalanced((error as { report: EventCounts }).report);
  });

  it('spills what a stop cannot deliver, and the next instance delivers it', async () => {
    const spoolDirectory = aFolder();
    const instance = instanceWith({ sinks: [{ ...hanging, name: 's' }], spoolDirectory });
    instance.events.record({ name: 'n', value: 7 });
    expect(await instance.stop({ timeoutMs: 100 })).toMatchObject({ timedOut: true, undelivered: 0, spilled: 1 });
    const sink = memorySink({ name: 's' });
    const next = instanceWith({ sinks: [sink], spoolDirectory, flushIntervalMs: 50 });
    await next.start();
    await expect.poll(() => sink.events).toMatchObject([{ metric_name: 'n', value: 7 }]);
    expectBalanced(next.events.stats());
    expect(await next.stop()).toMatchObject({ recovery: { recovered: 1, uncleanShutdown: false }, delivered: 1 });
  });

  it('has every event on disk before it is accepted, under wal', async () => {
    const spoolDirectory = aFolder();
    const sink = memorySink();
    const instance = instanceWith({ sinks: [sink], spoolDirectory, durability: 'wal', sampling: { rate: 0 } });
    await instance.start();
    instance.recordOperation('t', 'n', 5, true, null, { region: 'eu' });
    expect(instance.events.stats()).toMatchObject({ accepted: 1, spilled: 1, pending: 0 });
    await instance.events.flush();
    expect(sink.events).toMatchObject([{ operation_type: 't', metadata: { region: 'eu' } }]);
    expect(await instance.stop()).toMatchObject({ delivered: 1, spilled: 0 });
  });

  it('rejects under wal what cannot be on disk, and counts it once', async () => {
    const spoolDirectory = aFolder();
    const holder = instanceWith({ sinks: [memorySink()], spoolDirectory, durability: 'wal' });
    await holder.start();
    const other = instanceWith({ sinks: [memorySink()], spoolDirectory, durability: 'wal' });
    await expect(other.start()).rejects.toMatchObject({ code: 'SPOOL_UNUSABLE' });
    expect([other.events.record({ name: 'n' }), other.events.record({ name: 'n' })]).toEqual(['rejected', 'rejected']);
    expect(other.events.stats()).toMatchObject({
      submitted: 2,
      rejected: { spool_failed: 2 },
      accepted: 0,
      spilled: 0,
    });
    expectBalanced(other.events.stats());
  });

  it('rejects under wal what cannot be written, since nothing that was accepted is dropped', async () => {
    const sampling = { rate: 1 };
    const instance = instanceWith({ sinks: [memorySink()], spoolDirectory: aFolder(), durability: 'wal', sampling });
    const hostile = Object.defineProperty({}, 'a', { enumerable: true, get: () => expect.fail('no') });
    const long = Object.fromEntries(Array.from({ length: 9_000 }, (_, n) => [`key_${n}`, n]));
    const outcomes = [hostile, long, { fine: true }].map((context) => instance.events.record({ name: 'n', context }));
    expect(outcomes).toEqual(['rejected', 'rejected', 'accepted']);
    await instance.events.flush();
    expect(await instance.stop()).toMatchObject({
      rejected: { serialize_error: 1, too_large: 1 },
      accepted: 1,
      dropped: {},
      delivered: 1,
      recovery: { recovered: 0 },
    });
  });

  it('says under wal that there is no room on disk, other than that the disk refuses', async () => {
    const instance = instanceWith({
      sinks: [{ ...hanging, name: 's' }],
      spoolDirectory: aFolder(),
      durability: 'wal',
      spoolLimitBytes: 4_096,
    });
    await instance.start();
    const text = 'x'.repeat(1_000);
    const outcomes = Array.from({ length: 6 }, () => instance.events.record({ name: 'n', context: { text } }));
    const accepted = outcomes.filter((outcome) => outcome === 'accepted').length;
    expect(accepted).toBeGreaterThan(0);
    expect(instance.events.stats().rejected).toEqual({ spool_full: 6 - accepted });
    expectBalanced(instance.events.stats());
    await instance.stop({ timeoutMs: 100 });
  });

  it.each<[string, EventsOptions, string]>([
    ['rejects', { durability: 'wal' }, 'events are rejected: serialize_error'],
    ['drops', {}, 'events are dropped: serialize_error'],
  ])('warns once of what it %s', async (_what, options, expected) => {
    const warnings: string[] = [];
    const spool = options.durability === 'wal' && { spoolDirectory: aFolder() };
    const logger = { info() {}, warn: (line: string) => warnings.push(line) };
    const instance = instanceWith({ sinks: [memorySink()], ...options, ...spool }, logger);
    const hostile = Object.defineProperty({}, 'a', { enumerable: true, get: () => expect.fail('no') });
    for (let n = 0; n < 3; n++) instance.events.record({ name: 'n', context: hostile });
    await instance.events.flush();
    expect(warnings.filter((line) => /events are (rejected|dropped)/.test(line))).toEqual([`[promptheus] ${expected}`]);
  });

  it('never throws, but for recordOperation', async () => {
    const instance = instanceWith({ sinks: [memorySink()] });
    expect(instance.events.record(null as never)).toBe('rejected');
    expect(() => instance.recordOperation('', 'n', 1)).toThrow(expect.objectContaining({ code: 'INVALID_OPERATION' }));
    const email = { Contact: { 'E-Mail': 'a@b.c' } };
    expect(() => instance.recordOperation('t', 'n', 1, true, null, email)).toThrow(
      expect.objectContaining({ code: 'PII_KEY', message: expect.stringContaining('Contact.E-Mail') }),
    );
    await instance.stop();
    expect(instance.events.record({ name: 'n' })).toBe('rejected');
    expect(() => instance.recordOperation('t', 'n', 1)).toThrow(expect.objectContaining({ code: 'NOT_RUNNING' }));
    expect(instance.events.stats().rejected).toEqual({ invalid: 1, already_shutdown: 1 });
  });

  it('writes at once where it is told to', () => {
    const path = join(aFolder(), 'metrics.jsonl');
    const instance = instanceWith({ sinks: [jsonlSink({ path })], enableAsyncMetrics: false });
    expect(instance.events.record({ name: 'n', value: 1, context: { email: 'a@b.de', note: 'to a@b.de' } })).toBe(
      'accepted',
    );
    const line = JSON.parse(readFileSync(path, 'utf8'));
    expect(line).toMatchObject({ metric_name: 'n', value: 1, note: 'to [email]' });
    expect(line).not.toHaveProperty('email');
    expectBalanced(instance.events.stats());
  });

  it('rejects what comes while events are off', () => {
    const instance = instanceWith(false);
    expect(instance.events.record({ name: 'n' })).toBe('rejected');
    expect(instance.events.stats()).toMatchObject({ submitted: 1, rejected: { disabled: 1 }, accepted: 0 });
  });

  it('waits for room where it is asked to, and gives up', async () => {
    const instance = instanceWith({ sinks: [hanging], queueLimit: 2, whenFull: 'block' });
    for (let n = 0; n < 4; n++) instance.events.record({ name: 'n' });
    expect(await instance.events.recordWhenRoom({ name: 'late' }, { timeoutMs: 20 })).toBe('rejected');
    expect(instance.events.stats().rejected).toEqual({ no_room: 1 });
  });

  it.each(['memory', 'spill', 'wal'] as const)('samples requests alone, durability: %s', async (durability) => {
    const sink = memorySink();
    const spool = durability === 'memory' ? {} : { spoolDirectory: aFolder() };
    const instance = instanceWith({ sinks: [sink], sampling: { rate: 0 }, durability, ...spool });
    await instance.trackOperation('cron', 'nightly', async () => 1);
    instance.events.record({ name: 'n' });
    await instance.events.flush();
    expect(sink.events.map((event) => Object.keys(event as object)[1])).toEqual(['operation_type', 'metric_name']);
    expectBalanced(instance.events.stats());
    expect(instance.events.stats()).toMatchObject({ accepted: 3, sampledOut: 1, delivered: 2 });
    const { body } = await instance.scrape();
    expect(body.toString()).toContain('promptheus_events_sampled_out_total{rule="default"} 1\n');
    expect(body.toString()).toContain('promptheus_sampling_retention_ratio{rule="default"} 0\n');
  });

  it.each<[EventsOptions, string]>([
    [{ sink: [] } as EventsOptions, 'There is no option "events.sink"'],
    [{ durability: 'disk' as never }, 'events.durability must be'],
    [{ durability: 'wal' }, "events.durability: 'wal' needs events.spoolDirectory"],
    [{ whenFull: 'spill' }, 'needs durability'],
    [{ eventBytes: 100 }, 'events.eventBytes must be a whole number from 1,024 to 1,048,576, got 100'],
    [{ queueLimit: 0 }, 'events.queueLimit must be a whole number above 0, got 0'],
    [{ queueLimit: 1e9 }, 'events.queueLimit must be at most 10000000, got 1000000000'],
    [{ queueLimitBytes: 2 ** 31 }, 'events.queueLimitBytes must be at most 1073741824, got 2147483648'],
    [{ sinks: [] }, 'events.sinks must be an array of 1 to 8 sinks, got []'],
    [{ sinks: [memorySink(), memorySink()] }, 'Two of events.sinks have the name "memory"'],
    [{ sinks: [hanging], enableAsyncMetrics: false }, 'which the sink "hanging" cannot'],
    [{ sampling: { rate: 2 } }, 'events.sampling.rate'],
  ])('refuses %j', (events, message) => {
    expect(() => instanceWith(events)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(message) }),
    );
  });
});
