import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SpoolFiles } from '../../../../src/events/spool/files.js';
import { viewSpool } from '../../../../src/events/spool/inspect.js';
import type { SpoolOptions } from '../../../../src/events/spool/options.js';
import { SpoolReader } from '../../../../src/events/spool/reader.js';
import { SpoolWriter } from '../../../../src/events/spool/writer.js';
import { append, idsOf, numbered } from './real-spool.js';
import { SimulatedDisk } from './simulated-disk.js';

const DIRECTORY = '/spool';
let disk: SimulatedDisk;
let time: number;
beforeEach(() => {
  disk = new SimulatedDisk();
  time = 0;
});
afterEach(() => vi.restoreAllMocks());

function options(more: Partial<SpoolOptions> = {}): SpoolOptions {
  const host = { pid: 1, name: 'h', boot: 'b', started: () => 'now', now: () => time, elapsed: () => time };
  return { process: '1'.padStart(32, '0'), files: disk, host, ...more };
}

function open(more: Partial<SpoolOptions> = {}): SpoolWriter {
  return SpoolWriter.open(DIRECTORY, ['a', 'b'], options(more));
}

function segments(): number[] {
  return viewSpool(disk, DIRECTORY).segments.map(({ scan }) => scan.records);
}

function all(): string[] {
  return idsOf(SpoolReader.open(DIRECTORY, ['a', 'b'], options()), 0);
}

