import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Logger, type ReceivedBatch, SinkOptions } from '../../src/adapter.js';
import { receiveUntil } from '../shared/events/receive.js';
import { commandsOf, type RedisClient } from './commands.js';
import { StreamGroup, type StreamGroupSettings } from './stream-group.js';

/** Options of {@link readRedisStream}; every one may be left out. */
export interface ReadRedisStreamOptions {
  /** Default: `'log-events'`. */
  readonly stream?: string;
  /** Consumers of one group share the events among them. Default: `'log-consumer-group'`. */
  readonly group?: string;
  /** The name of this consumer, which no other has. Default: made of the host and the process. */
  readonly consumer?: string;
  /** How many events a batch holds at most. Default: 100. */
  readonly batchSize?: number;
  /** For how long a batch is waited for. Default: 1,000 ms. */
  readonly waitMs?: number;
  /** What a consumer has had for longer without acknowledging it is given to another one. Default: 60,000 ms. */
  readonly claimAfterMs?: number;
  /** How often an event is handed out before it goes to the dead letters. Default: 5. */
  readonly maxDeliveries?: number;
  /** The stream of the dead letters. Default: the name of the stream and `-dead`. */
  readonly deadLetters?: string;
  /** Ends the reading. */
  readonly signal?: AbortSignal;
  /** Hears when Redis cannot be read, and when it can again. Default: `console`. */
  readonly logger?: Logger;
}

/**
 * Reads events from a Redis stream (Redis 7 or later) as one consumer of a group. What is not acknowledged is handed out
 * again after `claimAfterMs`, to whoever reads then. The client needs a connection of its own, since its reads wait.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * ```ts
 * for await (const batch of readRedisStream(client, { signal })) {
 *   await store(batch.events);
 *   await batch.ack();
 * }
 * ```
 */
export function readRedisStream(
  client: RedisClient,
  options: ReadRedisStreamOptions = {},
): AsyncGenerator<ReceivedBatch, void, void> {
  const of = 'readRedisStream';
  const settings = settingsOf(of, options);
  return receiveUntil(
    new StreamGroup(commandsOf(of, client), settings),
    `the Redis stream ${settings.stream}`,
    options,
  );
}

function settingsOf(of: string, options: ReadRedisStreamOptions): StreamGroupSettings {
  const given = new SinkOptions(of, options, [
    ...(['stream', 'group', 'consumer', 'batchSize', 'waitMs'] as const),
    ...(['claimAfterMs', 'maxDeliveries', 'deadLetters', 'signal', 'logger'] as const),
  ]);
  const stream = given.text('stream') ?? 'log-events';
  return {
    stream,
    group: given.text('group') ?? 'log-consumer-group',
    consumer: given.text('consumer') ?? `${hostname()}-${process.pid}-${randomUUID()}`,
    batchSize: given.count('batchSize') ?? 100,
    waitMs: given.count('waitMs') ?? 1_000,
    claimAfterMs: given.count('claimAfterMs') ?? 60_000,
    maxDeliveries: given.count('maxDeliveries') ?? 5,
    deadLetters: given.text('deadLetters') ?? `${stream}-dead`,
  };
}
