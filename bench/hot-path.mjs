// A process of its own for each number of label sets: `node hot-path.mjs <json>` prints what it measured as JSON.
import { createContenders } from './contenders.mjs';
import { durations, labelSets, random, zipfSequence } from './sequence.mjs';

const { sets, rounds, length, sampleMs, bytes } = JSON.parse(process.argv[2]);
const draw = random(sets);
const ids = zipfSequence(length, sets, draw);
const values = durations(length, draw);
const contenders = Object.entries(createContenders(labelSets(sets)));

console.log(JSON.stringify(bytes ? measureBytes() : measureTime()));

/** Nanoseconds a call, one number a round: contenders in turn, forwards in one round and backwards in the next. */
function measureTime() {
  const passes = contenders.map(([, run]) => passesFor(run));
  const samples = Object.fromEntries(contenders.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = contenders.map((_, index) => (round % 2 === 0 ? index : contenders.length - 1 - index));
    for (const index of order) {
      const [name, run] = contenders[index];
      samples[name].push(timed(run, passes[index]));
    }
  }
  return samples;
}

/** How many passes over the sequence make a sample that the clock can tell; warms up by the way. */
function passesFor(run) {
  for (let warm = 0; warm < 5; warm++) run(ids, values);
  return Math.max(1, Math.ceil((sampleMs * 1e6) / (timed(run, 3) * length)));
}

function timed(run, passes) {
  const start = process.hrtime.bigint();
  for (let pass = 0; pass < passes; pass++) run(ids, values);
  return Number(process.hrtime.bigint() - start) / (passes * length);
}

/** Bytes a call leaves on the heap. The young generation is made large enough that nothing is collected meanwhile. */
function measureBytes() {
  return Object.fromEntries(
    contenders.map(([name, run]) => {
      for (let warm = 0; warm < 50; warm++) run(ids, values);
      globalThis.gc();
      const before = process.memoryUsage().heapUsed;
      run(ids, values);
      return [name, [Math.max(0, process.memoryUsage().heapUsed - before) / length]];
    }),
  );
}
