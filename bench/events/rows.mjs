import { Worker } from '../children.mjs';
import { plainRow, ratioRow } from '../rows.mjs';
import { APPEND, ARRAY, CONTENDERS, OTEL, OURS, PINO } from './names.mjs';

const KINDS = { flat: 'six flat fields', wide: 'a wide event of 40 fields' };
const BARS = { flat: 0.25, wide: 0.5 };
/** Rounds until each contender's code is compiled. */
const WARM_UP = 2;

/** What recording an event costs the main thread, and how many a second arrive in a file. */
export async function eventRows({ rounds, count, ms, rate, pacedMs, pacedRounds }) {
  const workers = {};
  for (const contender of CONTENDERS) workers[contender] = await Worker.start('events/measure.mjs', { contender });
  const empty = () => ({ flat: [], wide: [], throughput: [] });
  const samples = Object.fromEntries(CONTENDERS.map((contender) => [contender, empty()]));
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const contender of round % 2 === 0 ? CONTENDERS : CONTENDERS.toReversed()) {
      const worker = workers[contender];
      const of = samples[contender];
      const measured = {};
      for (const kind of Object.keys(KINDS))
        measured[kind] = (await worker.ask('main', { kind, count: countOf(contender, count) })).ns;
      measured.throughput = await worker.ask('throughput', { kind: 'flat', ms });
      if (round >= 0) for (const [what, value] of Object.entries(measured)) of[what].push(value);
    }
  }
  const lost = [];
  for (let round = 0; round < pacedRounds; round++) {
    const paced = await workers[OURS].ask('paced', { kind: 'flat', rate, ms: pacedMs });
    lost.push(paced.handedIn - paced.stored);
  }
  for (const worker of Object.values(workers)) await worker.stop();
  return rowsOf(samples, lost, rate);
}

/** Opening the file for each event takes its time. */
function countOf(contender, count) {
  return contender === APPEND ? Math.ceil(count / 20) : count;
}

function rowsOf(samples, lost, rate) {
  const of = (name, what) => [name, samples[name][what]];
  const rows = [];
  for (const [kind, text] of Object.entries(KINDS)) {
    rows.push(ratioRow(`${text}, main thread, ${OURS}, of ${ARRAY}`, of(OURS, kind), of(ARRAY, kind), BARS[kind]));
    for (const rival of [PINO, OTEL, APPEND]) {
      rows.push(ratioRow(`${text}, main thread, ${OURS}, of ${rival}`, of(OURS, kind), of(rival, kind)));
    }
    for (const name of CONTENDERS) rows.push(plainRow(`${text}, main thread, ${name}`, 'ns', samples[name][kind]));
  }
  rows.push(ratioRow(`events a second, ${OTEL}, of ${OURS}`, of(OTEL, 'throughput'), of(OURS, 'throughput'), 0.2));
  for (const name of CONTENDERS) rows.push(plainRow(`events a second, ${name}`, 'events', samples[name].throughput));
  rows.push(plainRow(`lost of ${rate} events a second, ${OURS}`, 'events', lost, 0));
  return rows;
}
