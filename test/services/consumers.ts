import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { COMMAND } from '../unit/cli/command-line.js';

const CLIENTS: Readonly<Record<string, string>> = {
  redis: 'redis/node_modules/redis-6',
  '@platformatic/kafka': 'kafka/node_modules/@platformatic/kafka',
  mongodb: 'mongodb/node_modules/mongodb',
};

/** The clients that `promptheus consume` loads, those that are not installed. */
export const MISSING = Object.values(CLIENTS).filter((path) => !existsSync(resolve('test/matrix', path)));

const PROCESSED = /^Processed batch: (\d+) events \((\d+) success, (\d+) failures\) in \d+ms$/;

/** A process that consumes. */
export class ConsumerProcess {
  out = '';
  err = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown[]>;

  constructor(directory: string, args: readonly string[]) {
    this.child = spawn(process.execPath, [COMMAND, 'consume', ...args], { cwd: directory });
    this.child.stdout?.on('data', (bytes) => void (this.out += bytes));
    this.child.stderr?.on('data', (bytes) => void (this.err += bytes));
    this.ended = once(this.child, 'close');
  }

  /** How many events it says that it has stored; not a number when it says anything else. */
  get processed(): number {
    const lines = this.out.split('\n').slice(0, -1);
    return lines.reduce((sum, line) => sum + Number(PROCESSED.exec(line)?.[2] ?? Number.NaN), 0);
  }

  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    const [code] = await this.ended;
    return code as number | null;
  }
}

/** A folder where a team has installed the clients, and its processes. */
export class ConsumingProject {
  readonly directory = mkdtempSync(join(tmpdir(), 'promptheus-consume-'));
  private readonly started: ConsumerProcess[] = [];

  constructor() {
    for (const [name, path] of Object.entries(CLIENTS)) {
      const link = join(this.directory, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(resolve('test/matrix', path), link);
    }
  }

  start(...args: readonly string[]): ConsumerProcess {
    const consumer = new ConsumerProcess(this.directory, args);
    this.started.push(consumer);
    return consumer;
  }

  async remove(): Promise<void> {
    await Promise.all(this.started.map((consumer) => consumer.end('SIGKILL')));
    rmSync(this.directory, { recursive: true });
  }
}
