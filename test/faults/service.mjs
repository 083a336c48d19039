// A service with events, as a process of its own: each request leaves a wide event and a metric. Told by messages what to do.
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { instrumentServer } from '../../dist/esm/adapters/node/index.js';
import { createPromptheus, observeHttp } from '../../dist/esm/src/index.js';
import { makeSink } from './sinks.mjs';

const SAMPLE_MS = 25;
/** How long what waits may take to be stored when the fault is over. */
const SETTLE_MS = 90_000;

const given = JSON.parse(process.argv[2]);
const { sink, hang, close } = await makeSink(given.sink);
const warnings = new Map();
const count = (message) => warnings.set(message, (warnings.get(message) ?? 0) + 1);
const { spoolDirectory, durability } = given;
const instance = createPromptheus({
  registry: false,
  default: false,
  logger: { info() {}, warn: count },
  events: { sinks: [sink], durability, spoolDirectory, flushIntervalMs: 250, ...given.events },
});
await instance.start();

const rejected = [];
const answer = observeHttp(
  (request, response) => {
    const value = Number(request.headers['x-correlation-id'].slice(2));
    if (instance.events.record({ name: 'answered', value }) !== 'accepted') rejected.push(value);
    response.setHeader('content-type', 'application/json');
    response.end(`{"answer":${value}}`);
  },
  { endpoint: '/answers/:id' },
);
const server = instrumentServer(createServer(answer), { promptheus: instance });
// A connection that is closed for having been idle may be the one that a request is just sent on.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port, pid: process.pid }));

/** What the equation lacks, of all events and of each sink. */
function imbalanceOf({ submitted, rejected, accepted, sinks, ...all }) {
  const sum = (parts) => Object.values(parts).reduce((total, part) => total + part, 0);
  const known = ({ sampledOut, delivered, dropped, spilled, pending, inFlight }) =>
    sampledOut + delivered + sum(dropped) + spilled + pending + inFlight;
  const lacks = [submitted - sum(rejected) - accepted, accepted - known(all)];
  for (const equation of Object.values(sinks)) lacks.push(equation.accepted - known(equation));
  return lacks;
}

const unbalanced = [];
let samples = 0;
let mostWaiting = 0;
setInterval(() => {
  const stats = instance.events.stats();
  samples++;
  mostWaiting = Math.max(mostWaiting, stats.spilled + stats.pending + stats.inFlight);
  if (imbalanceOf(stats).some((lack) => lack !== 0)) unbalanced.push(stats);
}, SAMPLE_MS);

const delay = monitorEventLoopDelay({ resolution: 1 });

/** Whether no more than so many events wait, sooner or later. */
async function settled(most) {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const { spilled, pending, inFlight } = instance.events.stats();
    if (spilled + pending + inFlight <= most) return true;
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const tasks = {
  begin() {
    mostWaiting = 0;
    delay.reset();
    delay.enable();
  },
  end() {
    delay.disable();
    const { spilled, pending, inFlight } = instance.events.stats();
    return { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6, mostWaiting, left: spilled + pending + inFlight };
  },
  hang: ({ on }) => hang(on),
  settled: ({ most }) => settled(most),
  async finish() {
    const isSettled = await settled(0);
    const report = await instance.stop({ timeoutMs: 5_000 });
    await close();
    server.close();
    return { isSettled, report, rejected, samples, unbalanced: unbalanced.slice(0, 3), warnings: [...warnings] };
  },
};
process.on('message', async ({ call, task, ...given }) => process.send({ call, result: await tasks[task](given) }));
process.on('disconnect', () => process.exit());
