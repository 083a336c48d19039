import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'promptheus-own-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program prints; `%` stands for the way to its build. */
function printed(name: string, program: string): string {
  const file = join(folder, name);
  writeFileSync(file, program);
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim();
}

const BUILDS = [
  [
    'esm',
    'mjs',
    'import { Worker } from "node:worker_threads"; import fs from "node:fs"; const load = (path) => import(path);',
  ],
  [
    'cjs',
    'cjs',
    'const { Worker } = require("node:worker_threads"); const fs = require("node:fs"); const load = async (path) => require(path);',
  ],
] as const;

const SINKS = [
  ['src/events/sinks/jsonl.js', 'jsonlSink', (place: string) => ({ path: `${place}.jsonl` })],
  ['src/events/sinks/json-files.js', 'jsonFilesSink', (place: string) => ({ directory: place })],
  ['adapters/sqlite/adapter.js', 'sqliteSink', (place: string) => ({ path: `${place}.db` })],
] as const;

describe.each(BUILDS)('a sink of the %s build', (build, ending, head) => {
  it.each(SINKS)('names %s as the module of its thread, and that one writes', (module, factory, options) => {
    const path = resolve('dist', build, module);
    const place = join(folder, `${build} with a space-${factory}`);
    const thread = `
      const { workerData: { module, options } } = require('node:worker_threads');
      import(module).then(async ({ createSink }) => {
        const sink = createSink(options);
        await sink.open();
        await sink.write({ id: 'b', events: [{ id: 'e-1', kind: 'metric', critical: false, json: '{"event_id":"e-1","timestamp":1}' }] });
        await sink.close();
      });`;
    const output = printed(
      `sink.${ending}`,
      `${head}
      load(${JSON.stringify(path)}).then(async ({ ${factory} }) => {
        const { thread } = ${factory}(${JSON.stringify(options(place))});
        console.log(thread.module);
        const worker = new Worker(${JSON.stringify(thread)}, { eval: true, workerData: thread });
        worker.on('exit', (code) => console.log(code, fs.existsSync(Object.values(thread.options)[1])));
      });`,
    );
    expect(output).toBe(`${path}\n0 true`);
  });
});

describe('ownFile', () => {
  it('is nothing where a bundler has put the module into another file', () => {
    const source = readFileSync('dist/cjs/src/internal/own-file.js', 'utf8');
    const bundle = `const exports = {};\n${source.replaceAll('"use strict";', '')}\nconsole.log(ownFile('events/sinks/jsonl'));`;
    expect(printed('server.cjs', bundle.replace('const exports', 'exports'))).toBe('undefined');
  });
});
