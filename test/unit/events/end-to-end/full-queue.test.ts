import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { EventsOptions, MetricEvent, Promptheus, Sink } from '../../../../src/index.js';
import { jsonlSink } from './build.js';
import { aFolder, expectBalanced, pipeline } from './pipelines.js';

const KIB = 1_024;
const MIB = KIB * KIB;

/** S1.8's record, as the source shows it. */
const RECORD = {
  operationType: 'api_request',
  operationName: 'GET /api/users',
  durationMs: 42.5,
  success: true,
  metadata: { status_code: 200, region: 'us-east' },
};

const neverStores: Sink = { name: 'stuck', write: () => new Promise(() => {}) };

async function stuck(options: EventsOptions): Promise<Promptheus> {
  const instance = pipeline({ sinks: [neverStores], ...options });
  await instance.start();
  return instance;
}

describe('a full queue', () => {
  // A fifth is for those that failed.
  it.each([
    [1_000, 128 * KIB],
    [10_000, 10 * MIB],
  ])('of %i records of S1.8 is bounded in bytes (S0.9, S1.13)', async (queueLimit, mostBytes) => {
    const instance = await stuck({ queueLimit, batchSize: 100 });
    for (let n = 0; n < queueLimit; n++) {
      instance.recordOperation({ ...RECORD, success: n % 5 !== 0 });
      if (n % 500 === 0) await new Promise(setImmediate);
    }
    const { events } = instance;
    // What is still in the ring is in no lane yet.
    await expect.poll(() => events.stats().queueBytes, { timeout: 10_000 }).toBeGreaterThan(queueLimit * 100);
    const { queueSize, inFlight, queueBytes } = events.stats();
    expectBalanced(events.stats());
    expect(queueSize + inFlight).toBe(queueLimit);
    expect(queueBytes).toBeLessThanOrEqual(mostBytes);
  });

  it('of bytes lets callers in that wait for room, and drops nothing of theirs', async () => {
    const sinks = [jsonlSink({ path: join(aFolder(), 'events.jsonl') })];
    const { events } = pipeline({ sinks, queueLimitBytes: MIB, batchSize: 20, whenFull: 'block', flushIntervalMs: 50 });
    const context = { a: 'x'.repeat(8_000), b: 'y'.repeat(8_000) };
    for (let round = 0; round < 40; round++) {
      const waits = Array.from({ length: 300 }, () =>
        events.recordWhenRoom({ name: 'n', value: 1, context }, { timeoutMs: 20_000 }),
      );
      expect(new Set(await Promise.all(waits))).toEqual(new Set(['accepted']));
    }
    expect(events.stats()).toMatchObject({ accepted: 12_000, dropped: {} });
  }, 60_000);

  it('does not come of events that are long: a sink with nothing to do gets them before', async () => {
    // 900 of 14 kB are no batch of 1,000, and more than the 10 MiB of the queue.
    const { events } = pipeline({ sinks: [jsonlSink({ path: join(aFolder(), 'events.jsonl') })] });
    const text = 'lorem ipsum '.repeat(80);
    const context = Object.fromEntries(Array.from({ length: 14 }, (_, n) => [`text_${n}`, text]));
    for (let n = 1; n <= 900; n++) {
      events.record({ name: 'long', context });
      if (n % 30 === 0) await sleep(30);
    }
    expect(events.stats()).toMatchObject({ accepted: 900, dropped: {} });
    await events.flush();
    expect(events.stats()).toMatchObject({ delivered: 900, dropped: {} });
  });

  it('keeps no request waiting for its store (S2.5)', async () => {
    const { events } = await stuck({ queueLimit: 10 });
    const server = createServer((_, response) => {
      events.record({ name: 'request' });
      response.end('answered');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (let n = 0; n < 50; n++) expect(await (await fetch(url)).text()).toBe('answered');
    server.close();
    server.closeAllConnections();
    expectBalanced(events.stats());
    expect(events.stats()).toMatchObject({ accepted: 50, delivered: 0 });
  });

  it.each<[string, EventsOptions, MetricEvent]>([
    ['events', { queueLimit: 50 }, { name: 'n' }],
    ['bytes', { queueLimitBytes: 64 * KIB }, { name: 'n', context: { text: 'x'.repeat(2_000) } }],
  ])('of so many %s drops nothing of callers that wait for room (S0.11)', async (_, options, event) => {
    const slow: Sink = { name: 'slow', write: () => sleep(2) };
    const instance = pipeline({ sinks: [slow], batchSize: 10, flushIntervalMs: 5, whenFull: 'block', ...options });
    await instance.start();
    const callers = Array.from({ length: 300 }, () => instance.events.recordWhenRoom(event, { timeoutMs: 60_000 }));
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['accepted']));
    await instance.events.flush();
    expect(instance.events.stats()).toMatchObject({ accepted: 300, delivered: 300, dropped: {} });
  });
});
