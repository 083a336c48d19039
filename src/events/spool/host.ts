import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** What a spool asks about the machine that it is on. */
export interface SpoolHost {
  readonly pid: number;
  readonly name: string;
  /** Another one after a restart of the machine, which is when written bytes that were not synced are gone; '' where it cannot be told. */
  readonly boot: string;
  /** When the process of this id began, in units of the system; '' where it cannot be told, undefined where there is no such process. */
  started(pid: number): string | undefined;
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds that never go back. */
  elapsed(): number;
}

const START_TIME_FIELD = 22;

export const nodeHost: SpoolHost = {
  pid: process.pid,
  name: hostname(),
  boot: read('/proc/sys/kernel/random/boot_id'),
  started(pid) {
    if (!isAlive(pid)) return undefined;
    // The name of the program, in parentheses, may hold spaces and parentheses.
    const afterName = read(`/proc/${pid}/stat`).split(') ').at(-1) ?? '';
    return afterName.split(' ')[START_TIME_FIELD - 3] ?? '';
  },
  now: Date.now,
  elapsed: () => performance.now(),
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
