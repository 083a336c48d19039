import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { type KafkaConsumer, readKafkaTopic } from '../../adapters/kafka/index.js';
import type { ReceivedBatch } from '../../src/events/sinks/received.js';

const SILENT = { info() {}, warn() {} };

interface Message {
  readonly key: Buffer;
  readonly value: Buffer | null;
  readonly headers: unknown;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly leaderEpoch: number;
}

const message = (offset: number, partition = 0, value: string | null = `{"n":${offset}}`): Message => ({
  key: Buffer.from('k'),
  value: value === null ? null : Buffer.from(value),
  headers: new Map([
    [Buffer.from('event-id'), Buffer.from(`p-${offset}`)],
    [Buffer.from('kind'), Buffer.from('metric')],
  ]),
  topic: 'log-events',
  partition,
  offset: BigInt(offset),
  leaderEpoch: 3,
});

/** A consumer of @platformatic/kafka: each `consume` gives the next list, then waits; an error ends its stream. */
function pulling(...streams: readonly (Message | Error)[][]) {
  const commits: object[] = [];
  const commit = vi.fn(async ({ offsets }: { offsets: readonly object[] }) => void commits.push(...offsets));
  const closed: number[] = [];
  let opened = 0;
  const consume = vi.fn(async (_options: object) => {
    const at = opened++;
    const { promise: closing, resolve } = Promise.withResolvers<void>();
    async function* messages() {
      for (const one of streams[at] ?? []) {
        if (one instanceof Error) throw one;
        yield one;
      }
      await closing;
    }
    return Object.assign(messages(), { close: async () => (closed.push(at), resolve()) });
  });
  const events = new EventEmitter();
  const consumer = Object.assign(events, { consume, commit });
  return { consumer: consumer as unknown as KafkaConsumer, events, consume, commit, commits, closed };
}

/** Reads until `take` says that it is enough. */
async function read(consumer: KafkaConsumer, take: (batch: ReceivedBatch) => Promise<boolean>, options: object = {}) {
  const end = new AbortController();
  for await (const batch of readKafkaTopic(consumer, { waitMs: 20, signal: end.signal, logger: SILENT, ...options })) {
    if (await take(batch)) end.abort();
  }
}
const idsOf = (batch: ReceivedBatch): string[] => batch.events.map(({ id }) => id);

