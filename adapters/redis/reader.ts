import { hostname } from 'node:os';
import type { ReceivedBatch } from '../../src/adapter.js';
import { assertOptions } from '../shared/ai/options.js';
import { type ReaderLogger, receiveUntil } from '../shared/events/receive.js';
import { wantCount, wantText } from '../shared/events/wanted.js';
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
  readonly logger?: ReaderLogger;
}

const COUNTS = ['batchSize', 'waitMs', 'claimAfterMs', 'maxDeliveries'] as const;
const TEXTS = ['stream', 'group', 'consumer', 'deadLetters'] as const;

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
  assertOptions(of, options, [...COUNTS, ...TEXTS, 'signal', 'logger']);
  const settings = settingsOf(options);
  for (const name of COUNTS) wantCount(of, name, settings[name]);
  for (const name of TEXTS) wantText(of, name, settings[name]);
  const group = new StreamGroup(commandsOf(of, client), settings);
  return receiveUntil(group, `the Redis stream ${settings.stream}`, options);
}

function settingsOf(options: ReadRedisStreamOptions): StreamGroupSettings {
  const { stream = 'log-events', group = 'log-consumer-group' } = options;
  return {
    stream,
    group,
    consumer: options.consumer ?? `${hostname()}-${process.pid}-${Date.now().toString(36)}`,
    batchSize: options.batchSize ?? 100,
    waitMs: options.waitMs ?? 1_000,
    claimAfterMs: options.claimAfterMs ?? 60_000,
    maxDeliveries: options.maxDeliveries ?? 5,
    deadLetters: options.deadLetters ?? `${stream}-dead`,
  };
}
