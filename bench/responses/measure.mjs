// A service whose requests are stored in something slow, asked from the same process: { what: 'none' | 'direct' | 'queued', requests }.
import { Agent, createServer, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPromptheus } from '../../dist/esm/src/index.js';

const { workMs, storeMs, connections } = JSON.parse(process.argv[2]);
let stored = 0;
const write = async (events) => {
  await sleep(storeMs);
  stored += events.length;
};
const instance = createPromptheus({
  registry: false,
  default: false,
  logger: false,
  events: { sinks: [{ name: 'slow', write: ({ events }) => write(events) }], batchSize: 100, flushIntervalMs: 100 },
});
await instance.start();

const STORE = {
  none() {},
  /** The answer waits for the store. */
  direct: (event) => write([event]),
  queued: (event) => void instance.events.record(event),
};

const server = createServer(async (request, response) => {
  await sleep(workMs);
  const kind = request.url.slice(1);
  await STORE[kind]({ name: 'request', value: 1, context: { route: '/tickets/:id', status: 200 } });
  response.end('{}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address();
const agent = new Agent({ keepAlive: true, maxSockets: connections });

/** Milliseconds until the answer is there. */
function ask(kind) {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', path: `/${kind}`, agent }, (response) => {
      response.resume().on('end', () => resolve(performance.now() - start));
    }).on('error', reject);
  });
}

async function measure({ what, requests }) {
  const before = stored;
  const times = [];
  const one = async () => {
    for (let n = 0; n < requests / connections; n++) times.push(await ask(what));
  };
  await Promise.all(Array.from({ length: connections }, one));
  await instance.events.flush();
  const expected = what === 'none' ? 0 : times.length;
  if (stored - before !== expected) throw new Error(`${what}: ${stored - before} stored of ${expected}`);
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

process.once('disconnect', () => process.exit());
process.on('message', async (task) => process.send(await measure(task)));
process.send('ready');
