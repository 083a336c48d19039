import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const FLAGS = ['--expose-gc', '--max-old-space-size=12288'];

/** True where a process can be kept on one core. */
export const canPin = cpus().length > 1 && hasTaskset();

function hasTaskset() {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function start(file, task, { flags = FLAGS, core }, stdio) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const node = [process.execPath, ...flags, path, JSON.stringify(task)];
  const [command, ...args] = core !== undefined && canPin ? ['taskset', '-c', String(core), ...node] : node;
  return spawn(command, args, { stdio, env: { ...process.env, NODE_ENV: 'production' } });
}

/** Runs a file to its end and returns the JSON that it printed. */
export async function result(file, task, options = {}) {
  const child = start(file, task, options, ['ignore', 'pipe', 'inherit']);
  const [chunks, [code, signal]] = await Promise.all([child.stdout.toArray(), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${file} ${JSON.stringify(task)} ended with ${code ?? signal}`);
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** A process that measures when asked; `ready` is what it said first. */
export class Worker {
  static async start(file, task, options = {}) {
    const worker = new Worker();
    worker.child = start(file, task, options, ['ignore', 'inherit', 'inherit', 'ipc']);
    worker.name = `${file} ${JSON.stringify(task)}`;
    worker.ready = await worker.answer();
    return worker;
  }

  ask(what, details = {}) {
    const answer = this.answer();
    this.child.send({ what, ...details });
    return answer;
  }

  /** The next message; a process that ends instead fails the run. */
  answer() {
    return new Promise((resolve, reject) => {
      const ended = (code) => reject(new Error(`${this.name} ended with ${code}`));
      this.child.once('exit', ended);
      this.child.once('message', (message) => {
        this.child.removeListener('exit', ended);
        resolve(message);
      });
    });
  }

  async stop() {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}
