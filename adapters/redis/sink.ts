import { type Sink, SinkOptions, type SinkReceipt } from '../../src/adapter.js';
import { type Command, commandsOf, type RedisClient } from './commands.js';
import { fieldsOf } from './entry.js';

/** Options of {@link redisStreamSink}; every one may be left out. */
export interface RedisStreamSinkOptions {
  /** Default: `'log-events'`. */
  readonly stream?: string;
  /**
   * About how many entries the stream keeps, the newest ones: what is older is gone, read or not. Default: all, until the
   * memory of Redis is full.
   */
  readonly maxLength?: number;
  /** Its label in the metrics. Default: `'redis'`. */
  readonly name?: string;
}

/**
 * Adds events to a Redis stream, a batch by one round trip. The client is one of `redis` 6 or `ioredis` that does not queue
 * while it is offline; it stays the application's to connect and to close.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * ```ts
 * const client = createClient({ url, disableOfflineQueue: true });
 * const sink = redisStreamSink(client, { maxLength: 1_000_000 });
 * ```
 */
export function redisStreamSink(client: RedisClient, options: RedisStreamSinkOptions = {}): Sink {
  const of = 'redisStreamSink';
  const given = new SinkOptions(of, options, ['stream', 'maxLength', 'name']);
  const stream = given.text('stream') ?? 'log-events';
  const maxLength = given.count('maxLength');
  const send = commandsOf(of, client);
  const limit = maxLength === undefined ? [] : ['MAXLEN', '~', String(maxLength)];
  return {
    name: given.text('name') ?? 'redis',
    async write({ events }) {
      const commands = events.map((event): Command => ['XADD', stream, ...limit, '*', ...fieldsOf(event)]);
      return receiptOf(await send(stream, commands));
    },
  };
}

/** Nothing that Redis answers is the fault of an event: a full memory, a missing right, a role that changed will pass. */
function receiptOf(results: readonly PromiseSettledResult<unknown>[]): SinkReceipt | undefined {
  const failures = results.flatMap((result, index) =>
    result.status === 'rejected' ? [{ index, reason: String(result.reason), permanent: false }] : [],
  );
  if (failures.length === 0) return undefined;
  if (failures.length === results.length) throw (results[0] as PromiseRejectedResult).reason;
  return { failures };
}
