// node test/soak/kill-nine.mjs [kills] [sqlite | mongodb]   kills a process that records under `wal` into a store at random
// moments: nothing that it was told is accepted may be missing in the end, and nothing may stand there twice. Under `memory` no
// more may be missing than was not delivered by then. Needs a build; mongodb needs `scripts/services.sh start ferretdb`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STORES } from './stores.mjs';

const kills = Number(process.argv[2] ?? 200);
/** How long a life lasts, from its first event. */
const [SHORTEST_MS, LONGEST_MS] = [5, 250];

if (process.argv[2] === 'child') await live(JSON.parse(process.argv[3]));
else await parent();

async function live({ folder, store, life, durability, last }) {
  const { createPromptheus } = await import('../../dist/esm/src/index.js');
  const { sink, close } = await STORES[store].open(folder);
  const spool = durability === 'memory' ? {} : { spoolDirectory: join(folder, 'spool') };
  const instance = createPromptheus({
    registry: false,
    default: false,
    logger: false,
    events: {
      durability,
      ...spool,
      sinks: [sink],
      flushIntervalMs: 20,
      batchSize: 50,
    },
  });
  await instance.start();
  if (last) {
    await instance.events.flush();
    const { spilled, pending, inFlight } = instance.events.stats();
    await instance.stop();
    await close();
    writeSync(1, `left ${spilled + pending + inFlight}\n`);
    return;
  }
  // A file keeps what a killed process has written, and a pipe may be full.
  const told = openSync(join(folder, `told-${life}`), 'w');
  writeSync(1, 'ready\n');
  for (let n = 0; ; n++) {
    const value = `${life}-${n}`;
    if (instance.events.record({ name: 'kill', value }) === 'accepted') {
      writeSync(told, `${value} ${instance.events.stats().delivered}\n`);
    }
    if (n % 10 === 0) await new Promise(setImmediate);
  }
}

async function run(task, untilMs) {
  const file = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [file, 'child', JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let timer;
  child.stdout.on('data', (chunk) => {
    text += chunk;
    if (untilMs !== undefined && timer === undefined) timer = setTimeout(() => child.kill('SIGKILL'), untilMs);
  });
  const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child.stdout, 'end')]);
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`a life ended with ${code ?? signal}: ${text.slice(-300)}`);
  return text.trim();
}

async function lives(store, durability, count) {
  const folder = mkdtempSync(join(tmpdir(), 'promptheus-kill-nine-'));
  try {
    const accepted = [];
    let mayBeMissing = 0;
    for (let life = 0; life < count; life++) {
      const moment = SHORTEST_MS + Math.random() * (LONGEST_MS - SHORTEST_MS);
      await run({ folder, store, life, durability }, moment);
      // The last line may be torn.
      const lines = readFileSync(join(folder, `told-${life}`), 'utf8')
        .split('\n')
        .slice(0, -1);
      for (const line of lines) accepted.push(line.split(' ')[0]);
      // What was not said to be delivered: pending, in flight, or dropped by a full queue.
      mayBeMissing += lines.length - Number(lines.at(-1)?.split(' ')[1] ?? 0);
    }
    const left = await run({ folder, store, durability, last: true });
    const times = new Map();
    for (const value of await STORES[store].values(folder)) times.set(value, (times.get(value) ?? 0) + 1);
    const missing = accepted.filter((value) => !times.has(value)).length;
    const twice = [...times.values()].filter((count) => count > 1).length;
    console.log(
      `${store}, ${durability}: ${count} kills, ${accepted.length} accepted, ${missing} missing, ${twice} stored twice, ${left}${durability === 'memory' ? `, of ${mayBeMissing} not delivered` : ''}`,
    );
    return { missing, twice, left, mayBeMissing };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function parent() {
  const store = process.argv[3] ?? 'sqlite';
  const log = await lives(store, 'wal', kills);
  const memory = await lives(store, 'memory', Math.ceil(kills / 10));
  const failures = [];
  if (log.missing > 0 || log.twice > 0 || log.left !== 'left 0') failures.push('wal lost, repeated or kept something');
  if (memory.missing > memory.mayBeMissing || memory.twice > 0) failures.push('memory lost more than it held');
  for (const failure of failures) console.error(failure);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
