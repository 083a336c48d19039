import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { mongoSink } from '../../adapters/mongodb/index.js';
import type { SinkEvent } from '../../src/events/sinks/sink.js';
import { type InstalledClient, onEveryClient } from '../adapters/client-rows.js';
import { sinkContract } from '../contract/sink.contract.js';
import { aBatch, anEvent, someEvents } from '../contract/sink-events.js';
import { deliverAround, onService } from './delivery.js';
import { kill } from './running.js';

const CLIENTS: readonly InstalledClient[] = [{ name: 'mongodb 7', folder: 'mongodb', alias: 'mongodb' }];

// biome-ignore lint/suspicious/noExplicitAny: the driver's types are of an optional install.
type Collection = any;

onService('ferretdb', 'PROMPTHEUS_MONGODB_URL', (url) => {
  onEveryClient(CLIENTS, (row, load) => {
    const open: Array<{ close(): Promise<void> }> = [];

    async function aCollection(): Promise<Collection> {
      const client = new (load().MongoClient)(url, { serverSelectionTimeoutMS: 1_000 });
      open.push(client);
      await client.connect();
      return client.db('promptheus').collection(randomUUID());
    }
    const idsIn = async (collection: Collection): Promise<string[]> =>
      (await collection.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }: { _id: string }) => _id);

    afterEach(async () => {
      await Promise.all(open.splice(0).map((client) => client.close()));
    });

    sinkContract({
      name: `MongoDB collection, ${row.name}`,
      repeated: 'once',
      unordered: true,
      async open() {
        const collection = await aCollection();
        return {
          sink: mongoSink(collection),
          stored: async () => (await collection.find().toArray()).map(asStored),
        };
      },
      kept: ({ json }) => asKept(json),
      outage: () => kill('ferretdb'),
      unstorable: () => anEvent('wide', { 'a key with \u0000': 'is none of BSON' }),
    });

    describe(`${row.name} and a server of its protocol`, () => {
      it('killed under load and started again, it has every event that was delivered, once', async () => {
        const collection = await aCollection();
        const sink = mongoSink(collection);
        const { delivered, refusals } = await deliverAround(sink, async () => (await kill('ferretdb'))());
        expect(refusals).toBeGreaterThan(0);
        expect((await idsIn(collection)).sort()).toEqual(delivered.map(({ id }: SinkEvent) => id).sort());
      });

      it('takes a batch of which a part is there', async () => {
        const collection = await aCollection();
        const sink = mongoSink(collection);
        const [there, more] = [someEvents(3), someEvents(3)];
        await sink.write(aBatch(there));
        expect(await sink.write(aBatch([...there.slice(1), ...more]))).toBeUndefined();
        expect((await idsIn(collection)).sort()).toEqual([...there, ...more].map(({ id }) => id).sort());
      });

      it('calls an event permanent that another unique index refuses', async () => {
        const collection = await aCollection();
        await collection.createIndex({ request_id: 1 }, { unique: true });
        const [first, second] = [anEvent('wide', { request_id: 'r' }), anEvent('wide', { request_id: 'r' })];
        const receipt = await mongoSink(collection).write(aBatch([first, second]));
        expect(receipt?.failures).toEqual([{ index: 1, reason: expect.stringContaining('E11000'), permanent: true }]);
        expect(await idsIn(collection)).toEqual([first.id]);
      });

      it('is not opened where the server cannot delete old events, as it was told to', async () => {
        const sink = mongoSink(await aCollection(), { retentionDays: 30 });
        await expect(sink.open?.()).rejects.toThrow('expireAfterSeconds');
      });
    });
  });
});

/** What a collection keeps of an event: its id as `_id`, its time as a date, and text as UTF-8. */
function asKept(json: string): string {
  const { event_id: _id, timestamp, ...fields } = JSON.parse(json.replace(/\\ud[89a-f][0-9a-f]{2}/g, '\ufffd'));
  const time = new Date(typeof timestamp === 'number' ? timestamp * 1_000 : timestamp);
  return JSON.stringify({ _id, timestamp: time, ...fields });
}

function asStored({ _id, timestamp, ...fields }: { _id: string; timestamp: Date }): string {
  expect(timestamp).toBeInstanceOf(Date);
  return JSON.stringify({ _id, timestamp, ...fields });
}
