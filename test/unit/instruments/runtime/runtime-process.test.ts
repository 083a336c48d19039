import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Counts what is watched in a process, from before the package is loaded. */
const PRELUDE = `
const { PerformanceObserver } = require('node:perf_hooks');
const watched = { observers: 0, timers: 0 };
const { observe, disconnect } = PerformanceObserver.prototype;
PerformanceObserver.prototype.observe = function (options) { watched.observers++; return observe.call(this, options); };
PerformanceObserver.prototype.disconnect = function () { watched.observers--; return disconnect.call(this); };
const { setInterval: every, clearInterval: clear } = globalThis;
globalThis.setInterval = (...args) => { watched.timers++; return every(...args); };
globalThis.clearInterval = (timer) => { watched.timers--; clear(timer); };
const said = [];
const say = (what) => said.push([what, watched.observers, watched.timers]);
process.on('exit', () => console.log(JSON.stringify(said)));
const load = () => require('./dist/cjs/src/index.js');
const loadOther = () => import(${JSON.stringify(resolve('dist/esm/src/index.js'))});
const options = { registry: false, default: false, logger: false };
`;

/** Runs a program to its end, which a watch must not put off; what it said: the number of observers and timers. */
function run(program: string): unknown {
  const script = `${PRELUDE}(async () => {${program}})();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '-e', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('the watch of a process', () => {
  it('starts with an instance, not with the import, and does not keep the process alive', () => {
    expect(run("const { createPromptheus } = load(); say('loaded'); createPromptheus(options); say('made');")).toEqual([
      ['loaded', 0, 0],
      ['made', 1, 1],
    ]);
  });

  it('is one for all instances and both copies of the package, until the last is stopped', () => {
    const said = run(`
      const [ours, others] = [load(), await loadOther()];
      const all = [ours.createPromptheus(options), others.createPromptheus(options), ours.createPromptheus(options)];
      say('made', ours.createPromptheus !== others.createPromptheus);
      await all[0].stop();
      await all[0].stop();
      await all[1].stop();
      say('two stopped');
      await all[2].stop();
      say('all stopped');
      const again = ours.createPromptheus(options);
      say('made again');
      await again.stop();
      say('stopped again');`);
    expect(said).toEqual([
      ['made', 1, 1],
      ['two stopped', 1, 1],
      ['all stopped', 0, 0],
      ['made again', 1, 1],
      ['stopped again', 0, 0],
    ]);
  });

  it('is none where the instance is switched off', () => {
    expect(run("load().createPromptheus({ ...options, enabled: false }); say('made');")).toEqual([['made', 0, 0]]);
  });

  it('ends with an instance that was dropped without being stopped, and not with one that can still be scraped', () => {
    const said = run(`
      const turns = async () => { for (let n = 0; n < 5; n++) { await new Promise((done) => setTimeout(done, 30)); gc(); } };
      const dropped = async () => {
        load().createPromptheus(options);
        const server = await load().createPromptheus(options).startMetricsServer({ port: 0, host: '127.0.0.1' });
        await turns();
        const text = await (await fetch(server.url, { headers: { connection: 'close' } })).text();
        say(/nodejs_gc_pause_seconds_count{kind="major"} [1-9]/.test(text));
        await server.close();
      };
      await dropped();
      await turns();
      say('dropped');`);
    expect(said).toEqual([
      [true, 1, 1],
      ['dropped', 0, 0],
    ]);
  });
});
