// A steady load on a service, from a process of its own: so many requests a second, whatever the answers take.
import { Agent, request } from 'node:http';

const { port, rate } = JSON.parse(process.argv[2]);
const TICK_MS = 2;
const TIMEOUT_MS = 5_000;

const agent = new Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' });
const failures = [];
let sent = 0;
let open = 0;
let latencies = [];
let [startedAt, begun] = [performance.now(), 0];

function send(dueAt) {
  const id = sent++;
  open++;
  const done = (failure) => {
    open--;
    latencies.push(performance.now() - dueAt);
    if (failure !== undefined) failures.push({ id, failure });
  };
  const headers = { 'x-correlation-id': `r-${id}` };
  const asked = request({ port, host: '127.0.0.1', path: `/answers/${id}`, agent, headers, timeout: TIMEOUT_MS });
  asked.on('response', (response) => {
    response.resume();
    response.once('end', () => done(response.statusCode === 200 ? undefined : String(response.statusCode)));
    response.once('error', (error) => done(error.message));
  });
  asked.on('timeout', () => asked.destroy(new Error('no answer')));
  asked.on('error', (error) => done(error.message));
  asked.end();
}

// What was late is measured from when it was due: a stall counts for each request that it has kept waiting.
const ticking = setInterval(() => {
  const due = Math.floor(((performance.now() - startedAt) * rate) / 1_000);
  for (; begun < due; begun++) send(startedAt + (begun * 1_000) / rate);
}, TICK_MS);

const tasks = {
  begin() {
    latencies = [];
  },
  end() {
    const sorted = Float64Array.from(latencies).sort();
    return { p99: sorted[Math.floor(0.99 * sorted.length)], count: sorted.length };
  },
  async finish() {
    clearInterval(ticking);
    while (open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    agent.destroy();
    return { sent, failures };
  },
};
process.on('message', async ({ call, task, ...given }) => process.send({ call, result: await tasks[task](given) }));
process.on('disconnect', () => process.exit());
process.send({ ready: true });
