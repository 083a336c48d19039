// node --expose-gc test/soak/events.mjs [--seconds n | --minutes n] [--seed n]   one process, the whole pipeline of the build with its thread, three
// sinks, and faults at random: more events than fit, sinks that fail, hang and answer late, threads that are ended, a spool that
// is full or cannot be reached, stops and new starts. Every 100 ms the equation has to hold in `stats()` and in a scrape; in the end
// everything that was accepted is accounted for, SQLite has each event once, and memory and open files are as they were.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sqliteSink } from '../../dist/esm/adapters/sqlite/index.js';
import { createPromptheus, jsonlSink } from '../../dist/esm/src/index.js';
import { countsIn } from '../unit/events/joined/scraped-counts.ts';
import { FickleSink } from './fickle-sink.mjs';
import { Luck } from './luck.mjs';

const { values: given } = parseArgs({
  options: { seconds: { type: 'string' }, minutes: { type: 'string' }, seed: { type: 'string' } },
});
const SECONDS = Number(given.seconds ?? 60 * Number(given.minutes ?? 0.75));
const SEED = Number(given.seed ?? Date.now() % 1_000_000);
const CAMPAIGN_MS = 4_000;
const TICK_MS = 5;
const CHECK_EVERY_MS = 100;
const SINKS = ['jsonl', 'sqlite', 'fickle'];

const luck = new Luck(SEED);
const threads = [];
process.on('worker', (worker) => threads.push(worker));
const totals = { recorded: 0, checks: 0, lives: 0, killed: 0, unreachable: 0, missing: 0, dropped: {} };
/** The next event's value: no two are alike. */
let next = 0;

/** Several lives of a pipeline on one disk, until all that was accepted has come to its end. */
class Campaign {
  folder = mkdtempSync(join(tmpdir(), 'promptheus-soak-'));
  spool = join(this.folder, 'spool');
  accepted = new Set();
  fickle = new FickleSink(luck);
  /** By sink: dropped by all lives. */
  dropped = Object.fromEntries(SINKS.map((sink) => [sink, 0]));

  constructor(durability) {
    this.durability = durability;
  }

  async run(milliseconds) {
    const until = performance.now() + milliseconds;
    while (performance.now() < until) await this.live(luck.below(1_500) + 300);
    await this.finish();
    rmSync(this.folder, { recursive: true, force: true });
  }

  start(spoolLimitBytes) {
    totals.lives++;
    const spill = this.durability === 'spill' ? ['spill', 'spill'] : [];
    return createPromptheus({
      registry: false,
      default: false,
      logger: { info() {}, warn() {} },
      events: {
        durability: this.durability,
        ...(this.durability !== 'memory' && { spoolDirectory: this.spool, spoolLimitBytes }),
        sinks: [
          jsonlSink({ path: join(this.folder, 'events.jsonl') }),
          sqliteSink({ path: join(this.folder, 'events.db') }),
          this.fickle.sink(),
        ],
        flushIntervalMs: luck.of([1, 10, 50]),
        batchSize: luck.of([10, 100, 500]),
        queueLimit: luck.of([100, 1_000, 5_000]),
        whenFull: luck.of(['drop-oldest', 'drop-newest', ...spill]),
        sampling: { rate: 0.5 },
      },
    });
  }

  async live(milliseconds) {
    const instance = this.start(luck.of([200_000, 1_000_000_000]));
    await instance.start();
    let [load, checkAt] = [luck.load(), 0];
    // Where too many end, the main thread takes over.
    const killEvery = luck.of([150, 150, 150, 15]);
    for (const until = performance.now() + milliseconds; performance.now() < until; ) {
      this.record(instance, load());
      if (luck.in(30)) load = luck.load();
      if (luck.in(10)) this.fickle.change();
      if (luck.in(killEvery)) this.kill();
      if (luck.in(100)) this.toggleSpool();
      if (performance.now() > checkAt) {
        await check(instance);
        checkAt = performance.now() + CHECK_EVERY_MS;
      }
      await delay(TICK_MS);
    }
    // A lock that cannot be removed would keep the next one out.
    this.reachSpool();
    await this.stop(instance, luck.of([50, 300, 2_000]));
  }

  record(instance, count) {
    totals.recorded += count;
    for (let n = 0; n < count; n++) {
      const value = next++;
      if (instance.events.record({ name: 'soak', value }) === 'accepted') this.accepted.add(value);
    }
    if (luck.in(4)) void instance.trackOperation('soak', 'tracked', async () => {});
  }

  kill() {
    totals.killed++;
    void threads.at(-1)?.terminate();
  }

  /** A file stands where the directory was: nothing in it can be opened, not even by root. */
  toggleSpool() {
    if (this.durability === 'memory' || !existsSync(this.spool)) return;
    if (existsSync(`${this.spool}.away`)) return this.reachSpool();
    totals.unreachable++;
    renameSync(this.spool, `${this.spool}.away`);
    writeFileSync(this.spool, '');
  }

  reachSpool() {
    if (!existsSync(`${this.spool}.away`)) return;
    rmSync(this.spool);
    renameSync(`${this.spool}.away`, this.spool);
  }

  async stop(instance, timeoutMs) {
    const report = await instance.stop({ timeoutMs }).catch((error) => error.report ?? Promise.reject(error));
    expectClosed('the report of a stop', report);
    demand(report.pending + report.inFlight === 0, 'a stop left something in memory', report);
    for (const sink of SINKS) this.dropped[sink] += sum(report.sinks[sink].dropped);
    for (const [reason, count] of Object.entries(report.dropped)) {
      totals.dropped[reason] = (totals.dropped[reason] ?? 0) + count;
    }
  }

