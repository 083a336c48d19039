import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { readRedisStream, redisStreamSink } from '../../adapters/redis/index.js';
import type { ReceivedBatch } from '../../src/events/sinks/received.js';
import type { SinkEvent } from '../../src/events/sinks/sink.js';
import { type InstalledClient, onEveryClient } from '../adapters/client-rows.js';
import { sinkContract } from '../contract/sink.contract.js';
import { aBatch, someEvents } from '../contract/sink-events.js';
import { deliver, deliverAround, onService } from './delivery.js';
import { kill } from './running.js';

const CLIENTS: readonly InstalledClient[] = [
  { name: 'redis 6', folder: 'redis', alias: 'redis-6' },
  { name: 'ioredis 6', folder: 'redis', alias: 'ioredis-6' },
];

// biome-ignore lint/suspicious/noExplicitAny: the client's types are of an optional install.
type Client = any;

onService('redis', 'PROMPTHEUS_REDIS_URL', (url) => {
  onEveryClient(CLIENTS, (row, load) => {
    const open: Client[] = [];
    const isIoredis = row.alias.startsWith('ioredis');

    async function connect(): Promise<Client> {
      const client = isIoredis
        ? new (load().Redis)(url, { enableOfflineQueue: false, lazyConnect: true, retryStrategy: () => 50 })
        : load().createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: 50 } });
      client.on('error', () => {});
      open.push(client);
      await client.connect();
      return client;
    }
    const ask = (client: Client, ...command: string[]): Promise<Client> =>
      isIoredis ? client.call(...command) : client.sendCommand(command);
    const idsIn = async (client: Client, stream: string) =>
      (await ask(client, 'XRANGE', stream, '-', '+')).map(([, fields]: [string, string[]]) => fields[1]);
    const read = async (client: Client, count: number, options: object): Promise<ReceivedBatch[]> => {
      const batches: ReceivedBatch[] = [];
      const end = new AbortController();
      for await (const batch of readRedisStream(client, { signal: end.signal, waitMs: 50, ...options })) {
        batches.push(batch);
        if (batches.length === count) end.abort();
      }
      return batches;
    };
    const eventsOf = (batches: readonly ReceivedBatch[]): SinkEvent[] => batches.flatMap(({ events }) => events);

    afterEach(() => {
      for (const client of open.splice(0)) isIoredis ? client.disconnect() : client.destroy();
    });

    sinkContract({
      name: `redis stream, ${row.name}`,
      repeated: 'twice',
      async open() {
        const client = await connect();
        const stream = randomUUID();
        return {
          sink: redisStreamSink(client, { stream }),
          stored: async () =>
            (await ask(client, 'XRANGE', stream, '-', '+')).map(([, fields]: [string, string[]]) => fields.at(-1)),
        };
      },
      outage: () => kill('redis'),
    });

    describe(`${row.name} and a real Redis`, () => {
      it('killed under load and started again, it has every event that was delivered', async () => {
        const client = await connect();
        const stream = randomUUID();
        const sink = redisStreamSink(client, { stream });
        const { delivered, refusals } = await deliverAround(sink, async () => (await kill('redis'))());
        expect(refusals).toBeGreaterThan(0);
        expect([...new Set(await idsIn(client, stream))].sort()).toEqual(delivered.map(({ id }) => id).sort());
        await ask(client, 'DEL', stream);
      });

      it('keeps about as many entries as it is told', async () => {
        const client = await connect();
        const stream = randomUUID();
        const sink = redisStreamSink(client, { stream, maxLength: 100 });
        for (let batch = 0; batch < 10; batch++) await sink.write(aBatch(someEvents(100)));
        expect(await ask(client, 'XLEN', stream)).toBeLessThan(300);
        expect(await ask(client, 'XLEN', stream)).toBeGreaterThanOrEqual(100);
      });

      it('gives its consumers what was written, each event to one of a group, and nothing that was acknowledged', async () => {
        const client = await connect();
        const stream = randomUUID();
        const events = someEvents(30);
        await redisStreamSink(client, { stream }).write(aBatch(events));
        const [mine, others] = await Promise.all([
          read(await connect(), 1, { stream, batchSize: 15 }),
          read(await connect(), 1, { stream, batchSize: 15 }),
        ]);
        const got = eventsOf([...mine, ...others]);
        expect(
          got.sort((a, b) => events.findIndex(({ id }) => id === a.id) - events.findIndex(({ id }) => id === b.id)),
        ).toEqual(events);
        await Promise.all([...mine, ...others].map((batch) => batch.ack()));
        expect((await ask(client, 'XPENDING', stream, 'log-consumer-group'))[0]).toBe(0);
      });

      it('hands the events of a consumer that died to another, and sets aside what nobody could store', async () => {
        const client = await connect();
        const stream = randomUUID();
        const events = someEvents(3);
        await redisStreamSink(client, { stream }).write(aBatch(events));
        const options = { stream, claimAfterMs: 1, maxDeliveries: 2 };
        expect(eventsOf(await read(await connect(), 1, options))).toEqual(events);
        expect(eventsOf(await read(await connect(), 1, options))).toEqual(events);
        const [last] = await read(await connect(), 1, options);
        expect(last).toMatchObject({ events: [], deadLettered: 3, lost: 0 });
        expect(await idsIn(client, `${stream}-dead`)).toEqual(events.map(({ id }) => id));
        expect((await ask(client, 'XPENDING', stream, 'log-consumer-group'))[0]).toBe(0);
      });

      it('counts as lost what was trimmed after it was handed out', async () => {
        const client = await connect();
        const stream = randomUUID();
        await redisStreamSink(client, { stream }).write(aBatch(someEvents(4)));
        const options = { stream, claimAfterMs: 1 };
        await read(await connect(), 1, options);
        await ask(client, 'XTRIM', stream, 'MAXLEN', '=', '1');
        const [batch] = await read(await connect(), 1, options);
        expect([batch?.lost, batch?.events.length]).toEqual([3, 1]);
      });

      it('leaves no consumer behind that has acknowledged everything', async () => {
        const client = await connect();
        const stream = randomUUID();
        await redisStreamSink(client, { stream }).write(aBatch(someEvents(2)));
        const end = new AbortController();
        for await (const batch of readRedisStream(await connect(), { stream, waitMs: 50, signal: end.signal })) {
          await batch.ack();
          end.abort();
        }
        expect(await ask(client, 'XINFO', 'CONSUMERS', stream, 'log-consumer-group')).toEqual([]);
      });

      it('reads on after Redis was away', async () => {
        const client = await connect();
        const stream = randomUUID();
        const [before, after] = [someEvents(2), someEvents(2)];
        const sink = redisStreamSink(client, { stream });
        await sink.write(aBatch(before));
        const said: string[] = [];
        const logger = { info: (line: string) => said.push(line), warn: (line: string) => said.push(line) };
        const end = new AbortController();
        const got: SinkEvent[] = [];
        const reading = (async () => {
          for await (const batch of readRedisStream(await connect(), {
            stream,
            waitMs: 50,
            signal: end.signal,
            logger,
          })) {
            got.push(...batch.events);
            await batch.ack();
            if (got.length === 4) end.abort();
          }
        })();
        await expect.poll(() => got.length).toBe(2);
        const resume = await kill('redis');
        await expect.poll(() => said.length).toBe(1);
        await resume();
        await deliver(sink, after);
        await reading;
        expect(got).toEqual([...before, ...after]);
        expect(said).toEqual([expect.stringContaining('cannot be read'), expect.stringContaining('is read again')]);
      });
    });
  });
});
