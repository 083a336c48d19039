// One contender in a process of its own; the parent asks in turns: { what: 'call' | 'stream' | 'bytes' | 'recorded' }, and
// of how many.
import { createContender } from './instrumented.mjs';
import { BARE } from './names.mjs';

const { contender } = JSON.parse(process.argv[2]);
const { call, stream, recorded, pieces } = await createContender(contender);
let made = 0;

const MEASURE = {
  /** Microseconds of CPU a call. */
  call: async (count) => {
    const start = cpuMicros();
    for (let n = 0; n < count; n++) await call();
    made += count;
    return (cpuMicros() - start) / count;
  },
  /** Nanoseconds of CPU a piece of a stream. */
  stream: async (count) => {
    const start = cpuMicros();
    for (let n = 0; n < count; n++) await readStream();
    return ((cpuMicros() - start) * 1_000) / count / pieces;
  },
  /** Bytes of heap a piece; the young generation is large enough that nothing is collected meanwhile. */
  bytes: async (count) => {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < count; n++) await readStream();
    return (process.memoryUsage().heapUsed - before) / count / pieces;
  },
  recorded: async () => {
    // What is exported at the end of a flow may take a turn of the loop.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const count = await recorded();
    if (contender !== BARE && count !== made) throw new Error(`${contender} recorded ${count} of ${made} calls`);
    return count ?? made;
  },
};

/** Of the whole process: that of a thread alone is brought up to date at the kernel's ticks only, each of 4 ms. */
function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function readStream() {
  const seen = await stream();
  made++;
  if (seen < pieces) throw new Error(`${contender} handed on ${seen} of ${pieces} pieces`);
}

for (let n = 0; n < 50; n++) {
  await call();
  made++;
}
await readStream();
process.send('ready');
process.on('message', async ({ what, count }) => {
  process.send(await MEASURE[what](count));
});
