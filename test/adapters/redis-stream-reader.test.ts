import { describe, expect, it } from 'vitest';
import { entriesRead, eventOf } from '../../adapters/redis/entry.js';
import { readRedisStream } from '../../adapters/redis/index.js';
import type { ReceivedBatch } from '../../src/events/sinks/received.js';
import { fakeRedis } from './redis-fake.js';

const FIELDS = ['event_id', 'p-1', 'kind', 'operation', 'critical', '1', 'event', '{"event_id":"p-1"}'];
const ENTRIES = [['1-1', FIELDS]];
const EVENT = { id: 'p-1', kind: 'operation', critical: true, json: '{"event_id":"p-1"}' };
const NONE_ABANDONED = ['0-0', [], []];

/** Reads until the answers are used up: one list of answers for each command, the last of which stays. */
async function readWith(answers: Record<string, unknown[]>, until: number, options: object = {}) {
  const end = new AbortController();
  const said: string[] = [];
  const { client, trips } = fakeRedis('redis', ([name = '']) => {
    const queue = answers[name] ?? ['OK'];
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const logger = { info: (line: string) => said.push(line), warn: (line: string) => said.push(line) };
  const batches: ReceivedBatch[] = [];
  const settings = { consumer: 'me', waitMs: 5, signal: end.signal, logger, ...options };
  for await (const batch of readRedisStream(client, settings)) {
    batches.push(batch);
    await batch.ack();
    if (batches.length === until) end.abort();
  }
  const sent = (name: string) => trips.flat().filter((command) => command[0] === name);
  return { batches, sent, said };
}

describe('what XREADGROUP tells', () => {
  it.each([
    ['pairs, in RESP2', [['log-events', ENTRIES]]],
    ['a map', new Map([['log-events', ENTRIES]])],
    ['an object', { 'log-events': ENTRIES }],
    ['a flat list', ['log-events', ENTRIES]],
  ])('is read from %s', (_shape, reply) => {
    expect(entriesRead(reply).map(eventOf)).toEqual([EVENT]);
  });

  it('is nothing where nothing came', () => {
    expect(entriesRead(null)).toEqual([]);
  });
});

describe('readRedisStream', () => {
  it('acknowledges what it is told to, and no more', async () => {
    const { batches, sent } = await readWith(
      { XAUTOCLAIM: [NONE_ABANDONED], XREADGROUP: [[['log-events', ENTRIES]], null], XPENDING: [[]] },
      1,
    );
    expect(batches.map(({ events }) => events)).toEqual([[EVENT]]);
    expect(sent('XACK')).toEqual([['XACK', 'log-events', 'log-consumer-group', '1-1']]);
  });

  it('sets aside what is no event, with its reason and its place', async () => {
    const { batches, sent } = await readWith(
      { XAUTOCLAIM: [NONE_ABANDONED], XREADGROUP: [[['log-events', [['2-1', ['a', 'b']]]]], null], XPENDING: [[]] },
      1,
    );
    expect(batches[0]).toMatchObject({ events: [], lost: 0, deadLettered: 1 });
    expect(sent('XADD')).toEqual([
      [
        'XADD',
        'log-events-dead',
        '*',
        'a',
        'b',
        'reason',
        'no event of promptheus',
        'from',
        'log-events',
        'entry',
        '2-1',
      ],
    ]);
    expect(sent('XACK')).toEqual([['XACK', 'log-events', 'log-consumer-group', '2-1']]);
  });

  it('acknowledges nothing that it could not set aside', async () => {
    const answers = {
      XAUTOCLAIM: [NONE_ABANDONED],
      XREADGROUP: [[['log-events', [['2-1', ['a', 'b']]]]], [['log-events', ENTRIES]], null],
      XADD: [new Error('OOM')],
      XPENDING: [[]],
    };
    const { batches, sent } = await readWith(answers, 1);
    expect(batches.map(({ events, deadLettered }) => [events, deadLettered])).toEqual([[[EVENT], 0]]);
    expect(sent('XADD')).toHaveLength(1);
    expect(sent('XACK')).toEqual([['XACK', 'log-events', 'log-consumer-group', '1-1']]);
  });

  it('gives what came before the connection broke, and joins the group anew', async () => {
    const answers = {
      XGROUP: ['OK', new Error('BUSYGROUP it is there'), 'OK'],
      XAUTOCLAIM: [NONE_ABANDONED],
      XREADGROUP: [
        [['log-events', ENTRIES]],
        new Error('closed'),
        new Error('closed'),
        [['log-events', ENTRIES]],
        null,
      ],
      XPENDING: [[['1-1', 'me', 5, 1]]],
    };
    const { batches, sent, said } = await readWith(answers, 2, { batchSize: 2 });
    expect(batches.map(({ events }) => events)).toEqual([[EVENT], [EVENT]]);
    expect(sent('XGROUP').map((command) => command[1])).toEqual(['CREATE', 'CREATE']);
    expect(said).toEqual([expect.stringContaining('closed'), expect.stringContaining('is read again')]);
  });

  it('refuses at once what it cannot work with', () => {
    const { client } = fakeRedis('redis', () => null);
    expect(() => readRedisStream({} as never)).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
    for (const options of [{ group: '' }, { batchSize: 0 }, { waitMs: -1 }, { size: 1 }]) {
      expect(() => readRedisStream(client, options as never)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    }
  });
});
