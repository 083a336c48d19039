import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { cleanupOldMetrics } from '../../../../src/events/sinks/cleanup.js';
import { eraseEvents } from '../../../../src/events/sinks/erase.js';
import { jsonFilesSink } from '../../../../src/events/sinks/json-files.js';
import { aBatch, anEvent } from '../../../contract/sink-events.js';
import { aFolder, namesIn, removeFolders } from './folder.js';

removeFolders();

it('the example of docs/privacy.md deletes what is old and erases a person', async () => {
  const [, example = ''] =
    /^```js\nimport .*? from 'promptheus';\n(.*?)^```/ms.exec(readFileSync('docs/privacy.md', 'utf8')) ?? [];
  const directory = aFolder();
  const sink = jsonFilesSink({ directory });
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2025-01-01') });
  await sink.write(aBatch([anEvent('operation', { metadata: { user_hash: 'abc123' } })]));
  vi.useRealTimers();
  const kept = anEvent('metric');
  await sink.write(
    aBatch([
      anEvent('operation', { metadata: { user_hash: 'abc123' } }),
      anEvent('metric', { user_hash: 'abc123' }),
      kept,
    ]),
  );
  const said: string[] = [];
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const run = new AsyncFunction(
    'cleanupOldMetrics',
    'eraseEvents',
    'console',
    example.replaceAll("'./metrics'", JSON.stringify(directory)),
  );
  await run(cleanupOldMetrics, eraseEvents, { log: (text: string) => said.push(text) });
  expect(said).toEqual(['1 files were too old', '2 events erased, 0 could not be read']);
  const [only = '', ...others] = namesIn(directory);
  expect(others).toEqual([]);
  expect(JSON.parse(readFileSync(join(directory, only), 'utf8')).records).toEqual([JSON.parse(kept.json)]);
});
