import { result, Worker } from '../children.mjs';
import { OURS, PROM_CLIENT, RIVALS } from '../clients.mjs';
import { failedRow, plainRow, ratioRow } from '../rows.mjs';

const STREAMED = `${OURS}, scrapeTo`;
const BLOCK_BARS = new Map([
  [100_000, 5],
  [500_000, 8],
]);
/** The number of series that the design's bars on CPU and memory name. */
const BARRED = 100_000;

/** CPU, longest block and peak memory of a scrape, at each number of series. */
export async function scrapeRows({ sizes, rivalsOnceFrom, ...plan }) {
  const rows = [];
  for (const [series, most] of sizes) {
    const rivals = series < rivalsOnceFrom ? RIVALS : [];
    rows.push(...(await residentRows({ ...plan, series, most, rivals })));
    rows.push(...(await peakRows({ ...plan, series, rivalsOnce: rivals.length === 0 })));
  }
  return rows;
}

async function residentRows({ series, most, rivals, rounds }) {
  const workers = {};
  for (const contender of [OURS, ...rivals]) {
    workers[contender] = await Worker.start('scrape/resident.mjs', { contender, series, most });
  }
  const measured = {};
  // The first round warms up.
  for (let round = -1; round < rounds; round++) {
    for (const [contender, worker] of Object.entries(workers)) {
      const asked = contender === OURS ? ['identity', 'gzip', 'block', 'idle'] : ['identity', 'block'];
      for (const what of asked) {
        const answer = await worker.ask(what);
        if (round >= 0) ((measured[contender] ??= {})[what] ??= []).push(answer);
      }
    }
  }
  await workers[OURS].ask('checkGzip');
  for (const worker of Object.values(workers)) await worker.stop();
  return rowsOf(measured, series, rivals);
}

function rowsOf(measured, series, rivals) {
  const name = (what) => `scrape of ${series} series, ${what}`;
  const of = (contender, what, part) => [contender, measured[contender][what].map((sample) => sample[part])];
  const bar = (most) => (series === BARRED ? most : undefined);
  const gaps = (contender, what) => of(contender, what, 'longest')[1];
  const against = (what, ours, most) => ratioRow(name(what), ours, of(PROM_CLIENT, 'identity', 'all'), bar(most));
  const shares =
    rivals.length === 0
      ? []
      : [
          against('CPU, identity', of(OURS, 'identity', 'all'), 0.08),
          against('CPU of all threads, gzip', of(OURS, 'gzip', 'all'), 0.25),
          against('CPU of the main thread, gzip', of(OURS, 'gzip', 'main'), 0.08),
          ...rivals
            .filter((rival) => rival !== PROM_CLIENT)
            .map((rival) => against(`CPU, ${rival}`, of(rival, 'identity', 'all'))),
          plainRow(name(`CPU, ${PROM_CLIENT}`), 'ms', of(PROM_CLIENT, 'identity', 'all')[1]),
        ];
  return [
    ...shares,
    plainRow(name(`CPU, ${OURS}`), 'ms', of(OURS, 'identity', 'all')[1]),
    plainRow(name('longest block'), 'ms', gaps(OURS, 'block'), BLOCK_BARS.get(series)),
    plainRow(name('the same loop, idle'), 'ms', gaps(OURS, 'idle')),
    ...rivals.map((rival) => plainRow(name(`longest block, ${rival}`), 'ms', gaps(rival, 'block'))),
  ];
}

/** A process for each measurement, those of all in turn. Where rivals take too long they are measured once. */
async function peakRows({ series, peakMost, rivalsOnce, rounds, peakRounds = rounds }) {
  const measured = {};
  const take = async (name, task) => (measured[name] ??= []).push(await peakOf({ ...task, series, most: peakMost }));
  for (let round = 0; round < (rivalsOnce ? peakRounds : rounds); round++) {
    await take(OURS, { contender: OURS });
    await take(STREAMED, { contender: OURS, streamed: true });
    for (const contender of rivalsOnce && round > 0 ? [] : RIVALS) await take(contender, { contender });
  }
  return peakRowsOf(measured, series);
}

function peakRowsOf(measured, series) {
  const growths = (contender) => measured[contender].map((sample) => sample.growth);
  const failureOf = (contender) => measured[contender].find((sample) => sample.failure !== undefined)?.failure;
  const bar = (most) => (series === BARRED ? most : undefined);
  const share = (contender, most) =>
    ratioRow(
      `scrape of ${series} series, peak memory, ${contender}`,
      [contender, growths(contender)],
      [PROM_CLIENT, growths(PROM_CLIENT)],
      bar(most),
    );
  return [
    ...(failureOf(PROM_CLIENT) === undefined ? [share(OURS, 0.15), share(STREAMED, 0.05)] : []),
    ...Object.keys(measured).map((contender) => {
      const what = `scrape of ${series} series, memory grew by, ${contender}`;
      const failure = failureOf(contender);
      return failure === undefined ? plainRow(what, 'MB', growths(contender)) : failedRow(what, failure);
    }),
  ];
}

/** What a rival does not bear is a result too; at ours it is an error. */
async function peakOf(task) {
  const sample = await result('scrape/peak.mjs', task).catch((error) => ({ failure: error.message }));
  if (sample.failure !== undefined && task.contender === OURS) throw new Error(sample.failure);
  return sample;
}
