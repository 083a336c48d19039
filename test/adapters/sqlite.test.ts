import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sqliteSink } from '../../adapters/sqlite/index.js';
import { sinkContract } from '../contract/sink.contract.js';
import { aBatch, anEvent, someEvents } from '../contract/sink-events.js';
import { aFolder, removeFolders } from '../unit/events/sinks/folder.js';
import { change, read, storedIn } from './sqlite-database.js';

removeFolders();
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const FIRST = 'dist/cjs/adapters/sqlite/adapter.js';

/** Someone else who holds the one lock that writers need. */
function lock(path: string): () => void {
  const other = new DatabaseSync(path);
  other.exec('BEGIN IMMEDIATE');
  return () => other.close();
}

async function opened(options: object = {}) {
  const path = join(aFolder(), 'events.db');
  const sink = sqliteSink({ path, ...options });
  await sink.open?.();
  return { sink, path };
}

sinkContract({
  name: 'sqlite',
  repeated: 'once',
  open: () => {
    const path = join(aFolder(), 'deep/er/events.db');
    return { sink: sqliteSink({ path }), stored: () => storedIn(path), path };
  },
  outage: ({ path }) => lock(path),
  unstorable: () => ({ ...anEvent(), json: '{"event_id":"cut of' }),
});

describe('sqliteSink', () => {
  it('has the well-known fields as columns', async () => {
    const { sink, path } = await opened();
    const events = someEvents(3);
    await sink.write(aBatch(events));
    const columns =
      'kind, timestamp, metric_name, value, operation_type, operation_name, success, request_id, method, route';
    const more = 'status_code, duration_ms, outcome, company_id, error_code';
    const [metric, operation, wide] = read(path, `SELECT ${columns}, ${more} FROM events ORDER BY rowid`);
    const given = events.map(({ json }) => JSON.parse(json));
    const timestamp = '2025-12-16T08:00:00.250000+00:00';
    const named = (row: object | undefined) =>
      Object.fromEntries(Object.entries(row ?? {}).filter(([, v]) => v !== null));
    expect(named(metric)).toEqual({ kind: 'metric', timestamp, metric_name: 'worker_seconds', value: given[0].value });
    expect(named(operation)).toEqual({
      kind: 'operation',
      timestamp,
      operation_type: 'database_query',
      operation_name: 'SELECT products',
      success: 1,
      duration_ms: 42.5,
    });
    expect(named(wide)).toEqual({
      kind: 'wide',
      timestamp,
      request_id: given[2].request_id,
      method: 'POST',
      route: '/ask',
      status_code: 503,
      duration_ms: 1200.5,
      outcome: 'error',
      company_id: 'acme',
      error_code: 'RATE_LIMIT',
    });
  });

  it.each([
    [1_765_872_000, '2025-12-16T08:00:00.000000+00:00'],
    [1_765_872_000.123457, '2025-12-16T08:00:00.123457+00:00'],
    [1_765_871_999.9999995, '2025-12-16T07:59:59.999999+00:00'],
  ])('writes the seconds %d as %s', async (timestamp, text) => {
    const { sink, path } = await opened();
    await sink.write(aBatch([anEvent('metric', { timestamp })]));
    expect(storedIn(path, 'events', 'timestamp')).toEqual([text]);
  });

  it('finds a time and a request by an index', async () => {
    const { path } = await opened();
    const plan = (where: string) => read(path, `EXPLAIN QUERY PLAN SELECT json FROM events WHERE ${where}`)[0]?.detail;
    expect(plan("timestamp >= '2025-12-16'")).toMatch(/USING INDEX events_timestamp/);
    expect(plan("request_id = 'r'")).toMatch(/USING INDEX events_request_id/);
    expect(plan("event_id = 'e'")).toMatch(/USING INDEX/);
  });

  it('a batch is one transaction: a reader sees all of it or nothing', async () => {
    const { sink, path } = await opened();
    await sink.write(aBatch(someEvents(10)));
    const reader = new DatabaseSync(path);
    reader.exec('BEGIN');
    const count = reader.prepare('SELECT count(*) AS n FROM events');
    expect(count.get()?.n).toBe(10);
    await sink.write(aBatch(someEvents(10)));
    expect(count.get()?.n).toBe(10);
    reader.exec('COMMIT');
    expect(count.get()?.n).toBe(20);
    reader.close();
    expect(read(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  });

  it('begins a new file where its own was moved or deleted: nothing that is stored is where nobody finds it', async () => {
    const { sink, path } = await opened();
    await sink.write(aBatch(someEvents(2)));
    for (const end of ['', '-wal', '-shm']) renameSync(path + end, `${path}.old${end}`);
    await sink.write(aBatch([anEvent()]));
    expect([storedIn(path).length, storedIn(`${path}.old`).length]).toEqual([1, 2]);
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
    await sink.write(aBatch(someEvents(3)));
    expect(storedIn(path)).toHaveLength(3);
  });

  it('two sinks have tables of their own in one database', async () => {
    const { sink, path } = await opened();
    const other = sqliteSink({ path, table: 'Slow_2', name: 'slow' });
    await other.open?.();
    const [event, slow] = [anEvent(), anEvent()];
    await sink.write(aBatch([event]));
    await other.write(aBatch([slow]));
    expect([storedIn(path), storedIn(path, 'Slow_2')]).toEqual([[event.json], [slow.json]]);
    expect([sink.name, other.name]).toEqual(['sqlite', 'slow']);
  });

  it('deletes what is older than the days that it keeps, at open and every hour, and overwrites it', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: new Date('2026-01-15T08:00:00.250Z') });
    const { sink, path } = await opened();
    const old = Array.from({ length: 2_500 }, () => anEvent('metric', { worker: 'the-old-one' }));
    const exact = anEvent('wide');
    const kept = anEvent('metric', { timestamp: 1_765_875_600.25 });
    await sink.write(aBatch([anEvent('metric', { timestamp: 1_765_872_000.249999 }), ...old, exact, kept]));
    await sink.close?.();
    const keeping = sqliteSink({ path, retentionDays: 30 });
    await keeping.open?.();
    expect(storedIn(path)).toHaveLength(2_502);
    await vi.advanceTimersByTimeAsync(3_600_000);
    await vi.waitFor(() => expect(storedIn(path)).toEqual([kept.json]));
    await keeping.close?.();
    expect(readFileSync(path).includes('the-old-one')).toBe(false);
  });
});

