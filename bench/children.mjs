import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

function start(file, task, flags, stdio) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return spawn(process.execPath, [...flags, path, JSON.stringify(task)], { stdio });
}

/** Runs a file to its end and returns the JSON that it printed. */
export async function result(file, task, flags = []) {
  const child = start(file, task, flags, ['ignore', 'pipe', 'inherit']);
  const [chunks, [code]] = await Promise.all([child.stdout.toArray(), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${file} ended with ${code}`);
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** A process that measures when asked. */
export class Worker {
  static async start(file, task) {
    const worker = new Worker();
    worker.child = start(
      file,
      task,
      ['--expose-gc', '--max-old-space-size=8192'],
      ['ignore', 'inherit', 'inherit', 'ipc'],
    );
    await once(worker.child, 'message');
    return worker;
  }

  async ask(what) {
    this.child.send({ what });
    const [answer] = await once(this.child, 'message');
    return answer;
  }

  stop() {
    this.child.disconnect();
  }
}
