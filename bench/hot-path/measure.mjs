// A process of its own for each number of label sets: `node measure.mjs <json>` prints what it measured as JSON.
import { assertShown } from '../exposition.mjs';
import { durations, labelSets, random, zipfSequence } from '../sequence.mjs';
import { createContenders } from './contenders.mjs';

const { sets, rounds, length, sampleMs, bytes } = JSON.parse(process.argv[2]);
const draw = random(sets);
const ids = zipfSequence(length, sets, draw);
const values = durations(length, draw);
// Numbers that are objects on the heap already, as those of a mixed array are.
const boxed = ['', ...values].slice(1);
const calls = {};
// A loop that is not compiled yet puts its numbers on the heap.
const WARM_MS = 100;

const contenders = Object.entries(await createContenders(labelSets(sets)));
const measured = bytes ? { doubles: bytesOf(values), boxed: bytesOf(boxed) } : measureTime();
for (const [name, { shown }] of contenders) if (shown) assertShown(name, await shown(), calls[name]);
console.log(JSON.stringify(measured));

/** Nanoseconds a call, one number a round: contenders in turn, forwards in one round and backwards in the next. */
function measureTime() {
  const passes = contenders.map((contender) => passesFor(contender));
  const samples = Object.fromEntries(contenders.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = contenders.map((_, index) => (round % 2 === 0 ? index : contenders.length - 1 - index));
    for (const index of order) samples[contenders[index][0]].push(timed(contenders[index], passes[index]));
  }
  return samples;
}

/** How many passes over the sequence make a sample that the clock can tell; warms up by the way. */
function passesFor(contender) {
  for (let warm = 0; warm < 5; warm++) pass(contender, values);
  return Math.max(1, Math.ceil((sampleMs * 1e6) / (timed(contender, 3) * length)));
}

function timed(contender, passes) {
  const start = process.hrtime.bigint();
  for (let n = 0; n < passes; n++) pass(contender, values);
  return Number(process.hrtime.bigint() - start) / (passes * length);
}

function pass([name, { run }], given) {
  calls[name] = (calls[name] ?? 0) + length;
  run(ids, given);
}

/** Bytes a call leaves on the heap. The young generation is made large enough that nothing is collected meanwhile. */
function bytesOf(given) {
  const samples = {};
  for (const contender of contenders) {
    const start = performance.now();
    for (let warm = 0; warm < 30 || performance.now() - start < WARM_MS; warm++) pass(contender, given);
    samples[contender[0]] = Array.from({ length: rounds }, () => {
      globalThis.gc();
      const before = process.memoryUsage().heapUsed;
      pass(contender, given);
      return Math.max(0, process.memoryUsage().heapUsed - before) / length;
    });
  }
  return samples;
}
