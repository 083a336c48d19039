// node test/faults/run.mjs [rounds] [fault,…] [spill,wal]   a service under load whose servers, disk and sinks fail: no request
// may fail, the equation of the counts has to hold at each sample, whatever was accepted has to be stored in the end, but for
// what the counts say was dropped, and the main thread may work on no file (under `wal` on the log alone) and wait for no socket.
// With rounds (15 or more), as many without each fault are run in between, unwatched, and what the fault does to the main
// thread's loop is printed; of that nothing is asserted. Needs a build, strace, the right to mount, and
// `scripts/services.sh start redis kafka ferretdb`. 15 rounds of all take 66 minutes. `block30` runs only where it is named.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, ratio } from '../../bench/stats.mjs';
import { FAULTS } from './faults.mjs';
import { startProcess } from './process.mjs';
import { problemsOf } from './verdict.mjs';
import { watchMainThread } from './watch.mjs';

const rounds = Number(process.argv[2] ?? 0);
const RATE = 500;
/** What is done once, at the first request, is no part of a fault. */
const WARM_UP_MS = rounds === 0 ? 1_000 : 3_000;
/** What is under way with no fault: the events of half a second. */
const UNDER_WAY = RATE;
const names = process.argv[3]?.split(',') ?? Object.keys(FAULTS).filter((name) => name !== 'block30');
const durabilities = process.argv[4]?.split(',') ?? ['spill', 'wal'];

async function underFault(fault, durability) {
  const folder = mkdtempSync(join(tmpdir(), 'promptheus-faults-'));
  const opened = await fault.open(folder, rounds > 0);
  const { spoolDirectory = join(folder, 'spool'), sink } = opened;
  const service = await startProcess('service.mjs', { sink, durability, spoolDirectory, events: fault.events });
  const load = await startProcess('load.mjs', { port: service.port, rate: RATE });
  try {
    await sleep(WARM_UP_MS);
    const measured = [];
    for (const real of order()) measured.push(await round({ fault, opened, service, load, folder }, real));
    const sent = await load.tell('finish');
    const end = await service.tell('finish');
    await opened.calm?.();
    return { durability, measured, sent, end, events: await fault.stored(sink) };
  } finally {
    await Promise.all([load.end(), service.end()]);
    await opened.close?.();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With and without in turn, the other way round each time. */
function order() {
  if (rounds === 0) return [true];
  return Array.from({ length: rounds }, (_, n) => (n % 2 === 0 ? [false, true] : [true, false])).flat();
}

async function round({ fault, opened, service, load, folder }, real) {
  const until = performance.now() + fault.seconds * 1_000;
  await Promise.all([service.tell('begin'), load.tell('begin')]);
  const calls = rounds === 0 ? await watched(opened, service, folder) : await opened.strike(real, service);
  await sleep(Math.max(0, until - performance.now()));
  const [loop, requests] = await Promise.all([service.tell('end'), load.tell('end')]);
  // What a fault has left must not be the next round's.
  const isSettled = await service.tell('settled', { most: UNDER_WAY });
  await opened.calm?.();
  return { real, loop, requests, isSettled, calls };
}

/** Strace slows everything down, so what is measured is not watched. */
function watched(opened, service, folder) {
  const { options = [], strike = opened.strike } = opened.watched ?? {};
  return watchMainThread(service.pid, join(folder, 'strace'), options, () => strike(true, service));
}

const told = (counts) =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none';

function tell(name, { measured, sent, end, events }) {
  const of = (real, value) => measured.filter((one) => one.real === real).map(value);
  const waited = Math.max(...of(true, ({ loop }) => loop.mostWaiting));
  const counts = `${sent.sent} requests, ${sent.failures.length} failed; ${end.report.accepted} events accepted, ${events.length} stored, dropped: ${told(end.report.dropped)}, rejected: ${told(end.report.rejected)}; at most ${waited} waited; ${end.samples} samples of the equation`;
  console.log(`${name}: ${counts}`);
  if (rounds === 0) {
    const [{ calls }] = measured;
    console.log(`  the main thread's calls on files: ${told(calls.files)}; on sockets: ${told(calls.sockets)}`);
    return;
  }
  for (const [what, value] of [
    ['loop p99', ({ loop }) => loop.p99],
    ['  less 1 ms', ({ loop }) => loop.p99 - 1],
    ['loop longest', ({ loop }) => loop.max],
    ['request p99', ({ requests }) => requests.p99],
  ]) {
    const [without, with_] = [of(false, value), of(true, value)];
    const { value: times, low, high } = ratio(with_, without);
    const ms = (number) => number.toFixed(2).padStart(8);
    console.log(
      `  ${what.padEnd(14)} without ${ms(median(without))} ms, with ${ms(median(with_))} ms, ratio ${times.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)}), ${with_.length} rounds of each`,
    );
  }
}

let failed = 0;
for (const name of names) {
  const fault = FAULTS[name];
  for (const durability of durabilities) {
    const title = `${fault.name}, ${durability}`;
    const result = await underFault(fault, durability);
    tell(title, result);
    const problems = problemsOf(fault, result);
    for (const problem of problems) console.error(`  ${title}: ${problem}`);
    failed += problems.length;
    if (process.env.FAULTS_WARNINGS)
      for (const [message, count] of result.end.warnings) console.log(`  ${count} x ${message}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
