import { describe, expect, it } from 'vitest';
import { redisStreamSink } from '../../adapters/redis/index.js';
import { sinkContract } from '../contract/sink.contract.js';
import { aBatch, someEvents } from '../contract/sink-events.js';
import { fakeRedis, SHAPES } from './redis-fake.js';

const valueAfter = (command: readonly string[], name: string): string => command[command.indexOf(name) + 1] ?? '';

for (const shape of SHAPES) {
  /** A stream in memory; the events of `failing` are refused once. */
  const stream = () => {
    const stored: string[] = [];
    const failing = new Set<string>();
    let isAway = false;
    const fake = fakeRedis(shape, (command) => {
      if (isAway) throw new Error('The client is closed');
      if (failing.delete(valueAfter(command, 'event_id'))) throw new Error('OOM command not allowed');
      stored.push(valueAfter(command, 'event'));
      return '1-1';
    });
    const goAway = () => {
      isAway = true;
      return () => {
        isAway = false;
      };
    };
    return { ...fake, sink: redisStreamSink(fake.client), stored: () => stored, failing, goAway };
  };

  sinkContract<ReturnType<typeof stream>>({
    name: `redis stream, by the shape of ${shape}`,
    repeated: 'twice',
    open: stream,
    outage: ({ goAway }) => goAway(),
    failOnce: ({ failing }, ids) => {
      for (const id of ids) failing.add(id);
    },
  });

  describe(`redisStreamSink, by the shape of ${shape}`, () => {
    it('sends a batch by one round trip', async () => {
      const { sink, trips } = stream();
      await sink.write(aBatch(someEvents(50)));
      await sink.write(aBatch(someEvents(50)));
      expect(trips.map((trip) => trip.length)).toEqual([50, 50]);
    });

    it('names the event in fields of its own, and trims as it is told', async () => {
      const { client, trips } = fakeRedis(shape, () => '1-1');
      const [event] = someEvents(1);
      await redisStreamSink(client, { stream: 'other', maxLength: 1_000 }).write(aBatch([event!]));
      expect(trips[0]?.[0]).toEqual([
        ...['XADD', 'other', 'MAXLEN', '~', '1000', '*'],
        ...['event_id', event!.id, 'kind', 'metric', 'critical', '0', 'event', event!.json],
      ]);
    });
  });
}

describe('redisStreamSink', () => {
  it.each([
    ['redis', { disableOfflineQueue: false }, 'disableOfflineQueue: true'],
    ['redis', { disableOfflineQueue: undefined }, 'disableOfflineQueue: true'],
    ['ioredis', { enableOfflineQueue: true }, 'enableOfflineQueue: false'],
    ['ioredis', { enableOfflineQueue: undefined }, 'enableOfflineQueue: false'],
  ] as const)('refuses a client of %s that queues while it is offline: %j', (shape, options, advice) => {
    const { client } = fakeRedis(shape, () => 'OK', options);
    const make = () => redisStreamSink(client);
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(advice) }));
  });

  it('refuses what is no client, and options that it does not have', () => {
    const { client } = fakeRedis('redis', () => 'OK');
    expect(() => redisStreamSink({})).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
    expect(() => redisStreamSink(undefined as never)).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
    for (const options of [{ stream: '' }, { maxLength: 0 }, { maxLength: 1.5 }, { maxlength: 1 }]) {
      expect(() => redisStreamSink(client, options as never)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    }
  });

  it('takes a pipeline that was answered in part for a failure of the whole', async () => {
    const client = { pipeline: () => ({ exec: async () => [] }), options: { enableOfflineQueue: false } };
    await expect(redisStreamSink(client).write(aBatch(someEvents(2)))).rejects.toThrow('answered 0 of 2');
  });
});
