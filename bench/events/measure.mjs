// One contender in a process of its own; the parent asks in turns: { what: 'main' | 'throughput' | 'paced', ... }.
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContender } from './contenders.mjs';
import { flat, wide } from './events.mjs';
import { OURS } from './names.mjs';

const { contender } = JSON.parse(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'promptheus-bench-events-'));
const path = join(folder, 'events.jsonl');
const { record, drain, catchUp } = await createContender(contender, path);
writeFileSync(path, '');
const EVENTS = { flat, wide };
/** Events of one turn of the event loop. */
const BURST = 500;

let before = await drain();

/** What was stored and lost since the last time; the file is emptied, so that it does not grow. */
async function settled() {
  const now = await drain();
  const since = { stored: now.stored - before.stored, lost: now.lost - before.lost };
  before = now;
  if (since.stored > 0 && statSync(path).size === 0) throw new Error(`${contender} stored nothing`);
  truncateSync(path);
  return since;
}

const turn = () => new Promise(setImmediate);
/** After so many events another thread is waited for: they can be handed in faster than it writes them. */
const AHEAD = { flat: 20_000, wide: 2_000 };

const MEASURE = {
  /** Nanoseconds of the main thread's CPU an event, all that is done until it is stored. */
  async main({ kind, count }) {
    const make = EVENTS[kind];
    await settled();
    const { user, system } = process.threadCpuUsage();
    for (let n = 0; n < count; n++) {
      record(make(n));
      if (n % BURST !== BURST - 1) continue;
      await turn();
      if (n % AHEAD[kind] === AHEAD[kind] - 1) await catchUp?.();
    }
    const { stored, lost } = await settled();
    const after = process.threadCpuUsage();
    // OpenTelemetry's queue drops what comes too fast, and has no way to be asked.
    if (stored + lost !== count || (lost > 0 && contender === OURS)) {
      throw new Error(`${contender}: ${stored} stored and ${lost} lost of ${count}`);
    }
    return { ns: ((after.user + after.system - user - system) * 1_000) / count, lost };
  },
  /** Events a second that arrive, of as many as can be handed in within the time. */
  async throughput({ kind, ms }) {
    const make = EVENTS[kind];
    await settled();
    const start = performance.now();
    for (let n = 0; performance.now() - start < ms; ) {
      for (const end = n + BURST; n < end; n++) record(make(n));
      await turn();
    }
    const { stored } = await settled();
    return (stored / (performance.now() - start)) * 1_000;
  },
  /** How many of those handed in at a steady rate are lost. */
  async paced({ kind, rate, ms }) {
    const make = EVENTS[kind];
    await settled();
    const start = performance.now();
    let n = 0;
    for (;;) {
      const elapsed = performance.now() - start;
      if (elapsed >= ms) break;
      const due = (elapsed * rate) / 1_000;
      while (n < due) record(make(n++));
      await turn();
    }
    const { stored, lost } = await settled();
    return { handedIn: n, stored, lost };
  },
};

for (const kind of ['flat', 'wide']) await MEASURE.main({ kind, count: 2 * BURST });
process.once('disconnect', () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});
process.on('message', async ({ what, ...task }) => process.send(await MEASURE[what](task)));
process.send('ready');
