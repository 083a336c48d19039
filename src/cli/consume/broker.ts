import type { ReceivedBatch } from '../../events/sinks/received.js';
import { Deadline } from '../../internal/deadline.js';
import type { Logger } from '../../internal/warnings.js';
import type { Output } from '../command.js';
import { clientFor, loadAdapter, loadClient } from './modules.js';
import type { ConsumeSettings } from './settings.js';

interface Reading {
  readonly batchSize: number;
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** Where events are read from, as one of a group. */
export interface Broker {
  readonly batches: AsyncIterable<ReceivedBatch>;
  close(): Promise<void>;
}

/** Of `redis`. */
interface RedisClient {
  on(name: 'error', listener: (error: Error) => void): void;
  connect(): Promise<unknown>;
  destroy(): void;
}
interface RedisModule {
  createClient(options: object): RedisClient;
}
interface RedisAdapter {
  readRedisStream(client: RedisClient, options: object): AsyncIterable<ReceivedBatch>;
}

/** Of `@platformatic/kafka`. */
interface KafkaConsumer {
  on(name: 'error', listener: () => void): void;
  close(force: boolean): Promise<void>;
}
interface KafkaModule {
  readonly Consumer: new (options: object) => KafkaConsumer;
}
interface KafkaAdapter {
  readKafkaTopic(consumer: KafkaConsumer, options: object): AsyncIterable<ReceivedBatch>;
}

const LONGEST_MESSAGE = 300;
const LONGEST_RECONNECT_MS = 2_000;
/** After so long without a sign of life, the events of a consumer are given to the others of its group. */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 1_000;
const LEAVING_MS = 1_000;

/** @throws {UsageError} when the client is not installed, or refuses the address. A broker that is away is waited for. */
export async function openBroker(settings: ConsumeSettings, signal: AbortSignal, out: Output): Promise<Broker> {
  const { batchSize, intervalMs: waitMs } = settings;
  const reading: Reading = { batchSize, waitMs, signal, logger: loggerOf(out) };
  return settings.from === 'redis' ? openRedis(settings, reading, out) : openKafka(settings, reading);
}

async function openRedis(settings: ConsumeSettings, reading: Reading, out: Output): Promise<Broker> {
  const { url, stream, group, consumer } = settings;
  const { createClient } = loadClient<RedisModule>('redis');
  const { readRedisStream } = await loadAdapter<RedisAdapter>('redis');
  const reconnectStrategy = (tries: number): number => Math.min(tries * 100, LONGEST_RECONNECT_MS);
  const client = clientFor('--url (or REDIS_URL)', url, () =>
    createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy } }),
  );
  // A lost connection has an error for each try to mend it.
  let told = '';
  client.on('error', ({ message, name }) => {
    const reason = message || name;
    if (reason !== told) out.complain(`Redis: ${reason}`);
    told = reason;
  });
  const batches = readRedisStream(client, { ...reading, stream, group, ...(consumer && { consumer }) });
  return {
    batches: whenConnected(client, batches, reading.signal),
    async close() {
      client.destroy();
    },
  };
}

/** A server that is not there yet is waited for, until the signal ends that. */
async function* whenConnected(
  client: RedisClient,
  batches: AsyncIterable<ReceivedBatch>,
  signal: AbortSignal,
): AsyncGenerator<ReceivedBatch, void, void> {
  const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([client.connect(), ended]);
  yield* batches;
}

async function openKafka(settings: ConsumeSettings, reading: Reading): Promise<Broker> {
  const { brokers, group, topic } = settings;
  const { Consumer } = loadClient<KafkaModule>('@platformatic/kafka');
  const { readKafkaTopic } = await loadAdapter<KafkaAdapter>('kafka');
  const consumer = new Consumer({
    clientId: 'promptheus-consume',
    groupId: group,
    bootstrapBrokers: brokers,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
  });
  // While it is read, the reading hears these too, and tells of them; unheard, one would end the process.
  consumer.on('error', () => {});
  return {
    batches: readKafkaTopic(consumer, { ...reading, topic }),
    async close() {
      // The group hears that this one leaves; a broker that is away or hangs does not have to.
      const left = consumer.close(true).catch(() => {});
      await new Deadline(LEAVING_MS).within(left);
    },
  };
}

/** The standard output has the batches, and nothing else. Kafka's client tells of each try inside of each other. */
function loggerOf(out: Output): Logger {
  const tell = (message: string): void => out.complain(message.replace('[promptheus] ', '').slice(0, LONGEST_MESSAGE));
  return { info: tell, warn: tell };
}
