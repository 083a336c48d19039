// 10,000 streams of OpenAI's client over real sockets, a third of them aborted or left early, and some never read: in
// flight back at 0, each counted once, memory as it was. `node --expose-gc --no-flush-bytecode test/soak/streams.mjs
// [streams]` (the flag: see label-values.mjs); it judges itself, and ends with 1 where a promise is not kept.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';
import { instrumentOpenAI } from '../../dist/esm/adapters/openai/index.js';
import { createPromptheus } from '../../dist/esm/src/index.js';

const STREAMS = Number(process.argv[2] ?? 10_000);
const AT_ONCE = 40;
const PIECES = 12;
const require = createRequire(new URL('../matrix/openai/package.json', import.meta.url));
const { OpenAI } = require('openai-7');

const server = createServer(answer).listen(0, '127.0.0.1');
await once(server, 'listening');
const promptheus = createPromptheus({ registry: false, llm: { prices: false } });
const client = instrumentOpenAI(
  new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${server.address().port}/v1`, maxRetries: 0 }),
  { promptheus },
);

/** By the number of a stream: read to its end, left early, aborted on the way, never read, never even awaited. */
const WAYS = [readToEnd, readToEnd, readToEnd, readToEnd, leaveEarly, abort, readToEnd, leaveEarly, abort, neverRead];
const expected = { success: 0, incomplete: 0, aborted: 0 };

// The engine's tables of what waits for its collection grow with what lives between two collections, and do not shrink:
// where it alone chose the moments, they grew by up to 2 MB at one of them, or did not. So we choose them.
const COLLECT_EACH = 1000;
const sixth = Math.ceil(STREAMS / 6);
let early;
for (let from = 0; from < STREAMS; from += AT_ONCE) {
  const count = Math.min(AT_ONCE, STREAMS - from);
  await Promise.all(Array.from({ length: count }, (_, n) => WAYS[(from + n) % WAYS.length]()));
  if (early === undefined && from + count >= sixth) early = await memory();
  if ((from + count) % COLLECT_EACH === 0) await memory();
}
const late = await memory();
const shown = await settled();
server.closeAllConnections();
server.close();
await promptheus.stop();

const growth = late / early - 1;
const problems = [];
for (const [status, count] of Object.entries(expected)) {
  if (shown[status] !== count) problems.push(`${status}: ${shown[status]} counted, ${count} made`);
}
if (shown.inFlight !== 0) problems.push(`${shown.inFlight} in flight at the end`);
if (Math.abs(growth) > 0.05 && late - early > 1e6) problems.push(`memory grew by ${(growth * 100).toFixed(2)} %`);
console.log(
  `${STREAMS} streams: ${shown.success} read, ${shown.incomplete} left or never read, ${shown.aborted} aborted; in flight ${shown.inFlight}; memory ${(early / 1e6).toFixed(1)} MB after a sixth, ${(late / 1e6).toFixed(1)} MB at the end (${(growth * 100).toFixed(2)} %)`,
);
for (const problem of problems) console.error(`FAILED ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

function open(options) {
  const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Go on.' }], stream: true };
  return client.chat.completions.create(body, options);
}

async function readToEnd() {
  expected.success++;
  let seen = 0;
  for await (const _ of await open()) seen++;
  if (seen !== PIECES) throw new Error(`a stream of ${seen} pieces`);
}

async function leaveEarly() {
  expected.incomplete++;
  for await (const _ of await open()) break;
}

async function abort() {
  expected.aborted++;
  const controller = new AbortController();
  try {
    let seen = 0;
    for await (const _ of await open({ signal: controller.signal })) if (++seen === 3) controller.abort();
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  }
}

async function neverRead() {
  expected.incomplete++;
  const stream = await open();
  stream.controller.abort();
}

/** What is counted once the streams that nobody read have been collected. */
async function settled() {
  for (let turn = 0; turn < 100; turn++) {
    const counts = await counted();
    if (counts.inFlight === 0) return counts;
    globalThis.gc();
    await wait(20);
  }
  return counted();
}

async function counted() {
  const text = (await promptheus.scrape()).body.toString();
  const of = (status) =>
    Number(new RegExp(`^llm_requests_total\\{.*status="${status}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  const inFlight = Number(/^llm_requests_in_flight\{.*\} (-?\d+)$/m.exec(text)?.[1]);
  return { success: of('success'), incomplete: of('incomplete'), aborted: of('aborted'), inFlight };
}

async function memory() {
  for (let n = 0; n < 5; n++) {
    globalThis.gc();
    await wait(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function answer(request, response) {
  request.resume();
  await once(request, 'end');
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let n = 0; n < PIECES && !response.destroyed; n++) {
    const usage = n === PIECES - 1 ? { prompt_tokens: 3, completion_tokens: PIECES } : null;
    const choices = [{ index: 0, delta: { content: 'on ' }, finish_reason: usage === null ? null : 'stop' }];
    response.write(
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o', choices, usage })}\n\n`,
    );
    if (n % 4 === 3) await new Promise(setImmediate);
  }
  response.end('data: [DONE]\n\n');
}
