import { PromptheusError } from '../../src/adapter.js';
import { assertClient } from '../shared/ai/instrument.js';
import { hasMethod } from '../shared/events/has-method.js';

/** The name of a command, and its arguments. */
export type Command = readonly [name: string, ...args: string[]];

/** Sends commands about one key in one go, and tells of each what came of it. */
export type SendCommands = (key: string, commands: readonly Command[]) => Promise<PromiseSettledResult<unknown>[]>;

/** A client, pool or cluster of `redis` 6, or a client or cluster of `ioredis`. */
export interface RedisClient {
  sendCommand?(...args: never[]): Promise<unknown>;
  pipeline?(commands?: unknown[][]): { exec(): Promise<[error: Error | null, reply: unknown][] | null> };
}

interface NodeRedis {
  sendCommand(command: readonly string[]): Promise<unknown>;
}

interface NodeRedisCluster {
  sendCommand(key: string, isReadonly: boolean, command: readonly string[]): Promise<unknown>;
}

/** @throws {NOT_A_CLIENT} @throws {INVALID_OPTION} */
export function commandsOf(of: string, client: RedisClient): SendCommands {
  assertClient(client, of, ['pipeline', 'sendCommand']);
  refuseOfflineQueue(of, client);
  if (hasMethod(client, 'pipeline')) return (_key, commands) => pipelined(client, commands);
  // Commands of one turn leave node-redis in one write.
  if ('masters' in client) {
    const cluster = client as unknown as NodeRedisCluster;
    return (key, commands) => Promise.allSettled(commands.map((command) => cluster.sendCommand(key, false, command)));
  }
  const single = client as unknown as NodeRedis;
  return (_key, commands) => Promise.allSettled(commands.map((command) => single.sendCommand(command)));
}

async function pipelined(client: RedisClient, commands: readonly Command[]): Promise<PromiseSettledResult<unknown>[]> {
  const calls = commands.map(([name, ...args]) => [name.toLowerCase(), ...args]);
  const replies = (await client.pipeline?.(calls).exec()) ?? [];
  if (replies.length !== calls.length) throw new Error(`Redis answered ${replies.length} of ${calls.length} commands`);
  return replies.map(([reason, value]) =>
    reason === null ? { status: 'fulfilled', value } : { status: 'rejected', reason },
  );
}

/**
 * A client that waits for its server keeps what it was given in a list without bounds, beside the bounded queue of the
 * events, and nobody hears that the server is gone.
 */
function refuseOfflineQueue(of: string, client: object): void {
  const { options } = client as { options?: { disableOfflineQueue?: boolean; enableOfflineQueue?: boolean } };
  if (typeof options !== 'object' || options === null) return;
  const isIoredis = hasMethod(client, 'pipeline');
  const queues = isIoredis ? options.enableOfflineQueue !== false : options.disableOfflineQueue !== true;
  if (!queues) return;
  const option = isIoredis ? 'enableOfflineQueue: false' : 'disableOfflineQueue: true';
  throw new PromptheusError(
    'INVALID_OPTION',
    `${of}: its client queues commands without bounds while Redis is gone. Events have a queue of their own: give it \`client.duplicate({ ${option} })\`.`,
  );
}

/** The answer to the only command that was sent. */
export function answerOf([result]: readonly PromiseSettledResult<unknown>[]): unknown {
  if (result?.status === 'fulfilled') return result.value;
  throw result?.reason;
}
