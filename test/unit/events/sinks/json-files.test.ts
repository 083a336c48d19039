import { readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { jsonFilesSink } from '../../../../src/events/sinks/json-files.js';
import type { SinkEvent } from '../../../../src/events/sinks/sink.js';
import { sinkContract } from '../../../contract/sink.contract.js';
import { aBatch, anEvent, someEvents } from '../../../contract/sink-events.js';
import { aFolder, namesIn, removeFolders } from './folder.js';

removeFolders();
vi.stubEnv('TZ', 'Pacific/Kiritimati');
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const NAME = /^metrics_(\d{8}_\d{6}_\d{6}(?:_\d+)?)\.json$/;

/** An operation loses its id in a file; the others stand there as they are. */
function kept({ kind, json }: SinkEvent): string {
  return kind === 'operation' ? json.replace(/^\{"event_id":"[^"]*",/, '{') : json;
}

/** The text of each record: the file has one a line. */
function recordsIn(folder: string): string[] {
  return namesIn(folder).flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return text
      .slice(text.indexOf('\n') + 1, text.lastIndexOf('\n]'))
      .split('\n')
      .map((line) => line.replace(/,$/, ''));
  });
}

async function opened() {
  const folder = aFolder();
  const sink = jsonFilesSink({ directory: folder });
  await sink.open?.();
  return { folder, sink };
}

sinkContract({
  name: 'json files',
  repeated: 'twice',
  kept,
  open: () => {
    const folder = aFolder();
    const directory = join(folder, 'metrics/deep');
    return { sink: jsonFilesSink({ directory }), stored: () => recordsIn(directory), folder };
  },
  outage: ({ folder }) => {
    renameSync(join(folder, 'metrics'), join(folder, 'gone'));
    return () => renameSync(join(folder, 'gone'), join(folder, 'metrics'));
  },
  unstorable: () => ({ ...anEvent(), json: '{"event_id":"cut of' }),
});

