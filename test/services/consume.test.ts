import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kafkaSink } from '../../adapters/kafka/index.js';
import { redisStreamSink } from '../../adapters/redis/index.js';
import type { SinkEvent } from '../../src/events/sinks/sink.js';
import { aBatch, someEvents } from '../contract/sink-events.js';
import { type ConsumerProcess, ConsumingProject, MISSING } from './consumers.js';
import { deliver, onService } from './delivery.js';
import { kill, service } from './running.js';

// Processes start here, and a group of consumers is told that one has died.
vi.setConfig({ testTimeout: 120_000 });
const SOON = { timeout: 60_000 };

// biome-ignore lint/suspicious/noExplicitAny: the clients' types are of an optional install.
type Module = any;
const load = (folder: string, name: string): Module =>
  createRequire(resolve('test/matrix', folder, 'package.json'))(name);
const ids = (events: readonly SinkEvent[]): string[] => events.map(({ id }) => id).sort();
const GROUP = 'log-consumer-group';

let project: ConsumingProject;
const closing: Array<() => unknown> = [];
beforeEach(() => void (project = new ConsumingProject()));
afterEach(async () => {
  await project.remove();
  for (const close of closing.splice(0)) await close();
});

async function aCollection(url: string): Promise<{ readonly name: string; ids(): Promise<string[]> }> {
  const client = new (load('mongodb', 'mongodb').MongoClient)(url, { serverSelectionTimeoutMS: 1_000 });
  closing.push(() => client.close());
  const name = randomUUID();
  const collection = client.db('logs').collection(name);
  return { name, ids: async () => (await collection.find().toArray()).map(({ _id }: { _id: string }) => _id).sort() };
}

