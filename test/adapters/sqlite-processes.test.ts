import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sqliteSink } from '../../adapters/sqlite/index.js';
import { APPLICATION_ID } from '../../adapters/sqlite/schema.js';
import { aBatch, someEvents } from '../contract/sink-events.js';
import { aFolder, removeFolders } from '../unit/events/sinks/folder.js';
import { read, storedIn } from './sqlite-database.js';

removeFolders();
afterEach(() => {
  vi.restoreAllMocks();
});

const FIRST = 'dist/cjs/adapters/sqlite/adapter.js';

describe('processes that share one database of sqliteSink', () => {
  it('one that makes the table while another looks whose file it is does not make it a stranger', async () => {
    const path = join(aFolder(), 'events.db');
    const { prepare } = DatabaseSync.prototype;
    let made = false;
    vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql: string) {
      if (sql === 'PRAGMA user_version' && !made) {
        made = true;
        const other = new DatabaseSync(path);
        try {
          other.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`);
        } catch (error) {
          expect(error).toMatchObject({ errcode: 5 });
        }
        other.close();
      }
      return prepare.call(this, sql);
    });
    const sink = sqliteSink({ path });
    await sink.open?.();
    expect(made).toBe(true);
    await sink.write(aBatch(someEvents(3)));
    await sink.close?.();
    expect(storedIn(path)).toHaveLength(3);
  });

  it('eight that start at once on one new file and write as they please lose nothing', async () => {
    const path = join(aFolder(), 'events.db');
    const script = `
      const { createSink } = require('./${FIRST}');
      const sink = createSink({ name: 'sqlite', path: ${JSON.stringify(path)}, table: 'events' });
      (async () => {
        await sink.open();
        for (let round = 0; round < 20; round++) {
          const events = Array.from({ length: 10 }, (_, n) => ({ id: process.argv[1] + '-' + round + '-' + n, kind: 'metric', json: '{"timestamp":1}' }));
          for (;;) {
            try { await sink.write({ id: 'b', events }); break; } catch (error) { if (error.errcode !== 5) throw error; }
          }
        }
        sink.close();
      })();`;
    const children = Array.from({ length: 8 }, (_, n) =>
      spawn(process.execPath, ['-e', script, `p${n}`], { stdio: 'inherit' }),
    );
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual(Array(8).fill(0));
    expect(read(path, 'SELECT count(*) AS n FROM events')).toEqual([{ n: 1_600 }]);
  });

  it('one that is killed in the middle leaves whole batches', async () => {
    const path = join(aFolder(), 'events.db');
    const script = `
      const { createSink } = require('./${FIRST}');
      const sink = createSink({ name: 'sqlite', path: ${JSON.stringify(path)}, table: 'events' });
      (async () => {
        await sink.open();
        for (let round = 0; ; round++) {
          await sink.write({ id: 'b', events: Array.from({ length: 50 }, (_, n) => ({ id: round + '-' + n, kind: 'metric', json: '{"timestamp":1}' })) });
          console.log(round);
        }
      })();`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    for await (const text of child.stdout) {
      told += String(text);
      if (told.includes('\n20\n')) break;
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    const rounds = told.trim().split('\n').length;
    const [{ n } = { n: 0 }] = read(path, 'SELECT count(*) AS n FROM events');
    expect(Number(n) % 50).toBe(0);
    expect(Number(n)).toBeGreaterThanOrEqual(rounds * 50);
    const again = sqliteSink({ path });
    await again.open?.();
    await again.write(aBatch(someEvents(1)));
    await again.close?.();
  });
});
