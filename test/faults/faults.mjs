// The faults: what is struck, and how. `strike(real)` takes a whole round; where it is not real, the same happens on the
// machine to something that the service does not use, so that a round without the fault differs by the fault alone.
import { execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inFiles, inKafka, inLines, inMongo, inRedis, makeTopic } from './stored.mjs';
import { attach } from './watch.mjs';

const run = promisify(execFile);

/** A server that is killed and comes back with its data. The idle one is of the same kind. */
function server(kind, { seconds, variable, option, stored, prepare = () => {} }) {
  const services = (state, ...args) =>
    run('bash', ['scripts/services.sh', ...args, kind], {
      env: { ...process.env, ...(state && { SERVICES_STATE: state }) },
    });
  return {
    name: `${kind} killed and restarted`,
    seconds,
    stored,
    once: kind === 'ferretdb',
    async open(folder, isMeasured) {
      const address = new RegExp(`^export ${variable}=(.*)$`, 'm').exec(
        readFileSync(join(process.env.SERVICES_STATE ?? '.services', 'env'), 'utf8'),
      )?.[1];
      if (address === undefined) throw new Error(`${kind} does not run: scripts/services.sh start ${kind}`);
      const idle = join(folder, 'idle');
      if (isMeasured) await services(idle, 'start');
      const sink = { kind, [option]: address, name: `faults-${process.pid}-${Date.now()}` };
      await prepare(sink);
      return {
        sink,
        async strike(real) {
          const state = real ? undefined : idle;
          await sleep(seconds * 150);
          await services(state, 'kill');
          await sleep(seconds * 200);
          await services(state, 'resume');
        },
        // Not `stop` alone: it ends all that it finds.
        close: () =>
          isMeasured
            ? run('bash', ['scripts/services.sh', 'stop'], { env: { ...process.env, SERVICES_STATE: idle } })
            : undefined,
      };
    },
  };
}

/** Fills it to the last byte. */
function fill(folder) {
  const file = openSync(join(folder, 'filler'), 'w');
  try {
    for (let size = 1 << 20; size > 0; ) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
        size >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
}

const diskFull = {
  name: 'disk full',
  seconds: 4,
  losesBy: ['spool_full'],
  refuses: true,
  // A queue that the outage overflows: what is lost has to be counted.
  events: { queueLimit: 1_000 },
  stored: ({ collected }) => collected,
  async open(folder) {
    const [disk, idle] = ['disk', 'idle'].map((name) => join(folder, name));
    for (const path of [disk, idle]) {
      mkdirSync(path);
      await run('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', path]);
    }
    const path = join(disk, 'events.jsonl');
    const collected = [];
    const collect = async () => {
      const taken = join(disk, 'taken.jsonl');
      try {
        renameSync(path, taken);
      } catch {
        return;
      }
      // A write to the file under its former name may be under way.
      await sleep(500);
      for (const event of inLines({ path: taken })) collected.push(event);
      rmSync(taken);
    };
    return {
      sink: { kind: 'jsonl', path, collected },
      spoolDirectory: join(disk, 'spool'),
      async strike(real) {
        const struck = real ? disk : idle;
        await sleep(600);
        fill(struck);
        await sleep(2_000);
        rmSync(join(struck, 'filler'));
      },
      /** The disk is small: what was stored is taken away while nothing happens. */
      calm: collect,
      async close() {
        for (const mounted of [disk, idle]) await run('umount', [mounted]);
      },
    };
  },
};

/** Both rounds are traced: only the injection differs. */
const SYNCS = ['-e', 'trace=fsync,fdatasync', '-o', '/dev/null'];
const EIO = ['-e', 'inject=fsync,fdatasync:error=EIO'];

const failingSync = {
  name: 'EIO on fsync',
  seconds: 4,
  stored: inFiles,
  // Under `wal`: what cannot be made safe is not accepted.
  refuses: true,
  async open(folder) {
    const path = join(folder, 'metrics');
    return {
      sink: { kind: 'files', path },
      /** For who watches the process by strace: there can be one alone. */
      watched: { options: EIO, strike: () => sleep(3_000) },
      async strike(real, { pid }) {
        const detach = await attach(pid, real ? [...SYNCS, ...EIO] : SYNCS);
        await sleep(3_000);
        await detach();
      },
    };
  },
};

function hanging(kind, name, seconds, most = {}) {
  return {
    name,
    seconds,
    stored: inLines,
    ...most,
    async open(folder) {
      return {
        sink: { kind, path: join(folder, 'events.jsonl') },
        async strike(real, { tell }) {
          await sleep(500);
          if (real) await tell('hang', { on: true });
          await sleep((seconds - 1) * 1_000);
          if (real) await tell('hang', { on: false });
        },
      };
    },
  };
}

export const FAULTS = {
  redis: server('redis', { seconds: 4, variable: 'PROMPTHEUS_REDIS_URL', option: 'url', stored: inRedis }),
  kafka: server('kafka', {
    seconds: 9,
    variable: 'PROMPTHEUS_KAFKA_BROKER',
    option: 'broker',
    stored: inKafka,
    prepare: makeTopic,
  }),
  ferretdb: server('ferretdb', { seconds: 4, variable: 'PROMPTHEUS_MONGODB_URL', option: 'url', stored: inMongo }),
  full: diskFull,
  eio: failingSync,
  hang: hanging('hanging', 'a sink hangs for 30 s', 31),
  block: hanging('blocking', 'a sink blocks the thread for 3 s', 4),
  // 4 MiB of ring hold what comes in that time or not: what they do not hold is counted.
  block30: hanging('blocking', 'a sink blocks the thread for 30 s', 31, { losesBy: ['ring_full'] }),
};
