import { type Sink, type SinkEvent, type SinkFailure, SinkOptions } from '../../src/adapter.js';
import { assertClient } from '../shared/ai/instrument.js';
import { storeApart } from '../shared/events/store-apart.js';
import { documentOf } from './document.js';
import { failuresOf, isStoredAlready, isUnwritable, type WriteError, writeErrorsOf } from './write-errors.js';

/** A collection of the `mongodb` driver. Not a time series: those do not keep `_id` unique. */
export interface MongoCollection {
  insertMany(documents: never[], options: never): Promise<unknown>;
  find(filter: never, options: never): { toArray(): Promise<unknown[]> };
  createIndex(keys: never, options: never): Promise<unknown>;
}

/** Options of {@link mongoSink}; every one may be left out. */
export interface MongoSinkOptions {
  /** For how many days events are kept at most, by their own time: MongoDB deletes older ones. Default: for ever. */
  readonly retentionDays?: number;
  /** Its label in the metrics. Default: `'mongodb'`. */
  readonly name?: string;
}

interface Driver {
  insertMany(documents: readonly object[], options: { readonly ordered: false }): Promise<unknown>;
  find(filter: object, options: object): { toArray(): Promise<ReadonlyArray<{ readonly _id: unknown }>> };
  createIndex(keys: object, options: object): Promise<unknown>;
}

const SECONDS_A_DAY = 86_400;

/**
 * Inserts events into a MongoDB collection, a batch by one unordered bulk write, each event under its id: what is given
 * twice is stored once. The client stays the application's to connect and to close.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * ```ts
 * const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000 });
 * const sink = mongoSink(client.db('logs').collection('events'), { retentionDays: 30 });
 * ```
 */
export function mongoSink(collection: MongoCollection, options: MongoSinkOptions = {}): Sink {
  const of = 'mongoSink';
  const given = new SinkOptions(of, options, ['retentionDays', 'name']);
  assertClient(collection, of, ['insertMany']);
  const driver = collection as unknown as Driver;
  const index = new TtlIndex(driver, given.count('retentionDays'));
  return {
    name: given.text('name') ?? 'mongodb',
    open: () => index.ensure(),
    async write({ events }) {
      if (events.length === 0) return undefined;
      await index.ensure();
      const failures = await storeApart(events, (some) => insert(driver, some), isUnwritable);
      return failures.length === 0 ? undefined : { failures };
    },
  };
}

async function insert(driver: Driver, events: readonly SinkEvent[]): Promise<SinkFailure[]> {
  try {
    await driver.insertMany(events.map(documentOf), { ordered: false });
    return [];
  } catch (error) {
    const errors = writeErrorsOf(error);
    if (errors === undefined) throw error;
    return failuresOf(await notStored(driver, events, errors));
  }
}

/** An event that was stored by an earlier try is delivered. */
async function notStored(
  driver: Driver,
  events: readonly SinkEvent[],
  errors: readonly WriteError[],
): Promise<readonly WriteError[]> {
  const idOf = ({ index }: WriteError): string | undefined => events[index]?.id;
  const unclear = errors.filter((error) => isStoredAlready(error) === undefined).map(idOf);
  const found =
    unclear.length === 0 ? [] : await driver.find({ _id: { $in: unclear } }, { projection: { _id: 1 } }).toArray();
  const stored = new Set<unknown>(found.map(({ _id }) => _id));
  return errors.filter((error) => !(isStoredAlready(error) ?? stored.has(idOf(error))));
}

/** Made once; where MongoDB was away when the sink was opened, before the first write. */
class TtlIndex {
  private isThere: boolean;

  constructor(
    private readonly driver: Driver,
    private readonly retentionDays: number | undefined,
  ) {
    this.isThere = retentionDays === undefined;
  }

  async ensure(): Promise<void> {
    if (this.isThere) return;
    const expireAfterSeconds = (this.retentionDays ?? 0) * SECONDS_A_DAY;
    await this.driver.createIndex({ timestamp: 1 }, { name: 'promptheus_ttl', expireAfterSeconds });
    this.isThere = true;
  }
}
