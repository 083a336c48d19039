// Millions of observations over hostile label values, each a fresh string as a request brings it: what is kept must stay
// as it was, and the totals exact. Prints one line of JSON.
//
// Without --no-flush-bytecode the engine drops the code of the start-up once it likes, which is none of ours.
//
//   node --expose-gc --no-flush-bytecode test/soak/label-values.mjs [observations = 20000000] [distinct values = 200000]
import { createPromptheus } from '../../dist/esm/src/index.js';

const observations = Number(process.argv[2] ?? 20_000_000);
const distinct = Number(process.argv[3] ?? 200_000);
const LIMIT = 2_000;
const ENDPOINTS = ['/', '/users/:id', '/"quoted"\\', '/\u2028', '/search'];
/** A scrape is what takes out expired series. */
const SCRAPE_EVERY = Math.ceil(observations / 30);

/** One shape of hostile text for each; the number in it makes it one of many. */
const SHAPES = [
  (i) => `"${i}"`,
  (i) => `line\n${i}\r\n# EOF\n`,
  (i) => `\\${i}\\n\\"`,
  (i) => `\0${i}\0\x1b[2J`,
  (i) => `\u2028${i}\u2029\u0085`,
  (i) => `😀${i}\u{10ffff}`,
  (i) => `e\u0301${i}\u0301\u0301`,
  (i) => `\u202e\u05d0${i}`,
  (i) => `a="${i}",b="} 1`,
  (i) => `__proto__${i}`,
  (i) => `${i}\ud800`,
  (i) => `${'\udc00'.repeat(1 + (i % 50))}${i}`,
  (i) => `${i}${'😀"'.repeat(130)}`,
  // Ever new texts that are all one label value.
  (_, k) => String.fromCharCode(...[k, k >>> 10, k >>> 20].map((bits) => 0xd800 + (bits & 0x3ff))),
];

const textOf = (i, k) => SHAPES[i % SHAPES.length](i, k);

/** The order looks random, and is the same each time. */
let state = 1;
function draw() {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * distinct);
}

const instance = createPromptheus({ default: false, registry: false, logger: false });
const { metrics, http } = instance;
const help = 'Soak.';
const byTenant = metrics.counter({ name: 'soak_calls_total', help, labelNames: ['tenant'] });
const byBoth = metrics.histogram({
  name: 'soak_wait_seconds',
  help,
  labelNames: ['tenant', 'endpoint'],
  allow: { endpoint: ENDPOINTS },
  buckets: [1, 10, 100],
});
const open = metrics.gauge({ name: 'soak_open_current', help, labelNames: ['tenant', 'model'] });
const expiring = metrics.counter({ name: 'soak_expiring_total', help, labelNames: ['tenant'], expireAfterMs: 1 });

const sent = { calls: 0, waits: 0, seconds: 0, open: 0, requests: 0 };

function observe(k) {
  const text = textOf(draw(), k);
  switch (k % 5) {
    case 0:
      sent.calls += 1;
      return byTenant.inc({ tenant: text });
    case 1:
      sent.waits += 1;
      sent.seconds += k % 128;
      return byBoth.labels(text, ENDPOINTS[(k >>> 3) % ENDPOINTS.length]).observe(k % 128);
    case 2:
      sent.open += 1;
      return open.inc({ model: text, tenant: textOf(draw(), k) });
    case 3:
      return expiring.inc({ tenant: text });
    default:
      sent.requests += 1;
      return http.record({ method: 'GET', endpoint: '/soak', tenant: text, status: 200, seconds: 0.5 });
  }
}

/** What is held once the garbage is gone, which takes more rounds than one where something waits for its turn. */
async function memory() {
  let before = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
    // Shared memory is in arrayBuffers only.
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    const total = heapUsed + external + arrayBuffers;
    if (round > 3 && total > 0.999 * before) return { heapUsed, external, arrayBuffers, total };
    before = total;
  }
  throw new Error('the garbage does not end');
}

/** The sum, and the number of lines, of what a scrape prints under a name. */
function linesOf(text, name) {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`));
  return { series: lines.length, sum: lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0) };
}

const marks = [];
for (let k = 1; k <= observations; k++) {
  observe(k);
  if (k % SCRAPE_EVERY === 0) await instance.scrape();
  if (k % Math.floor(observations / 6) === 0) marks.push(await memory());
}
const { user, system } = process.cpuUsage();
const text = (await instance.scrape()).body.toString();
const kept = {
  calls: linesOf(text, 'soak_calls_total'),
  waits: linesOf(text, 'soak_wait_seconds_count'),
  seconds: linesOf(text, 'soak_wait_seconds_sum'),
  open: linesOf(text, 'soak_open_current'),
  requests: linesOf(text, 'http_request_duration_seconds_count'),
};
const expired = linesOf(text, 'soak_expiring_total');
const growth = marks.at(-1).total / marks[0].total - 1;

const failures = [];
for (const [what, { sum }] of Object.entries(kept)) {
  if (sum !== sent[what]) failures.push(`${what}: ${sum} kept of ${sent[what]}`);
}
// One overflow series beside the limit, or one for each endpoint, whose values stay.
const most = { calls: LIMIT + 1, waits: LIMIT + ENDPOINTS.length, open: LIMIT + 1, requests: 5 * LIMIT + 1 };
for (const [what, limit] of Object.entries(most)) {
  if (kept[what].series !== limit) failures.push(`${what}: ${kept[what].series} series, not ${limit}`);
}
if (expired.series > LIMIT + 1) failures.push(`expiring: ${expired.series} series`);
if (growth > 0.02 || growth < -0.02) failures.push(`memory moved by ${(100 * growth).toFixed(2)} %`);
console.log(
  JSON.stringify({
    observations,
    distinct,
    cpuSeconds: (user + system) / 1e6,
    growth,
    marks,
    kept,
    expired,
    failures,
  }),
);
process.exitCode = failures.length === 0 ? 0 : 1;
