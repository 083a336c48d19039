import { afterEach, describe, expect, it, vi } from 'vitest';
import { consoleSink } from '../../../../src/events/sinks/console.js';
import { memorySink } from '../../../../src/events/sinks/memory.js';
import { sinkContract } from '../../../contract/sink.contract.js';
import { aBatch, anEvent, someEvents } from '../../../contract/sink-events.js';

afterEach(() => void vi.restoreAllMocks());

/** What is written to the standard output from now on, by the write. */
function standardOutput(): string[] {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation(((bytes: Buffer, done?: (error?: Error) => void) => {
    written.push(bytes.toString());
    done?.();
    return true;
  }) as never);
  return written;
}

sinkContract({
  name: 'console',
  repeated: 'twice',
  open: () => {
    const written = standardOutput();
    return { sink: consoleSink(), stored: () => written.join('').split('\n').slice(0, -1) };
  },
  outage: () => {
    const write = process.stdout.write;
    process.stdout.write = ((_: unknown, done: (error: Error) => void) => done(new Error('EPIPE'))) as never;
    return () => {
      process.stdout.write = write;
    };
  },
  unstorable: () => ({ ...anEvent(), json: '{\n}' }),
});

sinkContract({
  name: 'memory',
  repeated: 'twice',
  open: () => {
    const sink = memorySink();
    return { sink, stored: () => sink.events.map((event) => JSON.stringify(event)) };
  },
  unstorable: () => ({ ...anEvent(), json: '{"cut of' }),
});

describe('consoleSink', () => {
  it('prints a batch by one write, at once too', async () => {
    const written = standardOutput();
    const events = someEvents(100);
    const sink = consoleSink({ name: 'stdout' });
    await sink.write(aBatch(events));
    sink.writeSync?.(aBatch(events));
    expect(sink.name).toBe('stdout');
    const text = events.map(({ json }) => `${json}\n`).join('');
    expect(written).toEqual([text, text]);
  });
});

describe('memorySink', () => {
  it('gives the events parsed, until it is cleared', () => {
    const sink = memorySink();
    sink.writeSync?.(aBatch([anEvent('metric', { value: 7 })]));
    expect(sink.events).toMatchObject([{ metric_name: 'worker_seconds', value: 7 }]);
    const { events } = sink;
    sink.clear();
    expect(events).toEqual([]);
  });
});
