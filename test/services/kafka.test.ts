import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { kafkaSink, readKafkaTopic } from '../../adapters/kafka/index.js';
import type { ReceivedBatch } from '../../src/events/sinks/received.js';
import type { SinkEvent } from '../../src/events/sinks/sink.js';
import { type InstalledClient, onEveryClient } from '../adapters/client-rows.js';
import { sinkContract } from '../contract/sink.contract.js';
import { aBatch, anEvent, someEvents } from '../contract/sink-events.js';
import { deliver, deliverAround, onService } from './delivery.js';
import { kafkajs, platformatic } from './kafka-clients.js';
import { kill } from './running.js';

const CLIENTS: readonly InstalledClient[] = [
  { name: '@platformatic/kafka 2', folder: 'kafka', alias: '@platformatic/kafka' },
  { name: 'kafkajs 2', folder: 'kafka', alias: 'kafkajs' },
];
const PARTITIONS = 3;

// A broker takes its time to start, to elect and to let a group of consumers in again.
vi.setConfig({ testTimeout: 120_000 });

onService('kafka', 'PROMPTHEUS_KAFKA_BROKER', (broker) => {
  onEveryClient(CLIENTS, (row, load) => {
    const { Admin, Consumer } = createRequire(resolve('test/matrix/kafka/package.json'))('@platformatic/kafka');
    const client = row.alias === 'kafkajs' ? kafkajs(load(), broker) : platformatic(load(), broker);
    afterEach(() => client.close());

    const reader = () =>
      new Consumer({
        groupId: randomUUID(),
        clientId: 'test',
        bootstrapBrokers: [broker],
        maxWaitTime: 50,
        retries: 20,
        retryDelay: 200,
      });

    async function aTopic(): Promise<string> {
      const topic = randomUUID();
      const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker] });
      await admin.createTopics({ topics: [topic], partitions: PARTITIONS, replicas: 1 });
      await admin.close();
      await hasLeaders(topic);
      return topic;
    }

    /** Before each of its partitions has one, a part of a batch is refused. */
    async function hasLeaders(topic: string): Promise<void> {
      const consumer = reader();
      const asked = () =>
        consumer.listOffsets({ topics: [topic] }).then(
          () => true,
          () => false,
        );
      await expect.poll(asked, { timeout: 60_000 }).toBe(true);
      await consumer.close(true);
    }

    /** All values of a topic, as far as it goes now. */
    async function valuesIn(topic: string): Promise<string[]> {
      const consumer = reader();
      try {
        const ends: bigint[] = (await consumer.listOffsets({ topics: [topic] })).get(topic);
        const count = Number(ends.reduce((sum, end) => sum + end, 0n));
        const values: string[] = [];
        if (count === 0) return values;
        const stream = await consumer.consume({ topics: [topic], mode: 'earliest' });
        for await (const { value } of stream) if (values.push(String(value)) === count) break;
        return values;
      } finally {
        await consumer.close(true);
      }
    }

    /** Reads until it has so many events; acknowledges what `ack` says. */
    async function read(
      topic: string,
      group: string,
      count: number,
      ack: (batch: ReceivedBatch) => unknown,
    ): Promise<SinkEvent[]> {
      const end = new AbortController();
      const got: SinkEvent[] = [];
      const logger = { info() {}, warn() {} };
      const options = { topic, waitMs: 200, signal: end.signal, logger };
      for await (const batch of readKafkaTopic(await client.consumer(group), options)) {
        got.push(...batch.events);
        await ack(batch);
        if (new Set(ids(got)).size >= count) end.abort();
      }
      return got;
    }
    const ids = (events: readonly SinkEvent[]): string[] => events.map(({ id }) => id).sort();

    sinkContract({
      name: `Kafka topic, ${row.name}`,
      repeated: 'twice',
      unordered: true,
      async open() {
        const topic = await aTopic();
        return { topic, sink: kafkaSink(await client.producer(), { topic }), stored: () => valuesIn(topic) };
      },
      async outage({ topic }) {
        const resume = await kill('kafka');
        return async () => {
          await resume();
          await hasLeaders(topic);
        };
      },
    });

    describe(`${row.name} and a real Kafka`, () => {
      it('killed under load and started again, it has every event that was delivered', async () => {
        const topic = await aTopic();
        const sink = kafkaSink(await client.producer(), { topic });
        const { delivered, refusals } = await deliverAround(sink, async () => (await kill('kafka'))());
        expect(refusals).toBeGreaterThan(0);
        const stored = new Set((await valuesIn(topic)).map((json) => JSON.parse(json).event_id));
        expect([...stored].sort()).toEqual(ids(delivered));
      });

      it('gives each event to one consumer of a group, and again only what was not acknowledged', async () => {
        const topic = await aTopic();
        const group = randomUUID();
        const [first, second] = [someEvents(20), someEvents(20)];
        const sink = kafkaSink(await client.producer(), { topic });
        await sink.write(aBatch(first));
        const got = await read(topic, group, 20, (batch) => batch.ack());
        expect(
          got.sort((a, b) => first.findIndex(({ id }) => id === a.id) - first.findIndex(({ id }) => id === b.id)),
        ).toEqual(first);
        await client.close();
        await kafkaSink(await client.producer(), { topic }).write(aBatch(second));
        await read(topic, group, 1, () => {});
        await client.close();
        expect(ids(await read(topic, group, 20, (batch) => batch.ack()))).toEqual(ids(second));
      });

      it('gives a batch that was not acknowledged again at once', async () => {
        const topic = await aTopic();
        const event = anEvent();
        await kafkaSink(await client.producer(), { topic }).write(aBatch([event]));
        const end = new AbortController();
        const seen: string[] = [];
        const options = { topic, waitMs: 200, signal: end.signal };
        for await (const { events, ack } of readKafkaTopic(await client.consumer(randomUUID()), options)) {
          seen.push(...events.map(({ id }) => id));
          if (seen.length < 3) continue;
          await ack();
          end.abort();
        }
        expect(seen).toEqual([event.id, event.id, event.id]);
      });

      it('names the event that no broker takes, and publishes the others', async () => {
        const topic = await aTopic();
        const events = someEvents(5);
        const tooLarge = anEvent('wide', { text: 'x'.repeat(2_000_000) });
        const batch = aBatch([...events.slice(0, 3), tooLarge, ...events.slice(3)]);
        const receipt = await kafkaSink(await client.producer(), { topic }).write(batch);
        expect(receipt?.failures).toEqual([{ index: 3, reason: expect.stringMatching(/\S/), permanent: true }]);
        const stored = (await valuesIn(topic)).map((json) => JSON.parse(json).event_id);
        expect([...new Set(stored)].sort()).toEqual(ids(events));
      });

      it('reads on after Kafka was away', async () => {
        const topic = await aTopic();
        const [before, after] = [someEvents(20), someEvents(20)];
        const sink = kafkaSink(await client.producer(), { topic });
        await sink.write(aBatch(before));
        let got = 0;
        const reading = read(topic, randomUUID(), 40, async (batch) => {
          await batch.ack().then(
            () => (got += batch.events.length),
            () => {},
          );
        });
        await expect.poll(() => got, { timeout: 20_000 }).toBe(20);
        await (await kill('kafka'))();
        await deliver(sink, after);
        expect([...new Set(ids(await reading))]).toEqual(ids([...before, ...after]));
      });
    });
  });
});