const isComplete = MISSING.length === 0 || process.env.CI !== undefined;
describe.skipIf(!isComplete)(`promptheus consume${isComplete ? '' : ` (not installed: ${MISSING.join(', ')})`}`, () => {
  onService('redis', 'PROMPTHEUS_REDIS_URL', (url) => {
    let stream: string;
    let client: Module;
    beforeEach(async () => {
      stream = randomUUID();
      client = load('redis', 'redis-6').createClient({ url, disableOfflineQueue: true });
      client.on('error', () => {});
      await client.connect();
      closing.push(() => client.destroy());
    });

    const publish = async (count: number): Promise<SinkEvent[]> => {
      const events = someEvents(count);
      await redisStreamSink(client, { stream }).write(aBatch(events));
      return events;
    };
    const consume = (...args: readonly string[]): ConsumerProcess =>
      project.start('--from', 'redis', '--url', url, '--stream', stream, ...args);
    const toSqlite = (): ConsumerProcess => consume('--to', 'sqlite', '--path', 'events.db');
    const pending = async (): Promise<number> => (await client.sendCommand(['XPENDING', stream, GROUP]))[0];
    /** As if the consumers that hold events had not been heard of for an hour. */
    async function age(): Promise<void> {
      const entries: string[][] = await client.sendCommand(['XPENDING', stream, GROUP, '-', '+', '1000']);
      for (const [id, consumer] of entries) {
        await client.sendCommand(['XCLAIM', stream, GROUP, consumer, '0', id, 'IDLE', '3600000', 'JUSTID']);
      }
    }
    function database(): DatabaseSync {
      const opened = new DatabaseSync(join(project.directory, 'events.db'));
      closing.push(() => opened.isOpen && opened.close());
      return opened;
    }
    const idsIn = (opened: DatabaseSync): unknown[] =>
      opened
        .prepare('SELECT event_id FROM events ORDER BY event_id')
        .all()
        .map((row) => row.event_id);

    it('brings each event into SQLite once, says so, and ends without a trace of it in the group', async () => {
      const events = await publish(250);
      const consumer = toSqlite();
      await expect.poll(() => consumer.processed, SOON).toBe(250);
      expect(await consumer.end('SIGTERM')).toBe(0);
      expect(consumer.out).toMatch(/^(Processed batch: 100 events \(100 success, 0 failures\) in \d+ms\n){2}/);
      expect(consumer.err).toBe('');
      expect(idsIn(database())).toEqual(ids(events));
      expect(await pending()).toBe(0);
      expect(await client.sendCommand(['XINFO', 'CONSUMERS', stream, GROUP])).toEqual([]);
    });

    it('appends to a file of lines', async () => {
      const events = await publish(3);
      const consumer = consume('--to', 'jsonl');
      await expect.poll(() => consumer.processed, SOON).toBe(3);
      expect(await consumer.end('SIGINT')).toBe(0);
      expect(readFileSync(join(project.directory, 'log-events.jsonl'), 'utf8')).toBe(
        events.map(({ json }) => `${json}\n`).join(''),
      );
    });

    it('two share the events; what one holds that is killed comes to another, and nothing is there twice', async () => {
      const [first, second] = [toSqlite(), toSqlite()];
      const before: SinkEvent[] = [];
      const bothWork = async (): Promise<boolean> => {
        before.push(...(await publish(20)));
        return first.processed > 0 && second.processed > 0;
      };
      await expect.poll(bothWork, { ...SOON, interval: 200 }).toBe(true);
      await expect.poll(() => first.processed + second.processed, SOON).toBe(before.length);
      const shares = [first.processed, second.processed] as const;
      const opened = database();
      opened.exec('BEGIN IMMEDIATE');
      const events = await publish(400);
      // The store is locked: each holds a batch, and neither has acknowledged it.
      await expect
        .poll(() => [first.err, second.err], SOON)
        .toEqual([
          expect.stringContaining('sqlite did not store, and is tried again'),
          expect.stringContaining('sqlite did not store, and is tried again'),
        ]);
      expect(await pending()).toBe(200);
      await first.end('SIGKILL');
      opened.exec('ROLLBACK');
      await expect.poll(() => second.processed - shares[1], SOON).toBe(300);
      await age();
      const third = toSqlite();
      await expect.poll(() => third.processed, SOON).toBe(100);
      expect(first.processed).toBe(shares[0]);
      expect(idsIn(opened)).toEqual(ids([...before, ...events]));
      expect(await pending()).toBe(0);
    });

    it('ends while the store is away, and the events stay', async () => {
      const waiting = toSqlite();
      await publish(1);
      await expect.poll(() => waiting.processed, SOON).toBe(1);
      database().exec('BEGIN IMMEDIATE');
      await publish(5);
      await expect.poll(() => waiting.err, SOON).toContain('is tried again');
      expect(await waiting.end('SIGTERM')).toBe(0);
      expect(waiting.err).toContain('5 events were not stored; they stay with the broker');
      expect(await pending()).toBe(5);
    });

    it('waits for a Redis that is away when it starts, and reads on after one that was killed', async () => {
      const resume = await kill('redis');
      const consumer = toSqlite();
      await expect.poll(() => consumer.err, SOON).toContain('ECONNREFUSED');
      await resume();
      await expect.poll(() => client.isReady, SOON).toBe(true);
      const before = await publish(5);
      await expect.poll(() => consumer.processed, SOON).toBe(5);
      await (await kill('redis'))();
      await expect.poll(() => client.isReady, SOON).toBe(true);
      const after = someEvents(5);
      await deliver(redisStreamSink(client, { stream }), after);
      await expect.poll(() => consumer.processed, SOON).toBe(10);
      expect(idsIn(database())).toEqual(ids([...before, ...after]));
    });

    it('keeps what MongoDB cannot take while it is away', async () => {
      const mongoUrl = service('PROMPTHEUS_MONGODB_URL') ?? '';
      const collection = await aCollection(mongoUrl);
      const consumer = consume('--to', 'mongodb', '--mongo-url', mongoUrl, '--collection', collection.name);
      const before = await publish(10);
      await expect.poll(() => consumer.processed, SOON).toBe(10);
      const resume = await kill('ferretdb');
      const during = await publish(150);
      await expect.poll(() => consumer.err, SOON).toContain('mongodb did not store, and is tried again');
      expect(await pending()).toBe(100);
      await resume();
      await expect.poll(() => consumer.processed, SOON).toBe(160);
      expect(await collection.ids()).toEqual(ids([...before, ...during]));
      expect(await pending()).toBe(0);
    });
  });

  onService('kafka', 'PROMPTHEUS_KAFKA_BROKER', (broker) => {
    it('two share a topic; one is killed midway, and MongoDB has every event, once', async () => {
      const { Admin, Producer } = load('kafka', '@platformatic/kafka');
      const mongoUrl = service('PROMPTHEUS_MONGODB_URL') ?? '';
      const collection = await aCollection(mongoUrl);
      const topic = randomUUID();
      const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker] });
      await admin.createTopics({ topics: [topic], partitions: 4, replicas: 1 });
      await admin.close();
      const producer = new Producer({ clientId: 'test', bootstrapBrokers: [broker] });
      closing.push(() => producer.close(true));
      const sink = kafkaSink(producer, { topic });
      const events: SinkEvent[] = [];
      const publish = async (): Promise<void> => {
        const more = someEvents(200);
        await deliver(sink, more);
        events.push(...more);
      };
      const start = (): ConsumerProcess =>
        project.start(
          ...['--from', 'kafka', '--brokers', broker, '--topic', topic, '--group', topic],
          ...['--to', 'mongodb', '--mongo-url', mongoUrl, '--collection', collection.name],
        );
      const [first, second] = [start(), start()];
      const bothWork = async (): Promise<boolean> => {
        await publish();
        return first.processed > 0 && second.processed > 0;
      };
      await expect.poll(bothWork, { ...SOON, interval: 200 }).toBe(true);
      await publish();
      await first.end('SIGKILL');
      await publish();
      await expect.poll(() => collection.ids(), SOON).toEqual(ids(events));
      expect(await second.end('SIGTERM')).toBe(0);
      expect(second.processed).toBeGreaterThan(0);
    });
  });
});
