// The rows of the table: what is compared, and what it must reach.
import { result, Worker } from './children.mjs';
import { estimate, ratio } from './stats.mjs';

const OBSERVE = 'prom-client observe({…}, v)';
const INC = 'prom-client inc({…})';

/** Rows of the hot path at one number of label sets. */
export async function hotPathRows(sets, plan) {
  const samples = await result('hot-path.mjs', { sets, ...plan });
  const large = sets > 100;
  const row = (name, rival, bar) => {
    const { value, low, high } = ratio(samples[name], samples[rival]);
    return {
      what: `${name}, ${sets} sets`,
      unit: 'ratio',
      value,
      low,
      high,
      bar,
      samples: { [name]: samples[name], [rival]: samples[rival] },
    };
  };
  return [
    row('handle.observe(v)', OBSERVE, large ? 1 / 30 : 1 / 40),
    row('labels(a, b, c).observe(v)', OBSERVE, large ? 1 / 5 : 1 / 10),
    row('observe({…}, v)', OBSERVE, large ? 1 / 5 : 1 / 10),
    row('handle.inc()', INC, large ? 1 / 30 : 1 / 40),
  ];
}

/** Bytes that a call leaves behind. */
export async function allocationRows(plan) {
  const bytes = await result('hot-path.mjs', { sets: 100, ...plan, length: 30_000, bytes: true }, [
    '--expose-gc',
    '--min-semi-space-size=256',
    '--max-semi-space-size=256',
  ]);
  return Object.entries(bytes).map(([what, [value]]) => ({
    what: `${what}, heap a call`,
    unit: 'bytes',
    value,
    low: value,
    high: value,
    // Less than half a byte a call is the measurement's own.
    bar: what === 'handle.observe(v)' ? 0.5 : undefined,
  }));
}

/** Rows of the scrape: ours against `registry.metrics()`, each in its own process, in turns. */
export async function scrapeRows(series, rounds) {
  const workers = { ours: await Worker.start('scrape.mjs', { contender: 'promptheus', series }) };
  workers.theirs = await Worker.start('scrape.mjs', { contender: 'prom-client', series });
  const [identity, gzip, theirs] = [[], [], []];
  for (let round = -1; round < rounds; round++) {
    const measured = [await workers.ours.ask('cpu'), await workers.theirs.ask('cpu'), await workers.ours.ask('gzip')];
    // The first round warms up.
    if (round < 0) continue;
    identity.push(measured[0]);
    theirs.push(measured[1]);
    gzip.push(measured[2]);
  }
  const blocks = await blockRows(workers.ours, series, rounds, series > 100_000 ? 8 : 5);
  for (const worker of Object.values(workers)) worker.stop();

  const all = (samples) => samples.map((sample) => sample.all);
  const main = (samples) => samples.map((sample) => sample.main);
  const row = (what, ours, bar) => ({
    what: `scrape of ${series} series, ${what}`,
    unit: 'ratio',
    ...ratio(ours, all(theirs)),
    bar,
    samples: { ours, theirs: all(theirs) },
  });
  return [
    row('CPU, identity', all(identity), 0.08),
    row('CPU, gzip', all(gzip), 0.25),
    row('CPU of the main thread, gzip', main(gzip), 0.08),
    ...blocks,
  ];
}

/** Only the event loop's longest stop, for a number of series that the rival needs not be shown at. */
export async function blockOnlyRows(series, rounds) {
  const worker = await Worker.start('scrape.mjs', { contender: 'promptheus', series });
  await worker.ask('block');
  const rows = await blockRows(worker, series, rounds, 8);
  worker.stop();
  return rows;
}

async function blockRows(worker, series, rounds, bar) {
  const [blocks, idle] = [[], []];
  for (let round = 0; round < rounds; round++) {
    blocks.push((await worker.ask('block')).longest);
    idle.push((await worker.ask('idle')).longest);
  }
  return [
    { what: `scrape of ${series} series, longest block`, unit: 'ms', ...estimate(blocks), bar, samples: { blocks } },
    { what: '  the same loop, idle', unit: 'ms', ...estimate(idle), samples: { idle } },
  ];
}
