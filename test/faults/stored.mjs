// What stands in the stores in the end: the events, as objects.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from './sinks.mjs';

const parse = (json) => JSON.parse(json);

export async function inRedis({ url, name }) {
  const client = load('redis', 'redis-6').createClient({ url });
  await client.connect();
  const events = [];
  for (let from = '-'; ; ) {
    const entries = await client.xRange(name, from, '+', { COUNT: 5_000 });
    if (entries.length === 0) break;
    events.push(...entries.map(({ message }) => parse(message.event)));
    from = `(${entries.at(-1).id}`;
  }
  client.destroy();
  return events;
}

const reader = (broker) =>
  new (load('kafka', '@platformatic/kafka').Consumer)({
    groupId: `faults-${process.pid}-${Math.random()}`,
    clientId: 'faults',
    bootstrapBrokers: [broker],
    maxWaitTime: 50,
    retries: 50,
    retryDelay: 200,
  });

export async function makeTopic({ broker, name }) {
  const admin = new (load('kafka', '@platformatic/kafka').Admin)({ clientId: 'faults', bootstrapBrokers: [broker] });
  await admin.createTopics({ topics: [name], partitions: 3, replicas: 1 });
  await admin.close();
  // Before each partition has a leader, a part of a batch is refused.
  const consumer = reader(broker);
  for (let tries = 0; tries < 100; tries++) {
    const has = await consumer.listOffsets({ topics: [name] }).then(
      () => true,
      () => false,
    );
    if (has) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await consumer.close(true);
}

export async function inKafka({ broker, name }) {
  const consumer = reader(broker);
  const ends = (await consumer.listOffsets({ topics: [name] })).get(name);
  const count = Number(ends.reduce((sum, end) => sum + end, 0n));
  const events = [];
  if (count > 0) {
    const stream = await consumer.consume({ topics: [name], mode: 'earliest' });
    for await (const { value } of stream) if (events.push(parse(String(value))) === count) break;
  }
  await consumer.close(true);
  return events;
}

export async function inMongo({ url, name }) {
  const client = new (load('mongodb', 'mongodb').MongoClient)(url);
  const documents = await client.db('faults').collection(name).find().toArray();
  await client.close();
  return documents.map(({ _id, ...fields }) => ({ event_id: _id, ...fields }));
}

/** A line that a full disk has cut off is none. */
export const inLines = ({ path }) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      try {
        return [parse(line)];
      } catch {
        return [];
      }
    });

export const inFiles = ({ path }) =>
  readdirSync(path)
    .filter((file) => file.endsWith('.json') && !file.startsWith('.'))
    .flatMap((file) => parse(readFileSync(join(path, file), 'utf8')).records);
