import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fallbackSink } from '../../../../src/events/sinks/fallback.js';
import type { Sink, SinkBatch } from '../../../../src/events/sinks/sink.js';
import { sinkContract } from '../../../contract/sink.contract.js';
import { aBatch, someEvents } from '../../../contract/sink-events.js';

interface MemorySink extends Sink {
  readonly stored: string[];
  /** What a write meets: an error, or silence. */
  fault: Error | 'hangs' | undefined;
}

function memorySink(name: string, more: Partial<Sink> = {}): MemorySink {
  const sink: MemorySink = {
    name,
    stored: [],
    fault: undefined,
    async write({ events }) {
      if (sink.fault === 'hangs') await new Promise(() => {});
      if (sink.fault instanceof Error) throw sink.fault;
      sink.stored.push(...events.map(({ json }) => json));
      return undefined;
    },
    ...more,
  };
  return sink;
}

const SILENT = { info() {}, warn() {} };
const jsonOf = (...batches: readonly SinkBatch[]) => batches.flatMap(({ events }) => events.map(({ json }) => json));

sinkContract({
  name: 'fallback, whose first sink is away',
  repeated: 'twice',
  open() {
    const [first, second] = [memorySink('first'), memorySink('second')];
    first.fault = new Error('no broker');
    return { sink: fallbackSink(first, second, { logger: SILENT }), stored: () => second.stored };
  },
});

describe('fallbackSink', () => {
  const said: string[] = [];
  const logger = { info: (line: string) => said.push(line), warn: (line: string) => said.push(line) };
  let first: MemorySink;
  let second: MemorySink;
  beforeEach(() => {
    vi.useFakeTimers();
    said.length = 0;
    first = memorySink('kafka');
    second = memorySink('jsonl');
  });
  afterEach(() => vi.useRealTimers());

  it('writes to the first while it works', async () => {
    const sink = fallbackSink(first, second, { logger });
    const batch = aBatch(someEvents(2));
    await sink.write(batch);
    expect([first.stored, second.stored, said]).toEqual([jsonOf(batch), [], []]);
    expect(sink.name).toBe('kafka');
  });

  it('loses nothing while the first is away, says it once an outage, and goes back', async () => {
    const sink = fallbackSink(first, second, { logger, retryMs: 1_000 });
    const [a, b, c, d] = [1, 2, 3, 4].map(() => aBatch(someEvents(2))) as [SinkBatch, SinkBatch, SinkBatch, SinkBatch];
    for (const [batch, fault] of [
      [a, new Error('down')],
      [b, new Error('down')],
      [c, undefined],
      [d, undefined],
    ] as const) {
      first.fault = fault;
      await sink.write(batch);
      vi.advanceTimersByTime(1_000);
    }
    expect(second.stored).toEqual(jsonOf(a, b));
    expect(first.stored).toEqual(jsonOf(c, d));
    expect(said).toEqual([
      'MQ publish failed, falling back to direct logging',
      'MQ publish works again, direct logging ends',
    ]);
  });

  it('leaves the first alone until it is time to try it again', async () => {
    const sink = fallbackSink(first, second, { logger, retryMs: 1_000 });
    const write = vi.spyOn(first, 'write');
    first.fault = new Error('down');
    await sink.write(aBatch(someEvents(1)));
    await sink.write(aBatch(someEvents(1)));
    vi.advanceTimersByTime(999);
    await sink.write(aBatch(someEvents(1)));
    expect(write).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    await sink.write(aBatch(someEvents(1)));
    expect(write).toHaveBeenCalledTimes(2);
  });

  it('does not wait for a first sink that hangs', async () => {
    const sink = fallbackSink(first, second, { logger, timeoutMs: 100 });
    first.fault = 'hangs';
    const batch = aBatch(someEvents(1));
    const writing = sink.write(batch);
    await vi.advanceTimersByTimeAsync(100);
    await writing;
    expect(second.stored).toEqual(jsonOf(batch));
  });

  it('leaves a failure for good, and one of both sinks, to the pipeline', async () => {
    const sink = fallbackSink(first, second, { logger });
    first.fault = Object.assign(new Error('never'), { permanent: true });
    await expect(sink.write(aBatch(someEvents(1)))).rejects.toThrow('never');
    first.fault = new Error('down');
    second.fault = new Error('disk full');
    await expect(sink.write(aBatch(someEvents(1)))).rejects.toThrow('disk full');
  });

  it('hands on what the first says of single events', async () => {
    const receipt = { failures: [{ index: 0, reason: 'too large', permanent: true }] };
    const sink = fallbackSink(memorySink('kafka', { write: async () => receipt }), second, { logger });
    expect(await sink.write(aBatch(someEvents(1)))).toEqual(receipt);
    expect(second.stored).toEqual([]);
  });

  it('opens the first when it can be opened, and lets a second that cannot be opened be known', async () => {
    let opens = 0;
    const late = memorySink('kafka', {
      async open() {
        if (++opens === 1) throw new Error('no broker');
      },
    });
    const sink = fallbackSink(late, second, { logger });
    await sink.open?.();
    await sink.write(aBatch(someEvents(1)));
    await sink.write(aBatch(someEvents(1)));
    expect([opens, late.stored.length]).toEqual([2, 2]);
    const broken = memorySink('jsonl', {
      open: async () => {
        throw new Error('no such folder');
      },
    });
    await expect(fallbackSink(first, broken, { logger }).open?.()).rejects.toThrow('no such folder');
  });

  it('closes both, and writes synchronously where the second can', async () => {
    const closed: string[] = [];
    const closing = (name: string) => memorySink(name, { close: () => void closed.push(name) });
    await fallbackSink(closing('a'), closing('b'), { logger }).close?.();
    expect(closed).toEqual(['a', 'b']);
    expect(fallbackSink(first, second, { logger })).not.toHaveProperty('writeSync');
    const atOnce: SinkBatch[] = [];
    const batch = aBatch(someEvents(1));
    fallbackSink(first, memorySink('b', { writeSync: (given) => void atOnce.push(given) }), { logger }).writeSync?.(
      batch,
    );
    expect(atOnce).toEqual([batch]);
  });

  it('works with a logger that throws', async () => {
    const throwing = {
      info() {
        throw new Error('log');
      },
      warn() {
        throw new Error('log');
      },
    };
    first.fault = new Error('down');
    await fallbackSink(first, second, { logger: throwing }).write(aBatch(someEvents(1)));
    expect(second.stored).toHaveLength(1);
  });
});
