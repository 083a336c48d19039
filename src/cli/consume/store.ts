import { jsonlSink } from '../../events/sinks/jsonl.js';
import type { Sink } from '../../events/sinks/sink.js';
import { clientFor, loadAdapter, loadClient } from './modules.js';
import type { ConsumeSettings } from './settings.js';

/** Where events are brought to. */
export interface Store {
  readonly sink: Sink;
  close(): Promise<void>;
}

/** Of `mongodb`. */
interface MongoClient {
  db(name: string): { collection(name: string): object };
  close(): Promise<void>;
}
interface MongoModule {
  readonly MongoClient: new (url: string, options: object) => MongoClient;
}
interface MongoAdapter {
  mongoSink(collection: object): Sink;
}
interface SqliteAdapter {
  sqliteSink(options: { readonly path: string }): Sink;
}

/** A write is tried again by us, so that it need not wait for long by itself. */
const MONGO_TIMEOUTS = { serverSelectionTimeoutMS: 5_000, connectTimeoutMS: 5_000, socketTimeoutMS: 30_000 };

/** @throws {UsageError} when the client is not installed; {PromptheusError} when the file cannot be written */
export async function openStore(settings: ConsumeSettings): Promise<Store> {
  if (settings.to === 'mongodb') return openMongo(settings);
  const { to, path } = settings;
  const sink = to === 'jsonl' ? jsonlSink({ path }) : (await loadAdapter<SqliteAdapter>('sqlite')).sqliteSink({ path });
  await sink.open?.();
  return { sink, close: async () => sink.close?.() };
}

async function openMongo({ mongoUrl, database, collection }: ConsumeSettings): Promise<Store> {
  const { MongoClient } = loadClient<MongoModule>('mongodb');
  const { mongoSink } = await loadAdapter<MongoAdapter>('mongodb');
  // It connects with the first write.
  const client = clientFor('--mongo-url (or MONGODB_URL)', mongoUrl, (url) => new MongoClient(url, MONGO_TIMEOUTS));
  return { sink: mongoSink(client.db(database).collection(collection)), close: () => client.close() };
}
