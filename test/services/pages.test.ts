import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { printedBy } from '../adapters/run-page.js';
import { onService } from './delivery.js';

// The examples of the pages of sinks, as a user runs them; afterwards the event is where the page says.

function exampleOf(page: string): string {
  const code = /^```js\n(.*?)^```/ms.exec(readFileSync(`docs/adapters/${page}.md`, 'utf8'))?.[1];
  if (code === undefined) throw new Error(`docs/adapters/${page}.md has no example`);
  return code;
}

/** What a program prints that has these packages, each by its alias in a folder of test/matrix. */
async function run(code: string, row: string, packages: Record<string, string>, env: Record<string, string>) {
  const folders = Object.entries(packages).map(([name, alias]) => [name, `test/matrix/${row}/node_modules/${alias}`]);
  return printedBy({ code, output: '' }, Object.fromEntries(folders), env);
}

const from = (row: string) => createRequire(new URL(`../matrix/${row}/package.json`, import.meta.url));
const skipped = (row: string) => !existsSync(`test/matrix/${row}/node_modules`) && !process.env.CI;

onService('redis', 'PROMPTHEUS_REDIS_URL', (url) => {
  it.skipIf(skipped('redis'))('has the event of the example of docs/adapters/redis.md', async () => {
    const client = from('redis')('redis-6').createClient({ url });
    await client.connect();
    await client.del('log-events');
    await run(exampleOf('redis'), 'redis', { redis: 'redis-6' }, { REDIS_URL: url });
    const entries = await client.xRange('log-events', '-', '+');
    await client.del('log-events');
    client.destroy();
    expect(entries.map(({ message }: { message: { event: string } }) => JSON.parse(message.event))).toMatchObject([
      { metric_name: 'tickets_indexed', value: 12 },
    ]);
  });
});

onService('ferretdb', 'PROMPTHEUS_MONGODB_URL', (url) => {
  it.skipIf(skipped('mongodb'))('has the event of the example of docs/adapters/mongodb.md', async () => {
    // FerretDB has no TTL indexes; everything else is run as it stands.
    const code = exampleOf('mongodb').replace(', { retentionDays: 30 }', '');
    expect(code).not.toBe(exampleOf('mongodb'));
    const printed = await run(code, 'mongodb', { mongodb: 'mongodb' }, { MONGODB_URL: url });
    expect(printed).toMatch(/_id: '[0-9a-f]{32}-\d+',\s+timestamp: 2.*,\s+metric_name: 'tickets_indexed',\s+value: 12/);
    const client = new (from('mongodb')('mongodb').MongoClient)(url);
    await client.db('logs').collection('events').drop();
    await client.close();
  });
});

onService('kafka', 'PROMPTHEUS_KAFKA_BROKER', (broker) => {
  it.skipIf(skipped('kafka'))('has the event of the example of docs/adapters/kafka.md', async () => {
    const { Kafka, logLevel } = from('kafka')('kafkajs');
    const kafka = new Kafka({ clientId: 'pages', brokers: [broker], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: ['log-events'] }).catch(() => {});
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'log-events', numPartitions: 1 }] });
    const name = '@platformatic/kafka';
    await run(exampleOf('kafka'), 'kafka', { [name]: name }, { KAFKA_BROKER: broker });
    const consumer = kafka.consumer({ groupId: `pages-${process.pid}` });
    await consumer.connect();
    await consumer.subscribe({ topic: 'log-events', fromBeginning: true });
    const event = await new Promise((resolve) => {
      void consumer.run({
        eachMessage: async ({ message }: { message: { value: Buffer } }) => {
          const read = JSON.parse(String(message.value));
          if (read.metric_name === 'tickets_indexed') resolve(read);
        },
      });
    });
    expect(event).toMatchObject({ metric_name: 'tickets_indexed', value: 12 });
    await consumer.disconnect();
    await admin.disconnect();
  });
});

describe('a collector of OpenTelemetry', () => {
  it.skipIf(skipped('otlp'))('gets the event of the example of docs/adapters/opentelemetry.md', async () => {
    let received = '';
    const server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text) => {
        received += text;
      });
      request.on('end', () => response.setHeader('content-type', 'application/json').end('{}'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const names = ['@opentelemetry/exporter-logs-otlp-http', '@opentelemetry/sdk-logs'];
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/logs`;
    await run(exampleOf('opentelemetry'), 'otlp', Object.fromEntries(names.map((name) => [name, name])), {
      OTLP_LOGS_URL: url,
    });
    server.close();
    server.closeAllConnections();
    const [{ scopeLogs }] = JSON.parse(received).resourceLogs;
    expect(scopeLogs[0].logRecords).toMatchObject([
      { body: { stringValue: 'tickets_indexed' }, eventName: 'promptheus.metric' },
    ]);
  });
});