describe('a database that cannot be used', () => {
  it('is a coded error where the file is no database', async () => {
    const path = join(aFolder(), 'events.db');
    writeFileSync(path, 'name,value\n'.repeat(1_000));
    await expect(sqliteSink({ path }).open?.()).rejects.toMatchObject({
      code: 'SQLITE_UNUSABLE',
      message: /not a database/,
    });
  });

  it('is a coded error where it belongs to another application, or to a newer version', async () => {
    const path = join(aFolder(), 'events.db');
    change(path, 'PRAGMA user_version = 7');
    await expect(sqliteSink({ path }).open?.()).rejects.toMatchObject({
      code: 'SQLITE_UNUSABLE',
      message: /another application.*user_version 7/,
    });
    const ours = await opened();
    await ours.sink.close?.();
    change(ours.path, 'PRAGMA user_version = 2');
    await expect(sqliteSink({ path: ours.path }).open?.()).rejects.toMatchObject({
      code: 'SQLITE_UNUSABLE',
      message: /version 2, of a newer promptheus/,
    });
  });

  it('is a coded error where a table of that name has other columns', async () => {
    const path = join(aFolder(), 'events.db');
    change(path, 'CREATE TABLE events (id INTEGER)');
    await expect(sqliteSink({ path }).open?.()).rejects.toMatchObject({ code: 'SQLITE_UNUSABLE' });
  });

  it('is a coded error where the file is a directory', async () => {
    const path = join(aFolder(), 'events.db');
    mkdirSync(path);
    await expect(sqliteSink({ path }).open?.()).rejects.toMatchObject({ code: 'SINK_NOT_WRITABLE' });
  });

  it('is a coded error where Node has no SQLite', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    const sink = sqliteSink({ path: join(aFolder(), 'events.db') });
    await expect(sink.open?.()).rejects.toMatchObject({ code: 'SQLITE_MISSING' });
  });

  it('says so when it is damaged while it is used, and goes on with a file that is whole', async () => {
    const { sink, path } = await opened();
    await sink.write(aBatch(someEvents(200)));
    await sink.close?.();
    const whole = readFileSync(path);
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 4_096);
    writeFileSync(path, damaged);
    const next = sqliteSink({ path });
    await Promise.resolve(next.open?.()).catch(() => undefined);
    const batch = aBatch(someEvents(5));
    const error = await Promise.resolve(next.write(batch)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'SQLITE_UNUSABLE', message: /malformed/ });
    expect(error).not.toHaveProperty('permanent');
    for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
    writeFileSync(path, whole);
    await next.write(batch);
    expect(storedIn(path)).toHaveLength(205);
    await next.close?.();
  });

  it('rejects when the disk is full, keeps what was stored, and takes the batch when there is room', async () => {
    const path = join(aFolder(), 'events.db');
    const script = `
      const { createSink } = require('./${FIRST}');
      const sink = createSink({ name: 'sqlite', path: ${JSON.stringify(path)}, table: 'events' });
      process.on('SIGXFSZ', () => {});
      const batch = (first, count) => ({ id: 'b', events: Array.from({ length: count }, (_, n) => ({
        id: 'e' + (first + n), kind: 'wide', critical: false, json: JSON.stringify({ timestamp: 1, text: 'x'.repeat(1000) }) })) });
      (async () => {
        await sink.open();
        await sink.write(batch(0, 10));
        const error = await sink.write(batch(10, 2000)).catch((reason) => reason);
        console.log(error.message, error.permanent);
        await sink.write(batch(10, 10));
        sink.close();
      })();`;
    // 512 blocks of a KB: what a full disk is to one file.
    const run = spawnSync('bash', ['-c', 'ulimit -f 512; exec "$0" -e "$1"', process.execPath, script], {
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/^(database or disk is full|disk I\/O error) undefined\n$/);
    expect(storedIn(path, 'events', 'event_id')).toEqual(Array.from({ length: 20 }, (_, n) => `e${n}`));
  });
});
