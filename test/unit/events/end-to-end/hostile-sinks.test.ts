import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fallbackSink, type Sink, type SinkReceipt } from '../../../../src/index.js';
import { jsonlSink } from './build.js';
import { aFolder, expectBalanced, linesIn, pipeline, warnings } from './pipelines.js';

const EVENTS = 5;

async function stopped(sink: Sink, more: Parameters<typeof pipeline>[0] = {}) {
  const instance = pipeline({ sinks: [sink], flushIntervalMs: 50, ...more });
  await instance.start();
  for (let value = 0; value < EVENTS; value++) instance.events.record({ name: 'n', value });
  const report = await instance.stop({ timeoutMs: 5_000 });
  expectBalanced(report);
  return report;
}

/** What a driver resolves with, in the place of a receipt. */
const answers: readonly (readonly [string, () => unknown])[] = [
  ['a count of failures', () => ({ failures: 0 })],
  ['a text', () => 'ok'],
  ['a response with functions, which no thread can be sent', () => ({ ok: true, json: () => ({}) })],
  // biome-ignore lint/suspicious/noThenProperty: what a query builder is
  ['a promise of its own kind', () => ({ then: (resolve: (value: unknown) => void) => resolve({ rows: 1 }) })],
];

const failures: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['an object without a text', Object.create(null)],
  [
    'an error whose message cannot be read',
    Object.defineProperty({}, 'message', {
      get() {
        throw new Error('no');
      },
    }),
  ],
  [
    'a proxy that refuses everything',
    new Proxy(
      {},
      {
        get() {
          throw new Error('no');
        },
      },
    ),
  ],
];

describe('a sink of the application', () => {
  it.each(answers)('has stored what it answers with %s', async (_, answer) => {
    let writes = 0;
    const report = await stopped({
      name: 'driver',
      write: async () => {
        writes++;
        return answer() as SinkReceipt;
      },
    });
    expect(report).toMatchObject({ accepted: EVENTS, delivered: EVENTS });
    expect(writes).toBe(1);
  });

  it.each(failures)('is tried again where it throws %s, and the application lives', async (_, error) => {
    let tries = 0;
    const write = async (): Promise<undefined> => {
      if (++tries === 1) throw error;
    };
    expect(await stopped({ name: 'driver', write })).toMatchObject({ accepted: EVENTS, delivered: EVENTS });
    expect(tries).toBe(2);
    expect(warnings).toContainEqual(expect.stringContaining('the sink driver fails: '));
  });

  it('has not stored what a failure of no event stands for', async () => {
    let tries = 0;
    const write = async () => (++tries === 1 ? ({ failures: [null] } as unknown as SinkReceipt) : undefined);
    expect(await stopped({ name: 'driver', write })).toMatchObject({ delivered: EVENTS });
    expect(tries).toBe(2);
  });

  it('is written to once by its fallback, whatever that answers', async () => {
    const path = join(aFolder(), 'events.jsonl');
    const broker: Sink = { name: 'broker', write: () => Promise.reject(new Error('gone')) };
    const report = await stopped(fallbackSink(broker, jsonlSink({ path })));
    expect(report).toMatchObject({ delivered: EVENTS, dropped: {} });
    expect(linesIn(path)).toHaveLength(EVENTS);
  });

  it('says why it failed', async () => {
    const write = () => Promise.reject(new Error('ECONNREFUSED 10.0.0.1'));
    expect((await stopped({ name: 'gone', write })).dropped).toEqual({ retries_exhausted: EVENTS });
    expect(warnings).toContainEqual(expect.stringContaining('the sink gone fails: ECONNREFUSED 10.0.0.1'));
    const refuse = () => Promise.reject(Object.assign(new Error('no such column'), { permanent: true }));
    expect((await stopped({ name: 'strict', write: refuse })).dropped).toEqual({ rejected_by_sink: EVENTS });
    expect(warnings).toContainEqual(expect.stringContaining('the sink strict refuses for good: no such column'));
  });
});

describe('a sink that writes at once', () => {
  it('is counted as any other where it throws nothing at all', async () => {
    const stored: unknown[] = [];
    const first: Sink = {
      name: 'first',
      write: () => undefined,
      writeSync: ({ events }) => void stored.push(...events),
    };
    const second: Sink = {
      name: 'second',
      write: () => undefined,
      writeSync() {
        throw undefined;
      },
    };
    const report = await stopped(first, { sinks: [first, second], enableAsyncMetrics: false });
    expect(report).toMatchObject({ accepted: EVENTS, dropped: { retries_exhausted: EVENTS } });
    expect(report.sinks).toMatchObject({ first: { delivered: EVENTS }, second: { delivered: 0 } });
    expect(stored).toHaveLength(EVENTS);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no'))],
    ['never comes back', () => new Promise<void>(() => {})],
  ])('does not keep a stop, nor the others, where its close %s', async (_, close) => {
    let closed = false;
    const sinks: Sink[] = [
      { name: 'first', write: () => undefined, writeSync: () => undefined, close },
      { name: 'second', write: () => undefined, writeSync: () => undefined, close: () => void (closed = true) },
    ];
    const instance = pipeline({ sinks, enableAsyncMetrics: false });
    await instance.start();
    instance.events.record({ name: 'n', value: 1 });
    expect(await instance.stop({ timeoutMs: 200 })).toMatchObject({ delivered: 1 });
    expect(closed).toBe(true);
  });

  it('keeps a stop no longer than the least time it was given, where its close never comes back', async () => {
    const close = (): Promise<void> => new Promise(() => {});
    const sink: Sink = { name: 's', write: () => undefined, writeSync: () => undefined, close };
    const instance = pipeline({ sinks: [sink], enableAsyncMetrics: false });
    await instance.start();
    const began = performance.now();
    const stopped = instance.stop({ timeoutMs: 10_000 });
    await instance.stop({ timeoutMs: 200 });
    await stopped;
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('gets what sampling has kept', async () => {
    const stored: unknown[] = [];
    const sink: Sink = { name: 's', write: () => undefined, writeSync: ({ events }) => void stored.push(...events) };
    const instance = pipeline({
      sinks: [sink],
      enableAsyncMetrics: false,
      sampling: { rate: 0 },
    });
    await instance.start();
    for (let n = 0; n < EVENTS; n++) await instance.trackOperation('job', 'run', async () => {});
    const stats = instance.events.stats();
    expectBalanced(stats);
    // The operations themselves are not sampled: their requests are.
    expect(stats).toMatchObject({ accepted: 2 * EVENTS, sampledOut: EVENTS, delivered: EVENTS });
    expect(stored).toHaveLength(EVENTS);
  });
});
