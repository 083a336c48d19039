// What the main thread of a process asks of the system while it is watched by strace, but for its sockets.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const CALL = /^(\d+) +(\w+)\((.*)/;
/** What the loop itself waits on; sockets, of which a call gives EAGAIN instead of waiting, as they are made non-blocking. */
const NO_FILE = /^\d+<(?:anon_inode:|socket:|pipe:|TCP|UNIX)/;
const MAKES_NO_FILE = new Set(['epoll_wait', 'epoll_pwait', 'epoll_ctl', 'socket', 'eventfd2', 'pipe2', 'mmap']);

/** Attaches strace to all threads of a process; gives what lets go of it. */
export async function attach(pid, options) {
  const tracer = spawn('strace', ['-f', '-p', String(pid), ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(tracer, 'exit');
  let said = '';
  tracer.stderr.on('data', (chunk) => (said += chunk));
  while (!said.includes('attached')) {
    if (tracer.exitCode !== null) throw new Error(`strace ended: ${said}`);
    await sleep(10);
  }
  return async () => {
    tracer.kill('SIGINT');
    await exited;
  };
}

/** Runs a strike and gives how often the main thread has called what on which file: `write 000000000001.….segment`. */
export async function watchMainThread(pid, file, extra, strike) {
  const detach = await attach(pid, ['-y', '-s', '0', '-o', file, '-e', 'trace=%file,%desc,%network', ...extra]);
  try {
    await strike();
  } finally {
    await detach();
  }
  const files = {};
  let all = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [, thread, call, args] = CALL.exec(line) ?? [];
    if (Number(thread) !== pid || call === undefined) continue;
    all++;
    if (MAKES_NO_FILE.has(call) || NO_FILE.test(args)) continue;
    const name = basename(/^\d+<([^>]*)>/.exec(args)?.[1] ?? /"([^"]*)"/.exec(args)?.[1] ?? args);
    const key = `${call} ${name.replace(/^\d{12}\.[0-9a-f]{16}/, '*')}`;
    files[key] = (files[key] ?? 0) + 1;
  }
  rmSync(file);
  return { all, files };
}