  /** All is well, and what is left is delivered. */
  async finish() {
    this.fickle.heal();
    const instance = this.start(1_000_000_000);
    await instance.start();
    for (let tries = 0; tries < 300 && left(instance) > 0; tries++) {
      await instance.events.flush();
      await delay(100);
    }
    await check(instance);
    demand(left(instance) === 0, 'something is left', instance.events.stats());
    await this.stop(instance, 10_000);
    this.expectAllAccountedFor();
  }

  expectAllAccountedFor() {
    const lines = readFileSync(join(this.folder, 'events.jsonl'), 'utf8');
    const database = new DatabaseSync(join(this.folder, 'events.db'));
    const rows = database.prepare("SELECT json ->> '$.value' AS value FROM events WHERE kind = 'metric'").all();
    database.close();
    const inTable = rows.map(({ value }) => value);
    const stored = {
      jsonl: new Set([...lines.matchAll(/"metric_name":"soak","value":(\d+)/g)].map(([, value]) => Number(value))),
      sqlite: new Set(inTable),
      fickle: this.fickle.stored,
    };
    demand(stored.sqlite.size === inTable.length, 'SQLite has something twice', this.durability);
    for (const sink of SINKS) {
      const missing = [...this.accepted].filter((value) => !stored[sink].has(value)).length;
      totals.missing += missing;
      // Under wal nothing is ever dropped but what a sink refuses for good; what a dead thread did not count was stored.
      const most = this.durability === 'wal' && sink !== 'fickle' ? 0 : this.dropped[sink];
      demand(missing <= most, `${missing} missing in ${sink}, ${most} counted`, this.durability);
    }
  }
}

function left(instance) {
  const { pending, inFlight, spilled } = instance.events.stats();
  return pending + inFlight + spilled;
}

/** The equation, from `stats()` and from the text of a scrape. */
async function check(instance) {
  totals.checks++;
  const before = instance.events.stats();
  expectClosed('stats()', before);
  const scraped = countsIn((await instance.scrape()).body.toString());
  expectClosed('a scrape', scraped);
  const after = instance.events.stats();
  for (const name of ['submitted', 'accepted', 'sampledOut', 'delivered']) {
    demand(before[name] <= scraped[name] && scraped[name] <= after[name], `a scrape differs in ${name}`, scraped);
  }
}

function expectClosed(where, counts) {
  demand(counts.submitted === sum(counts.rejected) + counts.accepted, `${where}: what was submitted`, counts);
  for (const [scope, of] of [['all', counts], ...Object.entries(counts.sinks)]) {
    const known = of.sampledOut + of.delivered + sum(of.dropped) + of.spilled + of.pending + of.inFlight;
    demand(of.accepted === known, `${where} of ${scope}: ${of.accepted} accepted, ${known} known`, counts);
  }
  demand(Object.keys(counts.sinks).length === SINKS.length, `${where}: sinks are missing`, counts);
}

function demand(holds, what, about) {
  if (holds) return;
  console.error(`FAILED ${what} (--seed ${SEED}): ${JSON.stringify(about)}`);
  process.exit(1);
}

function sum(parts) {
  return Object.values(parts).reduce((total, part) => total + part, 0);
}

async function held() {
  for (let n = 0; n < 10; n++) {
    globalThis.gc();
    await delay(50);
  }
  const { heapUsed, external, rss: resident } = process.memoryUsage();
  const files = openFiles();
  // What a thread that is ended was just opening stays open in Node: that is not ours, and one a thread at most.
  const leftByThreads = files.filter((name) => name.endsWith('events.jsonl (deleted)')).length;
  return { bytes: heapUsed + external, resident, files: files.length - leftByThreads, leftByThreads };
}

function openFiles() {
  return readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      // The directory's own, closed by now.
      return '';
    }
  });
}

console.log(`events for ${SECONDS} s, --seed ${SEED}`);
const end = performance.now() + SECONDS * 1_000;
const rounds = [];
do {
  for (const durability of ['memory', 'spill', 'wal']) await new Campaign(durability).run(CAMPAIGN_MS);
  threads.length = 0;
  rounds.push(await held());
} while (performance.now() < end);
const early = rounds[0];
// What was not yet collected says nothing; what is never collected is in each of the last.
const late = rounds.slice(-3).reduce((least, round) => (round.bytes < least.bytes ? round : least));
const grew = late.bytes / early.bytes - 1;
console.log(
  `${totals.recorded} recorded in ${totals.lives} lives, ${totals.checks} checks; ${totals.killed} threads ended, spool out of reach ${totals.unreachable} times; dropped ${JSON.stringify(totals.dropped)}, ${totals.missing} missing in a sink; memory ${rounds.map(({ bytes }) => (bytes / 1e6).toFixed(0)).join(' ')} MB, resident ${rounds.map(({ resident }) => (resident / 1e6).toFixed(0)).join(' ')} MB after each of ${rounds.length} rounds, ${late.files} files open (${early.files}), ${late.leftByThreads} left by threads that were ended`,
);
demand(grew < 0.05 || late.bytes - early.bytes < 4e6, 'memory grew', rounds);
demand(late.files <= early.files, 'files are left open', { early, late, files: openFiles() });
demand(late.leftByThreads <= totals.killed, 'threads have left files open', { early, late });
