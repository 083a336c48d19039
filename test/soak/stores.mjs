// Where the killed process stores its events: `open(folder)` gives the sink of one life, `values(folder)` what is there in the end.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const sqlite = {
  async open(folder) {
    const { sqliteSink } = await import('../../dist/esm/adapters/sqlite/index.js');
    return { sink: sqliteSink({ path: join(folder, 'events.db') }), close() {} };
  },
  values(folder) {
    const database = new DatabaseSync(join(folder, 'events.db'));
    return database
      .prepare("SELECT json ->> '$.value' AS value FROM events")
      .all()
      .map(({ value }) => value);
  },
};

const mongodb = {
  async open(folder) {
    const { mongoSink } = await import('../../dist/esm/adapters/mongodb/index.js');
    const { client, collection } = await collectionOf(folder);
    return { sink: mongoSink(collection), close: () => client.close() };
  },
  async values(folder) {
    const { client, collection } = await collectionOf(folder);
    try {
      return (await collection.find({}, { projection: { value: 1 } }).toArray()).map(({ value }) => value);
    } finally {
      await collection.drop();
      await client.close();
    }
  },
};

/** A collection for each run, named as its folder. */
async function collectionOf(folder) {
  const require = createRequire(new URL('../matrix/mongodb/package.json', import.meta.url));
  const { MongoClient } = require('mongodb');
  const client = new MongoClient(serverUrl(), { serverSelectionTimeoutMS: 2_000 });
  await client.connect();
  return { client, collection: client.db('promptheus').collection(basename(folder)) };
}

function serverUrl() {
  const name = 'PROMPTHEUS_MONGODB_URL';
  const left = existsSync('.services/env') ? readFileSync('.services/env', 'utf8') : '';
  const url = process.env[name] ?? new RegExp(`^export ${name}=(.*)$`, 'm').exec(left)?.[1];
  if (url === undefined) throw new Error('FerretDB is not running: scripts/services.sh start ferretdb');
  return url;
}

export const STORES = { sqlite, mongodb };
