// What the main thread of a process asks of the system while it is watched by strace, but for its sockets.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const CALL = /^(\d+) +(\w+)\((.*)/;
const SOCKET = /^\d+<socket:/;
/** What the loop itself waits on, and how threads wake it. */
const OF_THE_LOOP = /^\d+<(?:anon_inode:|pipe:)/;
const NO_FILE = new Set(['epoll_wait', 'epoll_pwait', 'epoll_ctl', 'eventfd2', 'pipe2', 'mmap']);

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

/**
 * Runs a strike and gives how often the main thread has made which call on a file (`write *.segment`), and on a socket; and
 * those by which it got a socket that makes it wait.
 */
export async function watchMainThread(pid, file, extra, strike) {
  const detach = await attach(pid, ['-y', '-s', '0', '-o', file, '-e', 'trace=%file,%desc,%network', ...extra]);
  try {
    await strike();
  } finally {
    await detach();
  }
  const [files, sockets, waiting] = [{}, {}, []];
  const count = (counts, key) => {
    counts[key] = (counts[key] ?? 0) + 1;
  };
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [, thread, call, args] = CALL.exec(line) ?? [];
    if (Number(thread) !== pid || NO_FILE.has(call) || OF_THE_LOOP.test(args)) continue;
    const isNew = call === 'socket' || call === 'accept4';
    if (isNew && !args.includes('unfinished') && !args.includes('SOCK_NONBLOCK')) waiting.push(line);
    if (isNew || SOCKET.test(args)) count(sockets, call);
    else count(files, `${call} ${nameIn(args)}`);
  }
  rmSync(file);
  return { files, sockets, waiting };
}

/** The file of a descriptor or of a path, without what differs between the segments of a spool. */
function nameIn(args) {
  const path = /^\d+<([^>]*)>/.exec(args)?.[1] ?? /"([^"]*)"/.exec(args)?.[1] ?? args;
  return basename(path).replace(/^\d{12}\.[0-9a-f]{16}/, '*');
}
