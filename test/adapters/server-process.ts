import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerProcess {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a server on a free port of loopback, and waits until it `answers`. It ends with `stop`, or with this process. */
export async function startServerProcess(
  script: string,
  args: (port: number) => string[],
  answers: (port: number) => Promise<unknown>,
): Promise<ServerProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [script, ...args(port)], { stdio: ['ignore', 'ignore', 'inherit'] });
  const kill = () => child.kill();
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  for (;;) {
    try {
      await answers(port);
      return { port, stop };
    } catch (error) {
      if (child.exitCode !== null) throw new Error(`${script} ended with ${child.exitCode}`, { cause: error });
      await sleep(100);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
