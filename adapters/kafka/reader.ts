import { type Logger, type ReceivedBatch, SinkOptions } from '../../src/adapter.js';
import { assertClient } from '../shared/ai/instrument.js';
import { hasMethod } from '../shared/events/has-method.js';
import { receiveUntil } from '../shared/events/receive.js';
import { PulledTopic, type PullingConsumer } from './pulled-topic.js';
import { PushedTopic, type PushingConsumer } from './pushed-topic.js';
import type { KafkaConsumer } from './types.js';

/** Options of {@link readKafkaTopic}; every one may be left out. The group is the consumer's own: it is made with it. */
export interface ReadKafkaTopicOptions {
  /** Default: `'log-events'`. */
  readonly topic?: string;
  /** How many events a batch holds at most. Default: 100. */
  readonly batchSize?: number;
  /** For how long a batch is waited for. Default: 1,000 ms. */
  readonly waitMs?: number;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
  /** Hears when Kafka cannot be read, and when it can again. Default: `console`. */
  readonly logger?: Logger;
}

/**
 * Reads events from a Kafka topic as one consumer of its group, from the first event on where the group has not read
 * before. Offsets are committed by `ack()` only; a batch that was not acknowledged is the next one again. The consumer
 * stays the application's to connect and to close.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * ```ts
 * const consumer = new Consumer({ groupId: 'log-consumer-group', clientId: 'store', bootstrapBrokers: ['localhost:9092'] });
 * for await (const batch of readKafkaTopic(consumer, { signal })) {
 *   await store(batch.events);
 *   await batch.ack();
 * }
 * ```
 */
export function readKafkaTopic(
  consumer: KafkaConsumer,
  options: ReadKafkaTopicOptions = {},
): AsyncGenerator<ReceivedBatch, void, void> {
  const of = 'readKafkaTopic';
  const given = new SinkOptions(of, options, ['topic', 'batchSize', 'waitMs', 'signal', 'logger']);
  const settings = {
    topic: given.text('topic') ?? 'log-events',
    batchSize: given.count('batchSize') ?? 100,
    waitMs: given.count('waitMs') ?? 1_000,
  };
  assertClient(consumer, of, ['consume', 'run']);
  const source = hasMethod(consumer, 'consume')
    ? new PulledTopic(consumer as unknown as PullingConsumer, settings)
    : new PushedTopic(consumer as unknown as PushingConsumer, settings);
  return receiveUntil(source, `the Kafka topic ${settings.topic}`, options);
}
