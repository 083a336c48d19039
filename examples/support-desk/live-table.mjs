// Reads the desk's own /metrics, as Prometheus would, and shows a few of its numbers.
const REDRAW_MS = 2_000;

/** Shows the table every two seconds, in place where the output is a terminal. Returns a function that ends it. */
export function startLiveTable(metricsUrl) {
  let drawn = 0;
  const draw = async () => {
    const table = describe(await readSamples(metricsUrl));
    if (process.stdout.isTTY && drawn > 0) process.stdout.write(`\x1b[${drawn}A\x1b[J`);
    process.stdout.write(`${table}\n`);
    drawn = table.split('\n').length;
  };
  const timer = setInterval(() => draw().catch((error) => console.error(error.message)), REDRAW_MS);
  return () => clearInterval(timer);
}

/** One line of totals. */
export async function summaryLine(metricsUrl) {
  const samples = await readSamples(metricsUrl);
  const requests = total(samples, 'http_request_duration_seconds_count');
  const calls = total(samples, 'llm_requests_total');
  const tokens = total(samples, 'llm_token_usage_total');
  const searches = total(samples, 'vector_search_duration_seconds_count');
  return `recorded ${requests} requests, ${calls} model calls with ${tokens} tokens, ${searches} vector searches`;
}

function describe(samples) {
  const requests = 'http_request_duration_seconds_count';
  return [
    '',
    'requests',
    ...rows(samples, requests, ({ method, endpoint, status_code }) => `${method} ${endpoint} ${status_code}`),
    'model calls',
    ...rows(samples, 'llm_requests_total', ({ model, status }) => `${model} ${status}`),
    'tokens',
    ...rows(samples, 'llm_token_usage_total', ({ token_type }) => token_type),
    'vector searches',
    ...rows(samples, 'vector_search_duration_seconds_count', ({ company_id }) => company_id),
    'answers from cache',
    ...rows(samples, 'cache_operations_total', ({ operation, result }) => `${operation} ${result}`),
  ].join('\n');
}

/** The samples of one name, added up by what `label` says of each. */
function rows(samples, name, label) {
  const sums = new Map();
  for (const sample of samples) {
    if (sample.name !== name) continue;
    const key = label(sample.labels);
    sums.set(key, (sums.get(key) ?? 0) + sample.value);
  }
  return [...sums].sort().map(([key, value]) => `  ${key.padEnd(36)}${String(value).padStart(8)}`);
}

function total(samples, name) {
  return samples.reduce((sum, sample) => (sample.name === name ? sum + sample.value : sum), 0);
}

/** The samples of a scrape. Enough of a parser for labels without escapes, as all of this example's are. */
async function readSamples(metricsUrl) {
  const text = await (await fetch(metricsUrl, { headers: { Accept: 'text/plain' } })).text();
  const samples = [];
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const pairs = Array.from(labels.matchAll(/(\w+)="([^"]*)"/g), ([, key, text]) => [key, text]);
    samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) });
  }
  return samples;
}
