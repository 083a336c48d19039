import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonFilesSink } from '../../../../src/events/sinks/json-files.js';
import { jsonlSink } from '../../../../src/events/sinks/jsonl.js';
import { aBatch, anEvent } from '../../../contract/sink-events.js';
import { aFolder, linesOfFile, namesIn, removeFolders } from './folder.js';

removeFolders();

/** A process that writes batches of ten events until it is ended, and says which it was told are stored. */
function writer(module: string, options: object, name: string, rounds = 1e9): ChildProcess {
  const program = `
    const sink = require(${JSON.stringify(resolve('dist/cjs/src/events/sinks', module))}).createSink(${JSON.stringify(options)});
    const pad = 'é'.repeat(2000);
    (async () => {
      await sink.open();
      for (let round = 0; round < ${rounds}; round++) {
        const events = Array.from({ length: 10 }, (_, n) => ({ kind: 'metric', json: JSON.stringify({ event_id: '${name}-' + round + '-' + n, pad }) }));
        await sink.write({ id: 'b', events });
        process.stdout.write(round + '\\n');
      }
    })();`;
  return spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Kills it after so many batches, wherever it is then; how many it said are stored. */
async function killed(child: ChildProcess, after: number): Promise<number> {
  let told = '';
  for await (const text of child.stdout!) {
    told += String(text);
    if (told.split('\n').length > after) child.kill('SIGKILL');
  }
  await once(child, 'close').catch(() => undefined);
  return told.split('\n').length - 1;
}

describe('killed at any moment', () => {
  it('JSON files are whole or not there, and every batch that was said to be stored is there', async () => {
    for (const after of [1, 3, 8]) {
      const directory = aFolder();
      const stored = await killed(writer('json-files.js', { name: 'f', directory }, 'a'), after);
      await jsonFilesSink({ directory }).open?.();
      const files = namesIn(directory).filter((name) => name.startsWith('metrics_'));
      const batches = files.map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')));
      expect(batches.length).toBeGreaterThanOrEqual(stored);
      for (const { records, total_records } of batches) expect([records.length, total_records]).toEqual([10, 10]);
    }
  });

  it('lines of two processes and of the next one never run into each other', async () => {
    const path = join(aFolder(), 'metrics.jsonl');
    const rotation = { daily: false };
    const options = { name: 'l', path, rotation };
    const [other, stored] = [writer('jsonl.js', options, 'b', 40), await killed(writer('jsonl.js', options, 'a'), 10)];
    for await (const _ of other.stdout!);
    const last = anEvent();
    const sink = jsonlSink({ path });
    await sink.write(aBatch([last]));
    // Who looks while the other writes may see no end of a line yet, and gives it one: an empty line.
    const lines = linesOfFile(path).filter((line) => line !== '');
    const ids = lines.flatMap((line) => {
      try {
        return [JSON.parse(line).event_id as string];
      } catch {
        return [];
      }
    });
    expect(lines.length - ids.length).toBeLessThanOrEqual(1);
    expect(ids.filter((id) => id.startsWith('a-')).length).toBeGreaterThanOrEqual(stored * 10);
    expect(ids.filter((id) => id.startsWith('b-'))).toHaveLength(400);
    expect(lines.at(-1)).toBe(last.json);
  });
});