describe('appending', () => {
  it('is one write call an event and no sync, until one is due', () => {
    const writer = open();
    const [writes, syncs] = [disk.writes, disk.syncs];
    append(writer, numbered(100));
    expect([disk.writes - writes, disk.syncs - syncs]).toEqual([100, 0]);
    writer.syncIfDue();
    expect(disk.syncs - syncs).toBe(0);
    time += 500;
    writer.syncIfDue();
    expect(disk.syncs - syncs).toBe(1);
    time += 500;
    writer.syncIfDue();
    expect(disk.syncs - syncs, 'nothing is new').toBe(1);
  });

  it.each([
    ['each', 3],
    ['batch', 1],
    ['never', 0],
  ] as const)('syncs by the policy %s: %i times for a batch of three', (fsync, expected) => {
    const writer = open({ fsync });
    const syncs = disk.syncs;
    append(writer, numbered(3));
    writer.syncIfDue();
    expect(disk.syncs - syncs).toBe(expected);
  });

  it('goes on in a new segment when one is full', () => {
    const writer = open({ segmentBytes: 500 });
    append(writer, numbered(12));
    expect(segments().length).toBeGreaterThan(2);
    expect(all()).toEqual(numbered(12));
    expect(writer.bytes).toBe(viewSpool(disk, DIRECTORY).segments.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  it('leaves a segment after a minute, so that what is settled leaves the disk', () => {
    const writer = open();
    const reader = SpoolReader.open(DIRECTORY, ['a', 'b'], options());
    append(writer, ['one'], 1);
    reader.refresh();
    reader.settle(0, reader.read(0, 9));
    time += 59_999;
    writer.syncIfDue();
    reader.refresh();
    expect(segments()).toEqual([1]);
    time += 1;
    writer.syncIfDue();
    time += 500;
    writer.syncIfDue();
    reader.refresh();
    expect(segments()).toEqual([]);
  });

  it('keeps what is unsynced within its bound', () => {
    const writer = open({ unsyncedRecords: 10 });
    const syncs = disk.syncs;
    append(writer, numbered(25));
    expect(disk.syncs - syncs).toBe(2);
  });

  it('never waits for the disk as it opens in the background', () => {
    const syncs = vi.spyOn(disk, 'sync');
    const later = vi.spyOn(disk, 'syncLater').mockImplementation(() => {});
    open({ background: true }).append({ id: 'x', kind: 'wide', critical: false, json: '{}', sinks: 1 });
    expect([syncs.mock.calls.length, later.mock.calls.length]).toEqual([0, 2]);
  });

  it('never waits for the disk in the background: it refuses when the bound is reached', () => {
    const writer = open({ unsyncedRecords: 10, background: true });
    vi.spyOn(disk, 'syncLater').mockImplementation(() => {});
    const syncs = disk.syncs;
    const outcomes = append(writer, numbered(12));
    expect(outcomes).toEqual([...Array(10).fill('written'), 'full', 'full']);
    expect(disk.syncs - syncs).toBe(0);
  });

  it('refuses what is longer than a record can be, and what comes after close', () => {
    const writer = open();
    for (const json of ['x'.repeat(2_000_000), 'ü'.repeat(600_000)]) {
      expect(writer.append({ id: 'x', kind: 'wide', critical: false, json, sinks: 1 })).toBe('too_large');
    }
    expect(append(writer, ['x'.repeat(1_001)])).toEqual(['too_large']);
    expect(append(writer, ['y'])).toEqual(['written']);
    writer.close();
    expect(append(writer, ['z'])).toEqual(['failed']);
    expect(all()).toEqual(['y']);
  });
});

describe('a full disk', () => {
  it('refuses, cuts what was begun, leaves the disk alone for a while, and goes on when there is room', () => {
    const writer = open();
    append(writer, numbered(2));
    disk.capacity = disk.used + 20;
    expect(append(writer, ['no'])).toEqual(['full']);
    const writes = disk.writes;
    expect(append(writer, ['no', 'no'])).toEqual(['full', 'full']);
    expect(disk.writes).toBe(writes);
    time += 100;
    expect(append(writer, ['no'])).toEqual(['full']);
    disk.capacity = Number.POSITIVE_INFINITY;
    time += 100;
    expect(append(writer, numbered(2, 2))).toEqual(['written', 'written']);
    expect(segments()).toEqual([4]);
    expect(all()).toEqual(numbered(4));
  });

  it('is also what maxBytes makes, until a reader has removed a segment', () => {
    const writer = open({ segmentBytes: 400, maxBytes: 1_200 });
    const reader = SpoolReader.open(DIRECTORY, ['a', 'b'], options());
    const outcomes = append(writer, numbered(20));
    expect(outcomes.slice(-3)).toEqual(['full', 'full', 'full']);
    expect(writer.bytes).toBeLessThanOrEqual(1_200);
    const before = outcomes.filter((outcome) => outcome === 'written').length;
    reader.refresh();
    for (const sink of [0, 1]) reader.settle(sink, reader.read(sink, before));
    time += 600;
    reader.refresh();
    expect(append(writer, ['again'])).toEqual(['written']);
  });

  it('does not keep the cursors from being written, or nothing would ever leave the disk', () => {
    const writer = open({ segmentBytes: 400 });
    const reader = SpoolReader.open(DIRECTORY, ['a', 'b'], options());
    append(writer, numbered(20));
    const before = segments().length;
    disk.capacity = disk.used;
    reader.refresh();
    for (const sink of [0, 1]) reader.settle(sink, reader.read(sink, 15));
    time += 600;
    reader.refresh();
    expect(reader.failing).toBeUndefined();
    expect(segments().length).toBeLessThan(before);
  });
});

describe('a sync that fails', () => {
  it('is not tried again on the same file: the events are written to another one', () => {
    const writer = open();
    append(writer, numbered(3));
    disk.failingSyncs = 1;
    expect(writer.sync()).toBe(true);
    expect(writer.degraded).toBe(true);
    expect(segments()).toEqual([3, 3]);
    append(writer, numbered(1, 3));
    writer.sync();
    disk.losePower(() => 0);
    time += 2_000;
    expect(all()).toEqual(numbered(4));
  });

  it('refuses events while the disk does not take them elsewhere, and then gives them once', () => {
    const writer = open();
    append(writer, numbered(3));
    disk.failingSyncs = 2;
    expect(writer.sync()).toBe(false);
    expect(segments(), 'no heap of copies').toEqual([3]);
    expect(append(writer, ['no'])).toEqual(['failed']);
    time += 1_000;
    expect(append(writer, numbered(1, 3))).toEqual(['written']);
    expect(all()).toEqual(numbered(4));
  });

  it('is mended by close at once, if the disk lets it', () => {
    const writer = open();
    append(writer, numbered(3));
    disk.failingSyncs = 2;
    writer.sync();
    writer.close();
    disk.losePower(() => 0);
    time += 2_000;
    expect(all()).toEqual(numbered(3));
  });
});

describe('opening', () => {
  const refusing = (method: keyof SpoolFiles): SpoolOptions => {
    vi.spyOn(disk, method).mockImplementation(() => {
      throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    });
    return options();
  };

  it('throws for a directory that cannot be used, and says what to do', () => {
    const opening = refusing('makeDirectory');
    expect(() => SpoolWriter.open(DIRECTORY, [], opening)).toThrow(
      /"\/spool" cannot be used: .*EACCES.*; give a directory on a local disk .*SPOOL_UNUSABLE/,
    );
    expect(() => SpoolReader.open(DIRECTORY, [], opening)).toThrow(/SPOOL_UNUSABLE/);
  });

  it('throws for two sinks of one name, and for more than a mask has bits', () => {
    expect(() => SpoolWriter.open(DIRECTORY, ['a', 'a'], options())).toThrow(/INVALID_OPTION/);
    expect(() => SpoolReader.open(DIRECTORY, numbered(33), options())).toThrow(/INVALID_OPTION/);
  });
});