describe('jsonFilesSink', () => {
  it('writes the format of the source: exactly these keys, in this order (S1.8)', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: new Date('2025-12-16T08:00:05.123Z') });
    const { sink, folder } = await opened();
    const operation = anEvent('operation', { a_key_of_later: 1 });
    await sink.write(aBatch([operation]));
    const [name = ''] = namesIn(folder);
    expect(name).toMatch(/^metrics_20251216_080005_123\d{3}\.json$/);
    const file = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const microseconds = name.slice(24, 30);
    expect(JSON.stringify(file)).toBe(
      JSON.stringify({
        records: [
          {
            operation_type: 'database_query',
            operation_name: 'SELECT products',
            duration_ms: 42.5,
            timestamp: '2025-12-16T08:00:00.250000+00:00',
            success: true,
            error_message: null,
            metadata: JSON.parse(operation.json).metadata,
          },
        ],
        batch_timestamp: `2025-12-16T08:00:05.${microseconds}+00:00`,
        batch_id: `20251216_080005_${microseconds}`,
        total_records: 1,
      }),
    );
  });

  it('keeps metrics and wide events in their own fields', async () => {
    const { sink, folder } = await opened();
    const events = [anEvent('metric'), anEvent('wide')];
    await sink.write(aBatch(events));
    const { records } = JSON.parse(readFileSync(join(folder, namesIn(folder)[0] ?? ''), 'utf8'));
    expect(records).toEqual(events.map(({ json }) => JSON.parse(json)));
  });

  it('an empty batch writes no file (S1.18)', async () => {
    const { sink, folder } = await opened();
    await sink.write(aBatch([]));
    sink.writeSync?.(aBatch([]));
    expect(namesIn(folder)).toEqual([]);
  });

  it('puts at most 1,000 records into a file (S1.6)', async () => {
    const { sink, folder } = await opened();
    const events = someEvents(2_001);
    await sink.write(aBatch(events));
    const files = namesIn(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
    expect(files.map(({ total_records, records }) => [total_records, records.length])).toEqual([
      [1_000, 1_000],
      [1_000, 1_000],
      [1, 1],
    ]);
    expect(recordsIn(folder)).toEqual(events.map(kept));
  });

  it('two batches of one microsecond are two files, of this and of another process (B4)', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: new Date('2025-12-16T08:00:05.123Z') });
    const { sink, folder } = await opened();
    const other = jsonFilesSink({ directory: folder });
    const batches = [someEvents(2), someEvents(2), someEvents(2), someEvents(2)];
    await Promise.all([
      sink.write(aBatch(batches[0]!)),
      other.write(aBatch(batches[1]!)),
      sink.write(aBatch(batches[2]!)),
    ]);
    sink.writeSync?.(aBatch(batches[3]!));
    const names = namesIn(folder);
    expect(names.map((name) => name.slice(30))).toEqual(['.json', '_1.json', '_2.json', '_3.json']);
    expect(recordsIn(folder).sort()).toEqual(batches.flat().map(kept).sort());
    for (const name of names) {
      expect(JSON.parse(readFileSync(join(folder, name), 'utf8')).batch_id).toBe(NAME.exec(name)?.[1]);
    }
  });

  it('leaves no file of its name behind a write that failed, and says what of the batch is stored', async () => {
    const { sink, folder } = await opened();
    const handle = await open(join(aFolder(), 'any'), 'w');
    await handle.close();
    const prototype: FileHandle = Object.getPrototypeOf(handle);
    const sync = vi.spyOn(prototype, 'sync');
    sync.mockRejectedValueOnce(new Error('EIO: i/o error, fsync'));
    const events = someEvents(1_500);
    await expect(sink.write(aBatch(events))).rejects.toThrow('EIO');
    expect(namesIn(folder)).toEqual([]);
    sync.mockRestore();
    const writeFile = prototype.writeFile;
    vi.spyOn(prototype, 'writeFile')
      .mockImplementationOnce(function (this: FileHandle, text) {
        return writeFile.call(this, text);
      })
      .mockRejectedValueOnce(new Error('ENOSPC: no space left on device'));
    const receipt = await sink.write(aBatch(events));
    expect(receipt?.failures.map(({ index }) => index)).toEqual(
      Array.from({ length: 500 }, (_, index) => 1_000 + index),
    );
    expect(receipt?.failures[0]).toMatchObject({ reason: /ENOSPC/, permanent: false });
    expect(recordsIn(folder)).toEqual(events.slice(0, 1_000).map(kept));
  });

  it('syncs the file and its directory before it says that the batch is stored', async () => {
    const { sink } = await opened();
    const handle = await open(join(aFolder(), 'any'), 'w');
    await handle.close();
    const sync = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'sync');
    await sink.write(aBatch(someEvents(3)));
    expect(sync).toHaveBeenCalledTimes(2);
  });

  it('removes at open what a crash left half written, and nothing that another process may be writing', async () => {
    const folder = aFolder();
    const [old, fresh] = ['.metrics_20251216_080005_123456.json.tmp', '.metrics_20251216_080005_123457.json.tmp'];
    for (const name of [old, fresh, 'other.tmp']) writeFileSync(join(folder, name), '{"records":[');
    for (const name of [old, 'other.tmp']) utimesSync(join(folder, name), 1_000, 1_000);
    await jsonFilesSink({ directory: folder }).open?.();
    expect(namesIn(folder)).toEqual([fresh, 'other.tmp']);
  });

  it('is a coded error at open where nothing can be written (S1.2)', async () => {
    const folder = aFolder();
    writeFileSync(join(folder, 'file'), '');
    const under = jsonFilesSink({ directory: join(folder, 'file/metrics') });
    await expect(under.open?.()).rejects.toMatchObject({ code: 'SINK_NOT_WRITABLE' });
    // Where not even root may write.
    const proc = jsonFilesSink({ directory: '/proc/self' });
    await expect(proc.open?.()).rejects.toMatchObject({ code: 'SINK_NOT_WRITABLE', message: /json_files.*\/proc/ });
  });

  it('deletes what is older than the days that it keeps', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: new Date('2025-12-31T12:00:00Z') });
    const folder = aFolder();
    const [gone, stays] = ['metrics_20251201_235959_999999.json', 'metrics_20251202_000000_000000.json'];
    for (const name of [gone, stays]) writeFileSync(join(folder, name), '{}');
    const sink = jsonFilesSink({ directory: folder, retentionDays: 30 });
    await sink.open?.();
    expect(namesIn(folder)).toEqual([stays]);
    await vi.advanceTimersByTimeAsync(12 * 3_600_000);
    await vi.waitFor(() => expect(namesIn(folder)).toEqual([]));
    await sink.close?.();
  });

  it('warns where it cannot delete, and goes on', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const folder = aFolder();
    const directory = join(folder, 'metrics');
    const sink = jsonFilesSink({ directory, retentionDays: 30, name: 'mine' });
    await sink.open?.();
    renameSync(directory, join(folder, 'gone'));
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await vi.advanceTimersByTimeAsync(3_600_000);
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/mine.*ENOENT/), {
      type: 'PromptheusWarning',
      code: 'PROMPTHEUS_RETENTION',
    });
    await sink.close?.();
  });
});
