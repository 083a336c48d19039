// A process of its own for each measurement: `node measure.mjs <json>` prints as JSON what a label set takes and how
// long it takes to make one.
import { setImmediate as turn } from 'node:timers/promises';
import { createClient } from '../clients.mjs';
import { assertShown, sumOf } from '../exposition.mjs';
import { labelSets } from '../sequence.mjs';
import { countSharedBuffers, externalCountsShared, sharedBytes } from './shared-bytes.mjs';

const { contender, handles, sets } = JSON.parse(process.argv[2]);
countSharedBuffers();
const external = externalCountsShared() ? 'counted' : 'apart';
const WARM = 3_000;

await warmUp();

// The label strings are the harness's in all processes, whether a client keeps these or copies of its own.
const labels = internedLabels(sets);
const client = await createClient(contender, sets + 1);
const before = await memory();
const { kept, nanoseconds } = await fill(labels, client);
const after = await memory();

const grown = Object.fromEntries(Object.keys(before).map((part) => [part, (after[part] - before[part]) / sets]));
// More than a megabyte is not noise: something that was counted before has been freed meanwhile.
if (grown.heap * sets < -1e6) throw new Error(`the heap of ${contender} shrank by ${-grown.heap} bytes a set`);
const bytes = grown.heap + grown.external + grown.shared;
const alive = kept.length + labels.method.length;
console.log(JSON.stringify({ ...grown, bytes, nanoseconds: nanoseconds / sets, alive }));

/**
 * Compiled code and what a client makes once are not a label set's. A function of its own, since what a module has
 * awaited stays reachable, and would be collected between the two readings.
 */
async function warmUp() {
  await fill(labelSets(WARM), await createClient(contender, WARM + 1));
}

/** Makes every set by the first observation of it, then scrapes once: what a client prepares for that stays. */
async function fill({ method, route, status }, into) {
  const family = into.histogram('bench_seconds');
  const kept = [family];
  const start = process.hrtime.bigint();
  for (let id = 0; id < method.length; id++) {
    if (handles) {
      const handle = family.labels(method[id], route[id], status[id]);
      handle.observe(0.1);
      kept.push(handle);
    } else {
      into.observe(family, method[id], route[id], status[id], 0.1);
    }
  }
  const nanoseconds = Number(process.hrtime.bigint() - start);
  assertShown(contender, sumOf(await into.scrape(), 'bench_seconds_count'), method.length);
  return { kept, nanoseconds };
}

/** After enough collections that two of them would find nothing more. */
async function memory() {
  for (let n = 0; n < 4; n++) {
    globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await turn();
  }
  const { heapUsed, external: outside, rss } = process.memoryUsage();
  return { heap: heapUsed, external: outside, shared: external === 'counted' ? 0 : sharedBytes(), rss };
}

/**
 * Equal texts are one string, joined and interned, as a router's pattern is: a client that used them as the keys of an
 * object would otherwise free the copies, and seem to take less.
 */
function internedLabels(count) {
  return Object.fromEntries(Object.entries(labelSets(count)).map(([name, column]) => [name, interned(column)]));
}

function interned(column) {
  const texts = Object.keys(Object.fromEntries(column.map((text) => [text, true])));
  const byText = new Map(texts.map((text) => [text, text]));
  return column.map((text) => byText.get(text));
}