describe('readKafkaTopic, by the shape of @platformatic/kafka', () => {
  it('fills batches, and commits the last offset of each partition only when it is told to', async () => {
    const { consumer, consume, commits, closed } = pulling([message(1), message(7, 1), message(2), message(3)]);
    const got: string[][] = [];
    await read(
      consumer,
      async (batch) => {
        got.push(idsOf(batch));
        expect(commits).toHaveLength(got.length === 1 ? 0 : 2);
        await batch.ack();
        return got.length === 2;
      },
      { batchSize: 3 },
    );
    expect(got).toEqual([['p-1', 'p-7', 'p-2'], ['p-3']]);
    expect(commits).toEqual([
      { topic: 'log-events', partition: 0, offset: 3n, leaderEpoch: 3 },
      { topic: 'log-events', partition: 1, offset: 8n, leaderEpoch: 3 },
      { topic: 'log-events', partition: 0, offset: 4n, leaderEpoch: 3 },
    ]);
    expect(consume.mock.calls[0]?.[0]).toMatchObject({
      mode: 'committed',
      fallbackMode: 'earliest',
      autocommit: false,
    });
    expect(closed).toEqual([0]);
  });

  it('passes over what holds nothing, and names what somebody else sent by its place', async () => {
    const foreign = { ...message(5), headers: new Map() };
    const { consumer, commits } = pulling([message(4, 0, null), foreign]);
    await read(consumer, async (batch) => {
      expect(batch.events).toEqual([{ id: 'log-events/0/5', kind: 'wide', critical: false, json: '{"n":5}' }]);
      await batch.ack();
      return true;
    });
    expect(commits).toMatchObject([{ offset: 6n }]);
  });

  it('gives the JSON that deserialisers have read', async () => {
    const values = [JSON.parse('{"n":1}'), '{"n":2}'];
    const { consumer } = pulling(values.map((value, at) => ({ ...message(at), value })));
    await read(consumer, async (batch) => {
      expect(batch.events.map(({ json }) => json)).toEqual(['{"n":1}', '{"n":2}']);
      return true;
    });
  });

  it('begins anew from what is committed when a commit fails', async () => {
    const { consumer, commit, closed } = pulling([message(1), message(2)], [message(1), message(2)]);
    commit.mockRejectedValueOnce(new Error('UNKNOWN_MEMBER_ID'));
    const got: string[][] = [];
    const errors: unknown[] = [];
    await read(consumer, async (batch) => {
      got.push(idsOf(batch));
      await batch.ack().catch((error: unknown) => errors.push(error));
      return got.length === 2;
    });
    expect(got).toEqual([
      ['p-1', 'p-2'],
      ['p-1', 'p-2'],
    ]);
    expect(errors).toHaveLength(1);
    expect(closed).toEqual([0, 1]);
  });

  it('begins anew when the stream breaks, and says so once', async () => {
    const { consumer } = pulling([new Error('closed')], [new Error('closed')], [message(9)]);
    const said: string[] = [];
    const logger = { info: (line: string) => said.push(line), warn: (line: string) => said.push(line) };
    await read(consumer, async (batch) => (await batch.ack(), idsOf(batch).includes('p-9')), { logger });
    expect(said).toEqual([expect.stringContaining('cannot be read'), expect.stringContaining('is read again')]);
  });

  it('begins anew when the consumer could not join its group again, and says so', async () => {
    const { consumer, events, closed } = pulling([message(1)], [message(2)]);
    const said: string[] = [];
    const logger = { info: (line: string) => said.push(line), warn: (line: string) => said.push(line) };
    await read(
      consumer,
      async (batch) => {
        await batch.ack();
        if (idsOf(batch).includes('p-2')) return true;
        events.emit('error', new Error('Connection closed'));
        return false;
      },
      { logger },
    );
    expect(said).toEqual([expect.stringContaining('Connection closed'), expect.stringContaining('is read again')]);
    expect(closed).toEqual([0, 1]);
    expect(events.listenerCount('error')).toBe(1);
  });

  describe('of a broker that hangs', () => {
    const never = () => new Promise<never>(() => {});
    const endsSoon = async (consumer: KafkaConsumer, use: (batch: ReceivedBatch) => Promise<void>) => {
      const end = new AbortController();
      const warn = vi.fn();
      const options = { waitMs: 20, signal: end.signal, logger: { info() {}, warn } };
      setTimeout(() => end.abort(), 100);
      const began = performance.now();
      for await (const batch of readKafkaTopic(consumer, options)) await use(batch);
      expect(performance.now() - began).toBeLessThan(4_000);
      expect(warn).not.toHaveBeenCalled();
    };

    it('ends soon after the signal, and closes what is opened too late', async () => {
      const { consumer, consume, closed } = pulling([message(1)]);
      const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
      const open = consume.getMockImplementation()!;
      consume.mockImplementation(async (options) => (await answered, open(options)));
      await endsSoon(consumer, async () => {});
      expect(closed).toEqual([]);
      answer();
      await expect.poll(() => closed).toEqual([0]);
    });

    it('ends soon when a commit, or the end of the stream, is not answered', async () => {
      const { consumer, consume, commit } = pulling([message(1)]);
      const open = consume.getMockImplementation()!;
      consume.mockImplementation(async (options) => Object.assign(await open(options), { close: never }));
      commit.mockImplementation(never);
      const failed = vi.fn();
      await endsSoon(consumer, (batch) => batch.ack().catch(failed));
      expect(failed).toHaveBeenCalledOnce();
    });
  });

  it('refuses at once what it cannot work with', () => {
    expect(() => readKafkaTopic({} as never)).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
    const { consumer } = pulling();
    for (const options of [{ topic: '' }, { batchSize: 0 }, { waitMs: 0 }, { group: 'g' }]) {
      expect(() => readKafkaTopic(consumer, options as never)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    }
  });
});

/** A consumer of kafkajs, or by `dependentAdmin` of Confluent, that pushes these batches, each until it is resolved. */
function pushing(isConfluent: boolean, batches: ReadonlyArray<readonly Message[]>, heartbeat = async () => {}) {
  const committed: object[] = [];
  const resolved: string[] = [];
  const calls: Record<string, object> = {};
  let isStopped = false;
  const consumer = {
    ...(isConfluent && { dependentAdmin() {} }),
    async subscribe(options: object) {
      calls.subscribe = options;
    },
    async run(options: { eachBatch(pushed: object): Promise<void> }) {
      calls.run = options;
      void (async () => {
        for (const messages of batches) {
          const batch = {
            topic: 'log-events',
            partition: messages[0]?.partition,
            messages: messages.map((one) => ({
              ...one,
              offset: String(one.offset),
              headers: Object.fromEntries(one.headers as Map<Buffer, Buffer>),
            })),
          };
          const resolveOffset = (offset: string) => resolved.push(offset);
          if (!isStopped) await options.eachBatch({ batch, resolveOffset, heartbeat, isStale: () => false });
        }
      })();
    },
    async stop() {
      isStopped = true;
    },
    async commitOffsets(offsets: readonly object[]) {
      committed.push(...offsets);
    },
  };
  return { consumer: consumer as unknown as KafkaConsumer, committed, resolved, calls };
}

describe.each([
  ['kafkajs', false],
  ['@confluentinc/kafka-javascript', true],
])('readKafkaTopic, by the shape of %s', (_name, isConfluent) => {
  it('gives what is pushed in parts, and gets on when a part is acknowledged', async () => {
    const { consumer, committed, resolved, calls } = pushing(isConfluent, [
      [message(1), message(2), message(3)],
      [message(8, 1)],
    ]);
    const got: string[][] = [];
    await read(
      consumer,
      async (batch) => {
        got.push(idsOf(batch));
        await batch.ack();
        return got.length === 3;
      },
      { batchSize: 2 },
    );
    expect(got).toEqual([['p-1', 'p-2'], ['p-3'], ['p-8']]);
    expect(committed).toEqual([
      { topic: 'log-events', partition: 0, offset: '3' },
      { topic: 'log-events', partition: 0, offset: '4' },
      { topic: 'log-events', partition: 1, offset: '9' },
    ]);
    expect(resolved.slice(0, 2)).toEqual(['2', '3']);
    expect(calls.run).toMatchObject({ eachBatchAutoResolve: false });
    expect('autoCommit' in (calls.run ?? {})).toBe(!isConfluent);
    expect('fromBeginning' in (calls.subscribe ?? {})).toBe(!isConfluent);
  });

  it('resolves nothing that was not acknowledged, and gives it again', async () => {
    const { consumer, committed, resolved } = pushing(isConfluent, [[message(1)], [message(2)]]);
    const got: string[][] = [];
    await read(consumer, async (batch) => got.push(idsOf(batch)) === 3);
    expect(got).toEqual([['p-1'], ['p-1'], ['p-1']]);
    expect([committed, resolved]).toEqual([[], []]);
  });

  it('gives up what the group has given to another consumer in the meantime', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const heartbeat = vi.fn(async () => {}).mockRejectedValueOnce(new Error('REBALANCE_IN_PROGRESS'));
      const { consumer, committed, resolved } = pushing(isConfluent, [[message(1)], [message(2)]], heartbeat);
      const got: string[][] = [];
      await read(consumer, async (batch) => {
        got.push(idsOf(batch));
        if (got.length === 1) await vi.advanceTimersByTimeAsync(1_000);
        else await batch.ack();
        return got.length === 2;
      });
      expect(got).toEqual([['p-1'], ['p-2']]);
      expect([committed, resolved]).toEqual([[expect.objectContaining({ offset: '3' })], ['2']]);
    } finally {
      vi.useRealTimers();
    }
  });
});
