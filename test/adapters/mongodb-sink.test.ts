import { describe, expect, it } from 'vitest';
import { type MongoCollection, type MongoSinkOptions, mongoSink } from '../../adapters/mongodb/index.js';
import { sinkContract } from '../contract/sink.contract.js';
import { aBatch, anEvent, someEvents } from '../contract/sink-events.js';
import { type InstalledClient, onEveryClient } from './client-rows.js';

const CLIENTS: readonly InstalledClient[] = [{ name: 'mongodb 7', folder: 'mongodb', alias: 'mongodb' }];

type Document = Readonly<Record<string, unknown>>;
interface Refusal {
  readonly code: number;
  readonly [more: string]: unknown;
}

const DUPLICATE: Refusal = { code: 11_000, errmsg: 'E11000 duplicate key', err: { keyPattern: { _id: 1 } } };
const asKept = (document: Document): string => JSON.stringify({ ...document, _id: undefined });

onEveryClient(CLIENTS, (row, load) => {
  const { MongoBulkWriteError, MongoNetworkError, MongoServerError, MongoWriteConcernError, BSON } = load();

  /** A collection in memory that fails as the driver does: `refuse` says why a document is not inserted. */
  function aCollection(refuse: (document: Document) => Refusal | undefined = () => undefined) {
    const documents = new Map<unknown, Document>();
    const calls: Array<readonly [name: string, ...args: unknown[]]> = [];
    let fault: Error | undefined;
    const collection = {
      async insertMany(given: readonly Document[], options: object) {
        calls.push(['insertMany', given.length, options]);
        if (fault !== undefined) throw fault;
        for (const document of given) BSON.serialize(document);
        const writeErrors = given.flatMap((document, index) => {
          const refusal = documents.has(document._id) ? DUPLICATE : refuse(document);
          if (refusal === undefined) documents.set(document._id, document);
          return refusal === undefined ? [] : [{ index, ...refusal }];
        });
        if (writeErrors.length > 0) throw new MongoBulkWriteError({ message: 'bulk', code: 11_000, writeErrors }, {});
      },
      find: ({ _id }: { _id: { $in: unknown[] } }) => ({
        toArray: async () => {
          calls.push(['find', _id.$in]);
          return _id.$in.filter((id) => documents.has(id)).map((id) => ({ _id: id }));
        },
      }),
      async createIndex(keys: object, options: object) {
        if (fault !== undefined) throw fault;
        calls.push(['createIndex', keys, options]);
      },
    };
    const breaks = (error: Error) => {
      fault = error;
      return () => {
        fault = undefined;
      };
    };
    return { collection: collection as unknown as MongoCollection, documents, calls, breaks };
  }
  const refusing = (refusals: Readonly<Record<string, Refusal>>) => aCollection(({ note }) => refusals[String(note)]);
  const write = (collection: MongoCollection, notes: readonly string[], options: MongoSinkOptions = {}) =>
    mongoSink(collection, options).write(aBatch(notes.map((note) => anEvent('metric', { note }))));

  const failing = new Set<string>();
  sinkContract({
    name: `MongoDB collection in memory, with the errors of ${row.name}`,
    repeated: 'once',
    open() {
      const memory = aCollection(({ _id }) =>
        failing.delete(String(_id)) ? { code: 112, errmsg: 'WriteConflict' } : undefined,
      );
      const stored = () => [...memory.documents.values()].map(asKept);
      return { ...memory, sink: mongoSink(memory.collection), stored };
    },
    kept: ({ json }) => {
      const { event_id: _, timestamp, ...fields } = JSON.parse(json);
      return JSON.stringify({ timestamp: new Date(timestamp > 0 ? timestamp * 1_000 : timestamp), ...fields });
    },
    outage: ({ breaks }) => breaks(new MongoNetworkError('connection closed')),
    unstorable: () => anEvent('wide', { 'a key with \u0000': 1 }),
    failOnce: (_store, ids) => {
      for (const id of ids) failing.add(id);
    },
  });

  describe(`mongoSink, with the errors of ${row.name}`, () => {
    it('inserts a batch by one unordered write, under the ids of the events, with dates', async () => {
      const { collection, documents, calls } = aCollection();
      const events = someEvents(3);
      await mongoSink(collection).write(aBatch(events));
      expect(calls).toEqual([['insertMany', 3, { ordered: false }]]);
      expect([...documents.keys()]).toEqual(events.map(({ id }) => id));
      for (const document of documents.values()) {
        expect(document.timestamp).toEqual(new Date('2025-12-16T08:00:00.250Z'));
        expect(document).not.toHaveProperty('event_id');
      }
    });

    it('stores each event under its own id, and a field `_id` beside it', async () => {
      const { collection, documents } = aCollection();
      const [first, second, third] = ['customer-7', 'customer-7', [1]].map((_id) => anEvent('metric', { _id }));
      expect(await mongoSink(collection).write(aBatch([first!, second!, third!]))).toBeUndefined();
      expect([...documents].map(([id, { _id_ }]) => [id, _id_])).toEqual([
        [first!.id, 'customer-7'],
        [second!.id, 'customer-7'],
        [third!.id, [1]],
      ]);
    });

    it('stores a time that is none as it is', async () => {
      const { collection, documents } = aCollection();
      const timestamps = [{ toString: 1 }, [1], true, 'soon'];
      await mongoSink(collection).write(aBatch(timestamps.map((timestamp) => anEvent('wide', { timestamp }))));
      expect([...documents.values()].map(({ timestamp }) => timestamp)).toEqual(timestamps);
    });

    it.each([15, 53, 171])('calls the error %i of a document permanent', async (code) => {
      const { collection } = refusing({ guilty: { code } });
      expect((await write(collection, ['guilty', 'fine']))?.failures).toMatchObject([{ index: 0, permanent: true }]);
    });

    it.each([
      ['the server, which names no document', () => new MongoServerError({ code: 15, errmsg: 'nested too deeply' })],
      ["the driver's buffer", () => new RangeError('The value of "offset" is out of range')],
    ])('sets aside what is too much for %s, and stores the rest', async (_whom, refusal) => {
      const { collection, documents } = aCollection(({ note }) => {
        if (note === 'guilty') throw refusal();
        return undefined;
      });
      expect((await write(collection, ['fine', 'guilty', 'fine']))?.failures).toMatchObject([
        { index: 1, permanent: true },
      ]);
      expect(documents.size).toBe(2);
    });

    it('tells what will pass from what never will', async () => {
      const { collection } = refusing({
        invalid: { code: 121, errmsg: 'Document failed validation' },
        conflict: { code: 112, errmsg: 'WriteConflict' },
        unsaid: { code: 189 },
      });
      expect(await write(collection, ['invalid', 'fine', 'conflict', 'unsaid'])).toEqual({
        failures: [
          { index: 0, reason: 'Document failed validation', permanent: true },
          { index: 2, reason: 'WriteConflict', permanent: false },
          { index: 3, reason: expect.stringContaining('189'), permanent: false },
        ],
      });
    });

    it.each([
      ['by its pattern', { keyPattern: { _id: 1 } }],
      ['by the pattern in the error', { err: { keyPattern: { _id: 1 } } }],
      [
        'by its name',
        { errmsg: 'E11000 duplicate key error collection: logs.events index: _id_ dup key: { _id: "p-1" }' },
      ],
      ['by its full name', { errmsg: 'E11000 duplicate key error index: logs.events.$_id_ dup key: { : "p-1" }' }],
    ])('takes a document for stored whose id is there: told %s', async (_how, more) => {
      const { collection, calls } = refusing({ there: { code: 11_000, ...more } });
      expect(await write(collection, ['there', 'new'])).toBeUndefined();
      expect(calls.map(([name]) => name)).toEqual(['insertMany']);
    });

    it.each([
      ['by its pattern', { keyPattern: { request_id: 1 } }],
      [
        'by its name',
        { errmsg: 'E11000 duplicate key error collection: logs.events index: request_id_1 dup key: { }' },
      ],
    ])('calls permanent what another unique index refuses: told %s', async (_how, more) => {
      const { collection } = refusing({ taken: { code: 11_000, ...more } });
      expect((await write(collection, ['taken']))?.failures).toMatchObject([{ index: 0, permanent: true }]);
    });

    it('looks up what the server does not tell the index of', async () => {
      const { collection, calls } = refusing({ taken: { code: 11_000, errmsg: 'E11000 duplicate key error' } });
      expect((await write(collection, ['new', 'taken']))?.failures).toMatchObject([{ index: 1, permanent: true }]);
      expect(calls.map(([name]) => name)).toEqual(['insertMany', 'find']);
    });

    it('takes a write for failed that MongoDB could not make safe', async () => {
      const { collection, breaks } = aCollection();
      breaks(
        new MongoWriteConcernError({
          ok: 1,
          writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' },
        }),
      );
      await expect(write(collection, ['a'])).rejects.toThrow('waiting for replication');
    });

    it('makes the TTL index when it is opened, else before its first write', async () => {
      const { collection, calls, breaks } = aCollection();
      const sink = mongoSink(collection, { retentionDays: 30 });
      const repair = breaks(new MongoNetworkError('connection closed'));
      await expect(sink.open?.()).rejects.toThrow('closed');
      repair();
      await sink.write(aBatch(someEvents(1)));
      await sink.write(aBatch(someEvents(1)));
      expect(calls.map(([name]) => name)).toEqual(['createIndex', 'insertMany', 'insertMany']);
      expect(calls[0]).toEqual([
        'createIndex',
        { timestamp: 1 },
        { name: 'promptheus_ttl', expireAfterSeconds: 2_592_000 },
      ]);
    });

    it('names what is no JSON, and stores the rest', async () => {
      const { collection, documents } = aCollection();
      const [first, second, third] = someEvents(3);
      const receipt = await mongoSink(collection).write(
        aBatch([first!, { ...second!, json: '{"half' }, { ...third!, json: '[1]' }]),
      );
      expect(receipt?.failures.map(({ index, permanent }) => [index, permanent])).toEqual([
        [1, true],
        [2, true],
      ]);
      expect([...documents.keys()]).toEqual([first!.id]);
    });
  });
});

describe('mongoSink', () => {
  it('refuses what is no collection, and options that it does not have', () => {
    expect(() => mongoSink({} as never)).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
    const collection = { insertMany() {} } as never;
    for (const options of [{ retentionDays: 0 }, { retentionDays: 0.5 }, { ttlDays: 1 }, 3]) {
      expect(() => mongoSink(collection, options as never)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    }
  });
});
