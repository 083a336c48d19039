// A sink of the thread of events that blocks it for as long as a word of shared memory says so.
import { appendFileSync } from 'node:fs';

export const createSink = ({ path, switched }) => ({
  name: 'blocking',
  write({ events }) {
    while (Atomics.load(switched, 0) === 1) Atomics.wait(switched, 0, 1, 1_000);
    appendFileSync(path, events.map(({ json }) => `${json}\n`).join(''));
  },
});
