import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';

const consumer = new Consumer();
afterAll(() => consumer.remove());

const PROGRAM = `
  const instance = createPromptheus({
    events: { sinks: [jsonlSink({ path: 'events.jsonl' }), sqliteSink({ path: 'events.db' })], durability: 'wal', spoolDirectory: 'spool' },
  });
  for (let value = 0; value < 500; value++) instance.events.record({ name: 'n', value });
  instance.stop().then(({ delivered }) => console.log('delivered', delivered));`;

const LOADED = {
  cjs: `const { createPromptheus, jsonlSink } = require('promptheus');
        const { sqliteSink } = require('promptheus/sqlite');`,
  mjs: `import { createPromptheus, jsonlSink } from 'promptheus';
        import { sqliteSink } from 'promptheus/sqlite';`,
};

describe('events from the packed tarball', () => {
  it.each(['cjs', 'mjs'] as const)('are written by the thread of .%s, and the command reads its spool', (format) => {
    for (const file of ['events.jsonl', 'events.db', 'spool'])
      rmSync(join(consumer.folder, file), { recursive: true, force: true });
    const { output } = consumer.node(`program.${format}`, LOADED[format] + PROGRAM);
    expect(output).toContain('delivered 500\n');
    const lines = readFileSync(join(consumer.folder, 'events.jsonl'), 'utf8').split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line).value)).toEqual(Array.from({ length: 500 }, (_, value) => value));
    const { code, output: told } = consumer.run(process.execPath, [
      'node_modules/.bin/promptheus',
      'spool',
      'verify',
      'spool',
    ]);
    expect([code, told]).toEqual([0, expect.stringContaining('0 records in 0 segments, 0 problems')]);
  });
});
