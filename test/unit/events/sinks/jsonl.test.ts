import { appendFileSync, existsSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type JsonlSinkOptions, jsonlSink } from '../../../../src/events/sinks/jsonl.js';
import { sinkContract } from '../../../contract/sink.contract.js';
import { aBatch, anEvent, someEvents } from '../../../contract/sink-events.js';
import { aFolder, linesOfFile, namesIn, removeFolders } from './folder.js';

removeFolders();
// A day ahead of UTC: a local date would show.
vi.stubEnv('TZ', 'Pacific/Kiritimati');
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function opened(options: Omit<JsonlSinkOptions, 'path'> = {}) {
  const folder = aFolder();
  const path = join(folder, 'metrics.jsonl');
  const sink = jsonlSink({ path, ...options });
  await sink.open?.();
  return { sink, path, folder };
}

function at(iso: string): void {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: new Date(iso) });
}

sinkContract({
  name: 'jsonl',
  repeated: 'twice',
  open: () => {
    const folder = aFolder();
    const path = join(folder, 'deep/er/metrics.jsonl');
    return { sink: jsonlSink({ path }), stored: () => (existsSync(path) ? linesOfFile(path) : []), folder };
  },
  outage: ({ folder }) => {
    renameSync(join(folder, 'deep'), join(folder, 'gone'));
    return () => renameSync(join(folder, 'gone'), join(folder, 'deep'));
  },
  unstorable: () => ({ ...anEvent(), json: '{"event_id":"x"\n}' }),
});

describe('jsonlSink', () => {
  it('writes at once what a synchronous pipeline gives it', async () => {
    const { sink, path } = await opened();
    appendFileSync(path, '{"torn');
    const events = someEvents(3);
    const bad = { ...anEvent(), json: '{\n}' };
    expect(sink.writeSync?.(aBatch([bad, ...events]))).toMatchObject({ failures: [{ index: 0, permanent: true }] });
    expect(linesOfFile(path)).toEqual(['{"torn', ...events.map(({ json }) => json)]);
  });

  it('never lets a line run into what a crash left of another', async () => {
    const { sink, path } = await opened();
    const [first, second, third] = [anEvent(), anEvent(), anEvent()];
    await sink.write(aBatch([first]));
    appendFileSync(path, second.json.slice(0, 20));
    await sink.write(aBatch([second]));
    await sink.write(aBatch([third]));
    expect(linesOfFile(path)).toEqual([first.json, second.json.slice(0, 20), second.json, third.json]);
  });

  it('finds its place when the file was moved away, as logrotate does', async () => {
    const { sink, path, folder } = await opened();
    const [first, second] = [anEvent(), anEvent()];
    await sink.write(aBatch([first]));
    renameSync(path, join(folder, 'moved'));
    await sink.write(aBatch([second]));
    expect(linesOfFile(path)).toEqual([second.json]);
    expect(linesOfFile(join(folder, 'moved'))).toEqual([first.json]);
  });

  it('rejects when the disk is full', async () => {
    const sink = jsonlSink({ path: '/dev/full' });
    await expect(sink.write(aBatch(someEvents(2)))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(() => sink.writeSync?.(aBatch(someEvents(2)))).toThrow('ENOSPC');
  });

  it('is a coded error at open where nothing can be written', async () => {
    const folder = aFolder();
    writeFileSync(join(folder, 'file'), '');
    const under = jsonlSink({ path: join(folder, 'file/metrics.jsonl') });
    await expect(under.open?.()).rejects.toMatchObject({ code: 'SINK_NOT_WRITABLE', message: /ENOTDIR|EEXIST/ });
    const directory = jsonlSink({ path: folder });
    await expect(directory.open?.()).rejects.toMatchObject({ code: 'SINK_NOT_WRITABLE', message: /EISDIR/ });
  });

  it.each([
    ['path must be a path', {}],
    ['path must be a text', { path: 7 }],
    ['no option "file"', { path: 'a', file: 'b' }],
    ['rotate: bytes must be a whole number', { path: 'a', rotate: { bytes: 0.5 } }],
    ['rotate: there is no option "hourly"', { path: 'a', rotate: { hourly: true } }],
    ['daily must be true or false', { path: 'a', rotate: { daily: 'yes' } }],
    ['retentionDays must be a whole number', { path: 'a', retentionDays: -1 }],
  ])('says that %s', (message, options) => {
    expect(() => jsonlSink(options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(message) }),
    );
  });
});

