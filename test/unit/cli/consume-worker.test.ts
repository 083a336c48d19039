import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeadLetters } from '../../../src/cli/consume/dead-letters.js';
import { Worker } from '../../../src/cli/consume/worker.js';
import type { ReceivedBatch } from '../../../src/events/sinks/received.js';
import type { Sink, SinkEvent } from '../../../src/events/sinks/sink.js';
import { someEvents } from '../../contract/sink-events.js';

let folder: string;
let happened: string[];
let end: AbortController;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'promptheus-worker-'));
  happened = [];
  end = new AbortController();
});
afterEach(() => rmSync(folder, { recursive: true }));

const received = (events: readonly SinkEvent[], more: Partial<ReceivedBatch> = {}): ReceivedBatch => ({
  events,
  lost: 0,
  deadLettered: 0,
  ack: async () => void happened.push('ack'),
  ...more,
});

async function work(write: Sink['write'], deadLetters: string, ...batches: readonly ReceivedBatch[]): Promise<void> {
  const out = {
    say: (line: string) => void happened.push(line.replace(/\d+ms$/, '<n>ms')),
    complain: (line: string) => void happened.push(`! ${line}`),
  };
  const given = (async function* () {
    yield* batches;
  })();
  await new Worker({ name: 'store', write }, new DeadLetters(deadLetters), end.signal, out).run(given);
}
const letters = (): string => join(folder, 'letters.jsonl');

describe('the worker of consume', () => {
  it('acknowledges after the store has a batch, then says so', async () => {
    const write = async () => void happened.push('write');
    await work(write as Sink['write'], letters(), received(someEvents(3)), received(someEvents(1)));
    expect(happened).toEqual([
      ...['write', 'ack', 'Processed batch: 3 events (3 success, 0 failures) in <n>ms'],
      ...['write', 'ack', 'Processed batch: 1 events (1 success, 0 failures) in <n>ms'],
    ]);
  });

  it('tries a store that is away until it is back, and acknowledges nothing meanwhile', async () => {
    let tries = 0;
    const write = async () => {
      happened.push('write');
      if (++tries < 4) throw new Error('away');
      return undefined;
    };
    await work(write, letters(), received(someEvents(2)));
    expect(happened).toEqual([
      ...['write', '! store did not store, and is tried again: away', 'write', 'write', 'write'],
      ...['! store stores again', 'ack', 'Processed batch: 2 events (2 success, 0 failures) in <n>ms'],
    ]);
  });

  it('gives again only what was not stored, and sets aside what never will be', async () => {
    const events = someEvents(4);
    const written: string[][] = [];
    const write: Sink['write'] = async (batch) => {
      written.push(batch.events.map(({ id }) => id));
      if (written.length > 1) return undefined;
      return {
        failures: [
          { index: 1, reason: 'no document', permanent: true },
          { index: 3, reason: 'busy', permanent: false },
        ],
      };
    };
    await work(write, letters(), received(events));
    expect(written).toEqual([events.map(({ id }) => id), [events[3]!.id]]);
    expect(happened.slice(-2)).toEqual(['ack', 'Processed batch: 4 events (3 success, 1 failures) in <n>ms']);
    const lines = readFileSync(letters(), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { sink: 'store', reason: 'no document', id: events[1]!.id, event: events[1]!.json },
    ]);
  });

  it('tries to set aside again, and stores nothing again for that', async () => {
    const missing = join(folder, 'missing');
    let writes = 0;
    const write: Sink['write'] = async () => {
      writes++;
      setTimeout(() => mkdirSync(missing), 50);
      return { failures: [{ index: 0, reason: 'no document', permanent: true }] };
    };
    await work(write, join(missing, 'letters.jsonl'), received(someEvents(2)));
    expect(writes).toBe(1);
    expect(happened.slice(1)).toEqual([
      expect.stringMatching(/letters\.jsonl stores again$/),
      ...['ack', 'Processed batch: 2 events (1 success, 1 failures) in <n>ms'],
    ]);
    expect(readFileSync(join(missing, 'letters.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(1);
  });

  it('acknowledges nothing that could not be set aside either', async () => {
    const write: Sink['write'] = async () => {
      end.abort();
      return { failures: [{ index: 0, reason: 'no document', permanent: true }] };
    };
    await work(write, join(folder, 'missing', 'letters.jsonl'), received(someEvents(1)));
    expect(happened).toEqual([
      expect.stringMatching(/^! .+letters\.jsonl did not store, and is tried again: ENOENT/),
      '! 1 events were not stored; they stay with the broker',
    ]);
  });

  it('ends while the store is away, and leaves the batch to the broker', async () => {
    let tries = 0;
    const write = async () => {
      tries++;
      end.abort();
      throw new Error('away');
    };
    await work(write, letters(), received(someEvents(2)));
    expect(tries).toBe(1);
    expect(happened).not.toContain('ack');
    expect(happened.at(-1)).toBe('! 2 events were not stored; they stay with the broker');
  });

  it('goes on when the broker does not take an acknowledgement', async () => {
    const ack = async () => {
      throw new Error('gone');
    };
    await work(async () => undefined, letters(), received(someEvents(2), { ack }), received(someEvents(1)));
    expect(happened).toEqual([
      '! 2 stored events were not acknowledged, and come again: gone',
      ...['ack', 'Processed batch: 1 events (1 success, 0 failures) in <n>ms'],
    ]);
  });

  it('tells what the broker has lost or set aside', async () => {
    await work(async () => undefined, letters(), received([], { lost: 2, deadLettered: 3 }));
    expect(happened).toEqual([
      '! 2 events were trimmed from the stream before they were stored',
      '! 3 entries went to the dead letters of the stream',
      'ack',
    ]);
  });
});
