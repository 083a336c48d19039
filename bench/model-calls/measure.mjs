// One contender in a process of its own; the parent asks in turns: { what: 'call' | 'stream' | 'bytes' | 'recorded' }.
import { createContender } from './instrumented.mjs';
import { BARE } from './names.mjs';

const { contender, calls, streams } = JSON.parse(process.argv[2]);
const { call, stream, recorded, pieces } = await createContender(contender);
let made = 0;

const MEASURE = {
  /** Microseconds of CPU a call. */
  call: async () => {
    const start = process.hrtime.bigint();
    for (let n = 0; n < calls; n++) await call();
    made += calls;
    return Number(process.hrtime.bigint() - start) / 1_000 / calls;
  },
  /** Nanoseconds a piece of a stream. */
  stream: async () => {
    const start = process.hrtime.bigint();
    for (let n = 0; n < streams; n++) await readStream();
    return Number(process.hrtime.bigint() - start) / streams / pieces;
  },
  /** Bytes of heap a piece; the young generation is large enough that nothing is collected meanwhile. */
  bytes: async () => {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < streams; n++) await readStream();
    return (process.memoryUsage().heapUsed - before) / streams / pieces;
  },
  recorded: async () => {
    // What is exported at the end of a flow may take a turn of the loop.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const count = await recorded();
    if (contender !== BARE && count !== made) throw new Error(`${contender} recorded ${count} of ${made} calls`);
    return count ?? made;
  },
};

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
process.on('message', async ({ what }) => {
  process.send(await MEASURE[what]());
});
