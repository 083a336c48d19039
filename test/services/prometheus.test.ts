import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AcceptProxy } from './accept-proxy.js';
import { type Answer, Prometheus } from './prometheus.js';
import { SupportDesk } from './support-desk.js';

const running = Prometheus.running('support-desk');
const skipped = running === undefined && !process.env.CI;
const title = skipped
  ? 'a real Prometheus (not running: start it with scripts/services.sh start)'
  : 'a real Prometheus';

/** The ways by which the same numbers reach Prometheus. */
const WAYS = ['app', 'metrics-server', 'text', 'openmetrics'] as const;

describe.skipIf(skipped)(title, () => {
  let prometheus: Prometheus;
  let desk: SupportDesk;
  let text: AcceptProxy;
  let openMetrics: AcceptProxy;

  beforeAll(async () => {
    if (running === undefined) throw new Error('Prometheus is not running: start it with scripts/services.sh start');
    prometheus = running;
    desk = await SupportDesk.start();
    text = new AcceptProxy('text/plain;version=0.0.4', desk.metricsUrl);
    openMetrics = new AcceptProxy('application/openmetrics-text;version=1.0.0', desk.metricsUrl);
    // Counts that are there at the first scrape and counts that come later must both arrive.
    await firstHalf(desk);
    prometheus.scrape([
      { via: 'app', address: new URL(desk.url).host },
      { via: 'metrics-server', address: new URL(desk.metricsUrl).host },
      { via: 'text', address: await text.start() },
      { via: 'openmetrics', address: await openMetrics.start() },
    ]);
    await secondHalf(desk);
  });

  afterAll(async () => {
    prometheus?.scrape([]);
    text?.stop();
    openMetrics?.stop();
    await desk?.stop();
  });

  describe.each(WAYS)('by way of %s', (via) => {
    it.each(EXPECTED)('%s', async (_what, expression, expected) => {
      const scraped = expression.replaceAll('VIA', `via="${via}"`);
      expect(await prometheus.eventually(scraped, expected)).toEqual(expected);
    });

    it.each([
      'http_request_duration_seconds',
      'llm_request_duration_seconds',
      'vector_search_duration_seconds',
      'db_query_duration_seconds',
    ])('has quantiles of %s', async (family) => {
      const answer = await prometheus.query(
        `histogram_quantile(0.95, sum by (via, le) (${family}_bucket{via="${via}"}))`,
      );
      expect(answer[via]).toBeGreaterThan(0);
      expect(answer[via]).toBeLessThan(Number.POSITIVE_INFINITY);
    });
  });

  it('has no error at any target', async () => {
    const up = Object.fromEntries(WAYS.map((via) => [via, 1]));
    await prometheus.eventually('sum by (via) (up)', up);
    const targets = await prometheus.targets();
    expect(targets.sort((a, b) => a.via.localeCompare(b.via))).toEqual(
      [...WAYS].sort().map((via) => ({ via, health: 'up', lastError: '' })),
    );
  });

  it('was answered in the format that each way asked for', () => {
    expect([...text.contentTypes]).toEqual([expect.stringContaining('text/plain; version=0.0.4')]);
    expect([...openMetrics.contentTypes]).toEqual([
      expect.stringContaining('application/openmetrics-text; version=1.0.0'),
    ]);
  });

  it.each(['app', 'metrics server'])(
    'finds in the text of the %s nothing to complain of but the listed lines',
    async (who) => {
      const url = who === 'app' ? `${desk.url}/metrics` : desk.metricsUrl;
      const body = await (await fetch(url, { headers: { Accept: 'text/plain' } })).text();
      const { stderr, stdout, error } = spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' });
      expect(error).toBeUndefined();
      expect(lines(stdout + stderr)).toEqual(lines(readFileSync('test/lint-exceptions.txt', 'utf8')));
    },
  );
});

const HTTP = 'http_request_duration_seconds_count';

/** What the traffic below must have left in Prometheus. */
const EXPECTED: Array<[what: string, expression: string, expected: Answer]> = [
  [
    'counts requests by endpoint and status',
    `sum by (endpoint, status_code) (${HTTP}{VIA})`,
    {
      '/init 200': 5,
      '/init 404': 1,
      '/query 200': 3,
      '/query 503': 1,
      '/reply 200': 1,
      '/reply 499': 1,
      'unmatched 404': 1,
    },
  ],
  ['counts requests by tenant', `sum by (company_id) (${HTTP}{VIA})`, { acme: 8, globex: 5 }],
  ['counts aborts', 'sum by (endpoint) (http_requests_aborted_total{VIA}) > 0', { '/reply': 1 }],
  [
    'counts model calls by how they ended',
    'sum by (status) (llm_requests_total{VIA})',
    { success: 8, error: 1, aborted: 1 },
  ],
  [
    'counts tokens',
    'sum by (model, token_type) (llm_token_usage_total{VIA})',
    { 'gpt-4o-mini prompt': 1300, 'gpt-4o-mini completion': 330 },
  ],
  ['counts vector searches', 'sum by (collection) (vector_search_duration_seconds_count{VIA})', { articles: 8 }],
  ['adds up the rows found', 'sum by (company_id) (vector_search_results_count_sum{VIA})', { acme: 21, globex: 13 }],
  ['counts database queries', 'sum by (query_type) (db_query_duration_seconds_count{VIA})', { ticket_by_id: 6 }],
  [
    'counts cache operations',
    'sum by (operation, result) (cache_operations_total{VIA})',
    { 'get hit': 1, 'get miss': 3, 'set ok': 2 },
  ],
  [
    'shows the hit rate in percent',
    'round(max by (company_id) (cache_hit_rate_percent{VIA}))',
    { acme: 33, globex: 0 },
  ],
  ['counts sessions', 'sum by (company_id) (sessions_total{VIA})', { acme: 3, globex: 2 }],
  [
    'finds a histogram equal to its last bucket',
    `sum(${HTTP}{VIA}) - sum(http_request_duration_seconds_bucket{VIA,le="+Inf"})`,
    { '': 0 },
  ],
];

async function firstHalf(desk: SupportDesk): Promise<void> {
  for (const n of [1, 2, 3]) await done(desk.send('acme', '/init', { sessionId: `acme-${n}`, ticketId: `T-${n}` }));
  await done(desk.send('acme', '/query', { sessionId: 'acme-1', question: 'export is slow' }));
  await done(desk.send('acme', '/query', { sessionId: 'acme-1', question: 'export is slow' }));
  await done(desk.send('acme', '/query', { sessionId: 'acme-2', question: 'invoice is late' }));
}

async function secondHalf(desk: SupportDesk): Promise<void> {
  await done(desk.send('acme', '/reply', { sessionId: 'acme-1', text: 'please write' }));
  const leave = new AbortController();
  const stream = await desk.send('acme', '/reply', { sessionId: 'acme-2', text: 'please write' }, leave.signal);
  await stream.body?.getReader().read();
  leave.abort();
  for (const n of [1, 2]) await done(desk.send('globex', '/init', { sessionId: `globex-${n}`, ticketId: `T-${n}` }));
  await done(desk.send('globex', '/init', { sessionId: 'globex-3', ticketId: 'T-0' }));
  await done(desk.send('globex', '/query', { sessionId: 'globex-1', question: 'overload' }));
  await done(desk.send('globex', '/nowhere', {}));
}

async function done(response: Promise<Response>): Promise<void> {
  await (await response).text();
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .sort();
}
