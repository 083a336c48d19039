// One contender with its series, in a process of its own. The parent asks for one measurement at a time, so that those
// of two contenders take turns: { what: 'cpu' | 'gzip' | 'block' | 'idle' }.
import prom from 'prom-client';
import { createPromptheus } from '../dist/esm/src/index.js';
import { durations, labelSets, random } from './sequence.mjs';

const { contender, series } = JSON.parse(process.argv[2]);
const HISTOGRAMS = 10;
const MOST_OBSERVATIONS = 1_000;
const sets = labelSets(series / HISTOGRAMS);
const values = durations(4_096, random(3));
const draw = random(11);

const { families, scrape } = contender === 'prom-client' ? theirs() : ours();
fill();
await scrape();
process.send('ready');

process.on('message', async ({ what }) => {
  touch();
  globalThis.gc();
  process.send(await MEASURE[what]());
});

const MEASURE = {
  cpu: () => cpuOf(() => scrape()),
  gzip: () => cpuOf(() => scrape('gzip')),
  block: () => longestGap(() => scrape()),
  idle: () => longestGap(() => new Promise((resolve) => setTimeout(resolve, 50))),
};

/** CPU milliseconds of all threads, and of this one. */
async function cpuOf(work) {
  const before = process.cpuUsage();
  const mainBefore = process.threadCpuUsage();
  await work();
  const main = process.threadCpuUsage(mainBefore);
  const all = process.cpuUsage(before);
  return { all: (all.user + all.system) / 1_000, main: (main.user + main.system) / 1_000 };
}

/** The longest time in milliseconds between two turns of the event loop while the work goes on. */
async function longestGap(work) {
  let longest = 0;
  let last = performance.now();
  let running = true;
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  running = false;
  turn();
  return { longest };
}

function theirs() {
  const registry = new prom.Registry();
  const families = names().map((name) => new prom.Histogram({ ...definition(name), registers: [registry] }));
  return { families, scrape: () => registry.metrics() };
}

function ours() {
  const instance = createPromptheus({ registry: false, default: false, metrics: { seriesLimit: series } });
  const families = names().map((name) => instance.metrics.histogram(definition(name)));
  const scrape = (encoding = 'identity') => instance.scrape({ headers: { 'accept-encoding': encoding } });
  return { families, scrape };
}

function names() {
  return Array.from({ length: HISTOGRAMS }, (_, n) => `bench_${n}_seconds`);
}

function definition(name) {
  return { name, help: 'For the benchmark.', labelNames: ['method', 'route', 'status'] };
}

/** Counts of one to three digits and more in the sums, as services have them. */
function fill() {
  for (const family of families) {
    for (let id = 0; id < sets.method.length; id++) {
      const handle = family.labels(sets.method[id], sets.route[id], sets.status[id]);
      const times = Math.floor(MOST_OBSERVATIONS ** draw());
      for (let n = 0; n < times; n++) handle.observe(values[(id + n) & 4_095]);
    }
  }
}

/** A tenth of the series move between two scrapes. */
function touch() {
  for (const family of families) {
    for (let id = 0; id < sets.method.length; id++) {
      if (draw() > 0.1) continue;
      family.labels(sets.method[id], sets.route[id], sets.status[id]).observe(values[id & 4_095]);
    }
  }
}
