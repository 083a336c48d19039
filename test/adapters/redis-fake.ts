import type { RedisClient } from '../../adapters/redis/index.js';

/** Answers a command, or throws what Redis would answer. */
export type Answers = (command: readonly string[]) => unknown;

export interface FakeRedis {
  readonly client: RedisClient;
  /** The commands of each round trip. */
  readonly trips: readonly (readonly (readonly string[])[])[];
}

type Shape = 'redis' | 'redis cluster' | 'ioredis';
export const SHAPES: readonly Shape[] = ['redis', 'redis cluster', 'ioredis'];

/** A client by its shape. What node-redis is given in one turn is one round trip. */
export function fakeRedis(shape: Shape, answers: Answers, options: object = {}): FakeRedis {
  const trips: (readonly string[])[][] = [];
  if (shape === 'ioredis') {
    const pipeline = (calls: unknown[][] = []) => ({
      exec: async (): Promise<[Error | null, unknown][]> => {
        const commands = calls.map(([name, ...args]) => [String(name).toUpperCase(), ...args.map(String)]);
        trips.push(commands);
        return Promise.all(commands.map((command) => answered(answers, command)));
      },
    });
    return { client: { pipeline, options: { enableOfflineQueue: false, ...options } } as RedisClient, trips };
  }
  let open: (readonly string[])[] | undefined;
  const send = async (command: readonly string[]): Promise<unknown> => {
    if (open === undefined) {
      open = [];
      trips.push(open);
      queueMicrotask(() => {
        open = undefined;
      });
    }
    open.push(command);
    const [error, reply] = await answered(answers, command);
    if (error !== null) throw error;
    return reply;
  };
  const client =
    shape === 'redis'
      ? { sendCommand: send, options: { disableOfflineQueue: true, ...options } }
      : { masters: [], sendCommand: (_key: string, _readonly: boolean, command: readonly string[]) => send(command) };
  return { client: client as RedisClient, trips };
}

async function answered(answers: Answers, command: readonly string[]): Promise<[Error | null, unknown]> {
  await new Promise(setImmediate);
  try {
    return [null, await answers(command)];
  } catch (error) {
    return [error as Error, undefined];
  }
}
