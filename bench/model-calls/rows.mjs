import { execSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Worker } from '../children.mjs';
import { overRow, plainRow, ratioRow, shareRow } from '../rows.mjs';
import { median } from '../stats.mjs';
import { BARE, OPENLIT, OURS, TRACELOOP } from './names.mjs';

const CONTENDERS = [BARE, OURS, TRACELOOP, OPENLIT];
const RIVALS = [TRACELOOP, OPENLIT];
const ROOM = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];

/** What observing a call of OpenAI's client adds to it: a plain call, a piece of a stream, memory a piece. */
export async function modelCallRows(plan) {
  if (!existsSync(new URL('node_modules', import.meta.url))) {
    execSync('npm ci --ignore-scripts', { cwd: new URL('.', import.meta.url), stdio: 'inherit' });
  }
  const samples = Object.fromEntries(CONTENDERS.map((contender) => [contender, { call: [], stream: [], bytes: [] }]));
  for (let n = 0; n < plan.processes; n++) await measureOnce(plan, samples);
  return rowsOf(samples);
}

/** Each contender in a new process. */
async function measureOnce({ warmUp, ...measured }, samples) {
  const workers = {};
  for (const contender of CONTENDERS) {
    workers[contender] = await Worker.start('model-calls/measure.mjs', { contender }, { flags: ROOM });
  }
  // Memory comes last: a full collection throws compiled code away with the shapes of objects that are gone.
  for (const what of ['call', 'stream', 'bytes']) {
    const { rounds, count } = measured[what];
    // Until each contender's code is compiled.
    for (let round = -Math.ceil(rounds * warmUp); round < rounds; round++) {
      for (const contender of round % 2 === 0 ? CONTENDERS : CONTENDERS.toReversed()) {
        const answer = await workers[contender].ask(what, { count });
        if (round >= 0) samples[contender][what].push(answer);
      }
    }
  }
  // Each has to have recorded every call that it was measured with.
  for (const worker of Object.values(workers)) {
    await worker.ask('recorded');
    await worker.stop();
  }
}

function rowsOf(samples) {
  const of = (contender, what) => [contender, samples[contender][what]];
  const cost = (contender) => median(samples[contender].call);
  const better = RIVALS.toSorted((one, other) => cost(one) - cost(other))[0];
  const overhead = (what, rival, bar) =>
    shareRow(`${what}, ${OURS} over bare, of ${rival}'s`, of(OURS, 'call'), of(rival, 'call'), of(BARE, 'call'), bar);
  const [, bare] = of(BARE, 'stream');
  const added = samples[OURS].stream.map((value, round) => value - bare[round]);
  return [
    ...RIVALS.map((rival) => overhead('one call', rival, rival === better ? 0.2 : undefined)),
    ratioRow(`a piece of a stream, what ${OURS} adds, of the bare client's own`, [OURS, added], [BARE, bare], 0.1),
    plainRow('one call, bare', 'µs', samples[BARE].call),
    ...[OURS, ...RIVALS].map((name) =>
      overRow(`one call, over bare, ${name}`, 'µs', samples[name].call, samples[BARE].call),
    ),
    plainRow('a piece of a stream, bare', 'ns', bare),
    ...[OURS, ...RIVALS].map((name) =>
      overRow(`a piece of a stream, over bare, ${name}`, 'ns', samples[name].stream, bare),
    ),
    plainRow('a piece of a stream, bare, heap', 'bytes', samples[BARE].bytes),
    ...[OURS, ...RIVALS].map((name) =>
      overRow(`a piece of a stream, heap over bare, ${name}`, 'bytes', samples[name].bytes, samples[BARE].bytes),
    ),
  ];
}