describe('rotation', () => {
  it('puts the file aside before it is larger than it may be, named by its last write, and loses no line', async () => {
    const { sink, folder } = await opened({ rotate: { bytes: 2_000 } });
    const events = someEvents(40);
    for (const event of events) await sink.write(aBatch([event]));
    const files = namesIn(folder);
    expect(files.length).toBeGreaterThan(3);
    expect(files.at(0)).toBe('metrics.jsonl');
    for (const file of files.slice(1)) expect(file).toMatch(/^metrics_\d{8}_\d{6}_\d{6}\.jsonl$/);
    for (const file of files) expect(readFileSync(join(folder, file)).length).toBeLessThanOrEqual(2_000);
    const lines = [...files.slice(1), 'metrics.jsonl'].flatMap((file) => linesOfFile(join(folder, file)));
    expect(lines).toEqual(events.map(({ json }) => json));
  });

  it('keeps as many files as it was told, the newest', async () => {
    const { sink, folder } = await opened({ rotate: { bytes: 1, keep: 2 } });
    const events = someEvents(6);
    for (const event of events) await sink.write(aBatch([event]));
    const [live = '', ...asides] = namesIn(folder);
    expect(asides).toHaveLength(2);
    const lines = [...asides, live].flatMap((file) => linesOfFile(join(folder, file)));
    expect(lines).toEqual(events.slice(3).map(({ json }) => json));
  });

  it('begins a file with the first line of a UTC day, whatever the zone', async () => {
    const { sink, path, folder } = await opened({ rotate: { daily: true } });
    const [first, second, third] = [anEvent(), anEvent(), anEvent()];
    await sink.write(aBatch([first]));
    utimesSync(path, new Date('2025-12-15T23:59:59.250Z'), new Date('2025-12-15T23:59:59.250Z'));
    at('2025-12-16T00:00:00.000Z');
    sink.writeSync?.(aBatch([second]));
    utimesSync(path, new Date(), new Date());
    await sink.write(aBatch([third]));
    expect(namesIn(folder)).toEqual(['metrics.jsonl', 'metrics_20251215_235959_250000.jsonl']);
    expect(linesOfFile(path)).toEqual([second.json, third.json]);
  });

  it('overwrites nothing where two files end in one microsecond', async () => {
    const { sink, path, folder } = await opened({ rotate: { daily: true } });
    for (let round = 0; round < 3; round++) {
      await sink.write(aBatch([anEvent()]));
      utimesSync(path, 1_000, 1_000);
    }
    await sink.write(aBatch([anEvent()]));
    expect(namesIn(folder)).toEqual([
      'metrics.jsonl',
      'metrics_19700101_001640_000000.jsonl',
      'metrics_19700101_001640_000000_1.jsonl',
      'metrics_19700101_001640_000000_2.jsonl',
    ]);
  });

  it('deletes what is too old at open and every hour, without a line being written', async () => {
    at('2025-12-16T10:00:00.000Z');
    const folder = aFolder();
    const path = join(folder, 'events.jsonl');
    const names = [
      'events_20251115_235959_999999.jsonl',
      'events_20251116_000000_000000.jsonl',
      'events_20251117_000000_000000.jsonl',
      'events_20251215_000000_000000_1.jsonl',
      'eventsource_20200101_000000_000000.jsonl',
      'metrics_20200101_000000_000000.json',
    ];
    for (const name of names) writeFileSync(join(folder, name), '{}\n');
    writeFileSync(path, '{}\n');
    utimesSync(path, new Date('2025-12-15T20:00:00Z'), new Date('2025-12-15T20:00:00Z'));
    const sink = jsonlSink({ path, retentionDays: 30 });
    await sink.open?.();
    const swept = ['events_20251215_200000_000000.jsonl', ...names.slice(2)];
    expect(namesIn(folder)).toEqual(swept.sort());
    await vi.advanceTimersByTimeAsync(24 * 3_600_000);
    await sink.close?.();
    expect(namesIn(folder)).toEqual(swept.filter((name) => !name.includes('20251117')));
  });
});

describe('the calls to the system', () => {
  /** The class of the handles that node:fs/promises opens. */
  async function handles(): Promise<FileHandle> {
    const handle = await open(join(aFolder(), 'any'), 'w');
    await handle.close();
    return Object.getPrototypeOf(handle);
  }

  it('100 records are one write (S0.9)', async () => {
    const { sink, path } = await opened();
    const prototype = await handles();
    const writes = (['write', 'writev', 'writeFile', 'appendFile'] as const).map((name) => vi.spyOn(prototype, name));
    const events = someEvents(100);
    await sink.write(aBatch(events));
    expect(writes.map(({ mock }) => mock.calls.length)).toEqual([1, 0, 0, 0]);
    expect(linesOfFile(path)).toEqual(events.map(({ json }) => json));
  });

  it('a disk that gets full in the middle has stored what it took, and the rest comes on lines of its own', async () => {
    const { sink, path } = await opened();
    const events = someEvents(5);
    const room = `${events[0]?.json}\n${events[1]?.json}\n`.length + 10;
    const prototype = await handles();
    const write = prototype.write;
    vi.spyOn(prototype, 'write')
      .mockImplementationOnce(function (this: FileHandle, bytes: Buffer) {
        return write.call(this, bytes.subarray(0, room) as never);
      } as never)
      .mockRejectedValueOnce(new Error('ENOSPC: no space left on device'));
    const receipt = await sink.write(aBatch(events));
    const reason = 'Error: ENOSPC: no space left on device';
    expect(receipt?.failures).toEqual([2, 3, 4].map((index) => ({ index, reason, permanent: false })));
    await sink.write(aBatch(events.slice(2)));
    const lines = events.map(({ json }) => json);
    expect(linesOfFile(path)).toEqual([lines[0], lines[1], lines[2]?.slice(0, 10), ...lines.slice(2)]);
  });

  it('an event of which only the end of its line found no room is stored, once', async () => {
    const { sink, path } = await opened();
    const events = someEvents(3);
    const prototype = await handles();
    const write = prototype.write;
    vi.spyOn(prototype, 'write')
      .mockImplementationOnce(function (this: FileHandle, bytes: Buffer) {
        return write.call(this, bytes.subarray(0, Buffer.byteLength(events[0]?.json ?? '')) as never);
      } as never)
      .mockRejectedValueOnce(new Error('ENOSPC: no space left on device'));
    const receipt = await sink.write(aBatch(events));
    expect(receipt?.failures.map(({ index }) => index)).toEqual([1, 2]);
    await sink.write(aBatch(events.slice(1)));
    expect(linesOfFile(path)).toEqual(events.map(({ json }) => json));
  });
});
