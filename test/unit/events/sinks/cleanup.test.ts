import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cleanupOldMetrics } from '../../../../src/events/sinks/cleanup.js';
import { eraseEvents } from '../../../../src/events/sinks/erase.js';
import { jsonFilesSink } from '../../../../src/events/sinks/json-files.js';
import { jsonlSink } from '../../../../src/events/sinks/jsonl.js';
import { aBatch, anEvent, someEvents } from '../../../contract/sink-events.js';
import { aFolder, linesOfFile, namesIn, removeFolders } from './folder.js';

removeFolders();
vi.stubEnv('TZ', 'Pacific/Kiritimati');
afterEach(() => void vi.useRealTimers());

function folderOf(...names: string[]): string {
  const folder = aFolder();
  for (const name of names) writeFileSync(join(folder, name), '{}');
  return folder;
}

describe('cleanupOldMetrics', () => {
  const OLD = [
    '.metrics_20251001_000000_000000.json.tmp',
    'metrics_20241216_080005.json',
    'metrics_20251201_080005_123456.json',
    'metrics_20251201_080005_123456_1.json',
    'metrics_20251201_235959_999999.jsonl',
  ];
  const STAYS = [
    'metrics.jsonl',
    'metrics_20251202_000000_000000.json',
    'metrics_20260101_000000_000000.json',
    'metrics_of_2020.json',
    'metrics_20200101.csv',
    'old_metrics_20200101_000000_000000.json',
  ];

  it('deletes the files of metrics whose UTC day began more than 30 days ago, by their name, and says which', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2025-12-31T00:00:00.001Z') });
    const folder = folderOf(...OLD, ...STAYS);
    expect(await cleanupOldMetrics(folder)).toEqual(OLD);
    expect(namesIn(folder)).toEqual([...STAYS].sort());
    expect(await cleanupOldMetrics(folder)).toEqual([]);
  });

  it('goes by the UTC date, not by the local one (B36)', async () => {
    // 31 December, 13:59 in Kiritimati.
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2025-12-30T23:59:59.999Z') });
    const folder = folderOf('metrics_20251130_235959_999999.json', 'metrics_20251201_000000_000000.json');
    expect(await cleanupOldMetrics(folder, 30)).toEqual(['metrics_20251130_235959_999999.json']);
  });

  it('0 days keep nothing of today', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2025-12-31T12:00:00Z') });
    const folder = folderOf('metrics_20251231_000000_000000.json', 'metrics_20260101_000000_000000.json');
    expect(await cleanupOldMetrics(folder, 0)).toEqual(['metrics_20251231_000000_000000.json']);
  });

  it.each([-1, Number.NaN, '30'])('refuses %j days', async (days) => {
    await expect(cleanupOldMetrics(aFolder(), days as number)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('rejects where there is no such directory', async () => {
    await expect(cleanupOldMetrics(join(aFolder(), 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('eraseEvents', () => {
  const ofUser = (hash: string) => (event: Readonly<Record<string, unknown>>) =>
    (event.metadata as { user_hash?: unknown } | undefined)?.user_hash === hash || event.user_hash === hash;

  it('erases one person from batch files and lines, and leaves everything else as it was', async () => {
    const folder = aFolder();
    const files = jsonFilesSink({ directory: folder });
    const lines = jsonlSink({ path: join(folder, 'events.jsonl'), rotate: { bytes: 1 } });
    const [others, theirs] = [
      [anEvent('operation', { metadata: { user_hash: 'b' } }), anEvent('wide', { text: '\u2028\ud800' })],
      [anEvent('operation', { metadata: { user_hash: 'a' } }), anEvent('metric', { user_hash: 'a' })],
    ];
    await files.write(aBatch([others[0]!, ...theirs, others[1]!]));
    await files.write(aBatch(theirs));
    await lines.write(aBatch([...theirs, ...others]));
    await lines.write(aBatch([theirs[0]!]));
    await lines.write(aBatch(others));
    const [aside = '', emptied = '', live = '', mixed = '', deleted = ''] = [
      ...namesIn(folder).filter((name) => name.startsWith('events_')),
      ...namesIn(folder).filter((name) => !name.startsWith('events_')),
    ];
    const before = statSync(join(folder, aside)).mtimeMs;

    const erasure = await eraseEvents(folder, ofUser('a'));
    expect(erasure).toEqual({ erased: 7, files: [aside, emptied, mixed, deleted].sort(), unreadable: 0 });
    expect(namesIn(folder)).toEqual([live, aside, mixed].sort());
    const kept = others.map(({ json }) => json);
    expect(linesOfFile(join(folder, live))).toEqual(kept);
    expect(linesOfFile(join(folder, aside))).toEqual(kept);
    expect(statSync(join(folder, aside)).mtimeMs).toBeCloseTo(before, 0);
    const { records, total_records, batch_id } = JSON.parse(readFileSync(join(folder, mixed), 'utf8'));
    const { event_id: _, ...operation } = JSON.parse(others[0]!.json);
    expect([records, total_records]).toEqual([[operation, JSON.parse(others[1]!.json)], 2]);
    expect(mixed).toBe(`metrics_${batch_id}.json`);
    expect(await eraseEvents(folder, ofUser('a'))).toEqual({ erased: 0, files: [], unreadable: 0 });
  });

  it('keeps what it cannot read, and says so', async () => {
    const folder = aFolder();
    const [event, theirs] = [anEvent(), anEvent('metric', { user_hash: 'a' })];
    writeFileSync(join(folder, 'events.jsonl'), `{"torn\n\n${event.json}\n${theirs.json}\n{"cut of`);
    writeFileSync(join(folder, 'metrics_20251216_080005_123456.json'), '{"records":[');
    writeFileSync(join(folder, '.metrics_20251216_080005_123457.json.tmp'), '{"records":[');
    expect(await eraseEvents(folder, ofUser('a'))).toEqual({ erased: 1, files: ['events.jsonl'], unreadable: 3 });
    expect(linesOfFile(join(folder, 'events.jsonl'))).toEqual(['{"torn', event.json, '{"cut of']);
  });

  it('reads a file in pieces, whatever they cut', async () => {
    const folder = aFolder();
    const events = someEvents(2_000).flatMap((event, index) =>
      index % 2 ? [anEvent('metric', { user_hash: 'a', text: 'é😀'.repeat(index % 97) })] : [event],
    );
    const path = join(folder, 'events.jsonl');
    writeFileSync(path, events.map(({ json }) => `${json}\n`).join(''));
    expect(await eraseEvents(folder, ofUser('a'))).toMatchObject({ erased: 1_000, unreadable: 0 });
    expect(linesOfFile(path)).toEqual(events.filter((_, index) => index % 2 === 0).map(({ json }) => json));
  });

  it.each<[string, () => unknown]>([
    ['a promise', async () => false],
    ['nothing', () => undefined],
    ['a text', () => 'no'],
  ])('refuses a predicate that gives %s, and changes nothing', async (_what, predicate) => {
    const folder = aFolder();
    await jsonFilesSink({ directory: folder }).write(aBatch([anEvent()]));
    writeFileSync(join(folder, 'events.jsonl'), `${anEvent().json}\n`);
    const contents = () => namesIn(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
    const before = contents();
    await expect(eraseEvents(folder, predicate as () => boolean)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(contents()).toEqual(before);
  });

  it('an error of the predicate ends it, and the file stays', async () => {
    const folder = aFolder();
    const path = join(folder, 'events.jsonl');
    writeFileSync(path, `${anEvent().json}\n`);
    utimesSync(path, 1_000, 1_000);
    const failing = () => {
      throw new Error('not mine');
    };
    await expect(eraseEvents(folder, failing)).rejects.toThrow('not mine');
    expect(namesIn(folder)).toEqual(['events.jsonl']);
  });
});
