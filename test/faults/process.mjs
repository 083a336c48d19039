import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

/** A process of this folder that is told what to do, and answers. */
export async function startProcess(file, given) {
  const child = fork(resolve(import.meta.dirname, file), [JSON.stringify(given)], { execArgv: [] });
  const calls = new Map();
  let ended;
  const exited = once(child, 'exit');
  child.on('message', ({ call, result }) => calls.get(call)?.resolve(result));
  child.on('exit', (code, signal) => {
    ended = new Error(`${file} ended with ${code ?? signal}`);
    for (const { reject } of calls.values()) reject(ended);
  });
  const ready = await Promise.race([
    once(child, 'message').then(([message]) => message),
    exited.then(([code]) => Promise.reject(new Error(`${file} ended with ${code}`))),
  ]);
  let last = 0;
  const tell = (task, more = {}) =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(ended);
      calls.set(++last, { resolve, reject });
      child.send({ call: last, task, ...more });
    });
  const end = async () => {
    if (child.connected) child.disconnect();
    await exited;
  };
  return { ...ready, tell, end };
}
