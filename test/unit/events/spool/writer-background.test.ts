import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { viewSpool } from '../../../../src/events/spool/inspect.js';
import type { SpoolOptions } from '../../../../src/events/spool/options.js';
import { SpoolReader } from '../../../../src/events/spool/reader.js';
import { SpoolWriter } from '../../../../src/events/spool/writer.js';
import { append, idsOf, numbered } from './real-spool.js';
import { SimulatedDisk } from './simulated-disk.js';

const DIRECTORY = '/spool';
const EIO = Object.assign(new Error('EIO'), { code: 'EIO' });
let disk: SimulatedDisk;
let time: number;
let news: Array<(error: Error | null) => void>;
beforeEach(() => {
  disk = new SimulatedDisk();
  time = 0;
  news = [];
  vi.spyOn(disk, 'syncLater').mockImplementation((_, done) => void news.push(done));
});
afterEach(() => vi.restoreAllMocks());

/** The disk has answered the syncs that were asked for until now. */
function answer(error: Error | null): void {
  for (const tell of news.splice(0)) tell(error);
}

function options(): SpoolOptions {
  const host = { pid: 1, name: 'h', boot: 'b', started: () => 'now', now: () => time, elapsed: () => time };
  return { process: '1'.padStart(32, '0'), files: disk, host };
}

function open(): SpoolWriter {
  return SpoolWriter.open(DIRECTORY, ['a', 'b'], { ...options(), background: true });
}

function segments(): number[] {
  return viewSpool(disk, DIRECTORY).segments.map(({ scan }) => scan.records);
}

function all(): string[] {
  return idsOf(SpoolReader.open(DIRECTORY, ['a', 'b'], options()), 0);
}

describe('a sync in the background that fails', () => {
  it('is heeded, though a sync that waited came between and was told nothing', () => {
    const writer = open();
    append(writer, numbered(2));
    time += 500;
    writer.syncIfDue();
    append(writer, numbered(1, 2));
    // What the first has not answered yet, no other is told.
    expect(writer.sync()).toBe(false);
    answer(EIO);
    expect(writer.degraded).toBe(true);
    expect(segments()).toEqual([3, 3]);
  });

  it('is not waited for: events are refused until another file has them, and no longer', () => {
    const writer = open();
    const sync = vi.spyOn(disk, 'sync');
    append(writer, numbered(3));
    time += 500;
    writer.syncIfDue();
    answer(EIO);
    expect(segments()).toEqual([3, 3]);
    expect(append(writer, ['no'])).toEqual(['failed']);
    answer(EIO);
    expect(segments(), 'no heap of copies').toEqual([3]);
    expect(append(writer, ['no'])).toEqual(['failed']);
    time += 1_000;
    expect(append(writer, ['no'])).toEqual(['failed']);
    expect(sync).not.toHaveBeenCalled();
    answer(null);
    expect(append(writer, numbered(1, 3))).toEqual(['written']);
    expect(segments()).toEqual([3, 4]);
    expect(all()).toEqual(numbered(4));
  });

  it('leaves the directory to nobody else while a copy is not answered', () => {
    const writer = open();
    append(writer, numbered(3));
    time += 500;
    writer.syncIfDue();
    answer(EIO);
    writer.close();
    expect(disk.list(DIRECTORY)).toContain('lock');
    answer(null);
    expect(disk.list(DIRECTORY)).not.toContain('lock');
    expect(all()).toEqual(numbered(3));
  });

  it('is heeded although the writer was closed meanwhile', () => {
    const writer = open();
    append(writer, numbered(2));
    time += 500;
    writer.syncIfDue();
    writer.close();
    answer(EIO);
    expect(viewSpool(disk, DIRECTORY).segments.map(({ scan, segment }) => [scan.records, segment?.ended])).toEqual([
      [2, true],
      [2, true],
    ]);
    expect(disk.list(DIRECTORY)).not.toContain('lock');
  });

  it('keeps its descriptor until the news is there', () => {
    const writer = open();
    const close = vi.spyOn(disk, 'close');
    append(writer, numbered(2));
    time += 500;
    writer.syncIfDue();
    writer.close();
    const [descriptor] = vi.mocked(disk.syncLater).mock.calls[0] ?? [];
    expect(close).not.toHaveBeenCalledWith(descriptor);
    answer(null);
    expect(close).toHaveBeenCalledWith(descriptor);
  });
});
