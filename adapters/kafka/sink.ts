import { type Sink, type SinkEvent, type SinkFailure, SinkOptions, say } from '../../src/adapter.js';
import { assertClient } from '../shared/ai/instrument.js';
import { hasMethod } from '../shared/events/has-method.js';
import { storeApart } from '../shared/events/store-apart.js';
import { isRefused } from './failure.js';
import { messageOf, requestIdOf } from './message.js';
import { refuseSerialisers } from './serialisers.js';
import type { KafkaProducer, OutgoingMessage } from './types.js';

/** Options of {@link kafkaSink}; every one may be left out. */
export interface KafkaSinkOptions {
  /** Default: `'log-events'`. */
  readonly topic?: string;
  /** Hears of each event that was published, by one line. Default: nobody. */
  readonly logger?: { info(message: string): void };
  /** Its label in the metrics. Default: `'kafka'`. */
  readonly name?: string;
}

type Send = (messages: readonly OutgoingMessage[]) => Promise<unknown>;

/** All replicas that are in sync. */
const ACKS_ALL = -1;

/**
 * Publishes events to a Kafka topic, acknowledged by all replicas that are in sync. The producer stays the application's
 * to connect and to close.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * ```ts
 * const producer = new Producer({ clientId: 'api', bootstrapBrokers: ['localhost:9092'], retries: 0 });
 * const sink = kafkaSink(producer);
 * ```
 */
export function kafkaSink(producer: KafkaProducer, options: KafkaSinkOptions = {}): Sink {
  const of = 'kafkaSink';
  const given = new SinkOptions(of, options, ['topic', 'logger', 'name']);
  const topic = given.text('topic') ?? 'log-events';
  const { logger } = options;
  assertClient(producer, of, ['send']);
  const send = senderOf(producer, topic);
  return {
    name: given.text('name') ?? 'kafka',
    async write({ events }) {
      if (events.length === 0) return undefined;
      // A broker refuses a batch as a whole for one message in it.
      const failures = await storeApart(events, (some) => publish(send, some), isRefused);
      if (logger !== undefined) say(() => tell(logger, topic, events, failures));
      return failures.length === 0 ? undefined : { failures };
    },
  };
}

async function publish(send: Send, events: readonly SinkEvent[]): Promise<readonly SinkFailure[]> {
  await send(events.map(messageOf));
  return [];
}

/** What differs: where the topic stands, and who says how many acknowledgements there have to be. */
function senderOf(producer: KafkaProducer, topic: string): Send {
  const client = producer as unknown as { send(record: object): Promise<unknown> };
  if (hasMethod(producer, 'asStream')) {
    refuseSerialisers('kafkaSink', producer);
    return (messages) =>
      client.send({ messages: messages.map((message) => platformatic(topic, message)), acks: ACKS_ALL });
  }
  // Confluent's producer takes `acks` when it is made (all, by default), and refuses a `send` that names them.
  if (hasMethod(producer, 'dependentAdmin')) return (messages) => client.send({ topic, messages });
  return (messages) => client.send({ topic, messages, acks: ACKS_ALL });
}

/** The names of headers are serialised as the values are, so that they have to be bytes for a producer without serialisers. */
function platformatic(topic: string, { key, value, headers }: OutgoingMessage): object {
  const named = Object.entries(headers).map(([name, bytes]) => [Buffer.from(name), bytes] as const);
  return { topic, key, value, headers: new Map(named) };
}

function tell(
  logger: { info(message: string): void },
  topic: string,
  events: readonly SinkEvent[],
  failures: readonly SinkFailure[],
): void {
  const failed = new Set(failures.map(({ index }) => index));
  events.forEach(({ id, json }, index) => {
    if (failed.has(index)) return;
    logger.info(`Published log event to Kafka topic: ${topic}, requestId: ${requestIdOf(json) ?? id}`);
  });
}
