// The sinks that the service under test writes to, with the clients that the pages of the adapters tell to make.

import { appendFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { kafkaSink } from '../../dist/esm/adapters/kafka/index.js';
import { mongoSink } from '../../dist/esm/adapters/mongodb/index.js';
import { redisStreamSink } from '../../dist/esm/adapters/redis/index.js';
import { jsonFilesSink, jsonlSink } from '../../dist/esm/src/index.js';

export const load = (folder, name) => createRequire(resolve('test/matrix', folder, 'package.json'))(name);
const nothing = () => {};

const KINDS = {
  async redis({ url, name }) {
    const client = load('redis', 'redis-6').createClient({ url, disableOfflineQueue: true });
    client.on('error', nothing);
    await client.connect();
    return { sink: redisStreamSink(client, { stream: name }), close: () => client.destroy() };
  },
  kafka({ broker, name }) {
    const { Producer } = load('kafka', '@platformatic/kafka');
    const limits = { retries: 0, timeout: 2_000, connectTimeout: 1_000 };
    const producer = new Producer({ clientId: 'service', bootstrapBrokers: [broker], ...limits });
    return { sink: kafkaSink(producer, { topic: name }), close: () => producer.close(true).catch(nothing) };
  },
  async ferretdb({ url, name }) {
    const client = new (load('mongodb', 'mongodb').MongoClient)(url, { serverSelectionTimeoutMS: 2_000 });
    await client.connect();
    return { sink: mongoSink(client.db('faults').collection(name)), close: () => client.close() };
  },
  jsonl: ({ path }) => ({ sink: jsonlSink({ path }) }),
  files: ({ path }) => ({ sink: jsonFilesSink({ directory: path }) }),
  /** On the main thread: its promise does not settle while it hangs. */
  hanging({ path }) {
    let over = Promise.resolve();
    let end = nothing;
    const sink = {
      name: 'hanging',
      async write({ events }) {
        await over;
        await appendFile(path, events.map(({ json }) => `${json}\n`).join(''));
      },
    };
    const hang = (on) => {
      end();
      over = on ? new Promise((settle) => (end = settle)) : Promise.resolve();
    };
    return { sink, hang };
  },
  /** In the thread of events, which it blocks while it hangs, as a disk does that does not answer. */
  blocking({ path }) {
    const switched = new Int32Array(new SharedArrayBuffer(4));
    const module = resolve(import.meta.dirname, 'blocking-sink.mjs');
    const sink = { name: 'blocking', write: nothing, thread: { module, options: { path, switched } } };
    const hang = (on) => {
      Atomics.store(switched, 0, on ? 1 : 0);
      Atomics.notify(switched, 0);
    };
    return { sink, hang };
  },
};

export async function makeSink({ kind, ...options }) {
  return { hang: nothing, close: nothing, ...(await KINDS[kind](options)) };
}
