import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqliteSink } from '../../adapters/sqlite/index.js';
import { aBatch, anEvent } from '../contract/sink-events.js';
import { aFolder, removeFolders } from '../unit/events/sinks/folder.js';
import { examplesOf, runPage } from './run-page.js';
import { change, read, storedIn } from './sqlite-database.js';

removeFolders();

const PAGE = 'docs/adapters/sqlite.md';
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

/** The statements of a page's blocks of SQL. */
function statements(page = PAGE): string[][] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```sql\n(.*?)^```/gms)];
  return blocks.map(([, block = '']) => block.split(/;\n/).filter((statement) => statement.trim() !== ''));
}

describe(PAGE, () => {
  it('has queries that find what they say', async () => {
    const path = join(aFolder(), 'events.db');
    const sink = sqliteSink({ path });
    await sink.open?.();
    const timestamp = new Date().toISOString().replace('Z', '000+00:00');
    const llm_calls = [{ model: 'gpt-4o', prompt_tokens: 10, completion_tokens: 2 }];
    const events = [
      anEvent('wide', { request_id: 'f3a1…', timestamp, llm_calls }),
      anEvent('wide', {
        timestamp,
        llm_calls: [...llm_calls, { model: 'o3', prompt_tokens: 1, completion_tokens: 1 }],
      }),
      anEvent('wide', { llm_calls: [] }),
      anEvent('operation', { metadata: { user_hash: 'abc123' } }),
    ];
    await sink.write(aBatch(events));
    const [[byId = '', slow = '', tokens = ''] = [], erase = []] = statements();
    expect(read(path, byId)).toEqual([{ json: events[0]?.json }]);
    expect(read(path, slow)).toEqual([{ route: '/ask', slow: 2, slowest: 1200.5 }]);
    expect(read(path, tokens)).toEqual([
      { model: 'gpt-4o', prompt: 20, completion: 4 },
      { model: 'o3', prompt: 1, completion: 1 },
    ]);
    expect(erase).toHaveLength(3);
    change(path, erase.join(';\n'));
    expect(storedIn(path)).toEqual(events.slice(0, 3).map(({ json }) => json));
    for (const file of [path, `${path}-wal`]) expect(readFileSync(file).includes('abc123')).toBe(false);
    await sink.close?.();
  });

  it('is asked for the traffic before sampling as the page of sampling says', async () => {
    const path = join(aFolder(), 'events.db');
    const sink = sqliteSink({ path });
    await sink.open?.();
    const sampled = [
      { route: '/a', duration_ms: 10, sample_rate: 20 },
      { route: '/a', duration_ms: 52, sample_rate: 1 },
    ];
    await sink.write(aBatch([anEvent('metric'), ...sampled.map((fields) => anEvent('wide', fields))]));
    const [[traffic = ''] = []] = statements('docs/sampling.md');
    expect(read(path, traffic)).toEqual([{ route: '/a', requests: 21, mean_ms: 12 }]);
    await sink.close?.();
  });

  it('tells what its example prints', () => {
    expect(examplesOf(PAGE)).toHaveLength(1);
  });
});

describe.runIf('./sqlite' in manifest.exports)('the example', () => {
  it('prints what the page says', async () => {
    const { printed, told } = await runPage(PAGE, { name: 'none', folder: '.' }, {});
    expect(printed).toBe(told);
  });
});
