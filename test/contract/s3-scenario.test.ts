import express, { type Request } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expressMetrics } from '../../adapters/express/index.js';
import { ObserveHttp, ObserveLlm, ObserveQuery, ObserveVectorSearch } from '../../src/decorators/index.js';
import {
  context,
  createPromptheus,
  type Promptheus,
  trackActiveSession,
  trackCacheOperation,
  updateCacheHitRate,
  updateMemoryUsage,
} from '../../src/index.js';

/** S3.14: the source's families, with their type and label names in its order. */
const FAMILIES: ReadonlyArray<readonly [name: string, type: string, labels: readonly string[]]> = [
  ['http_request_duration_seconds', 'histogram', ['method', 'endpoint', 'company_id', 'status_code']],
  ['llm_request_duration_seconds', 'histogram', ['provider', 'model', 'company_id']],
  ['llm_requests_total', 'counter', ['provider', 'model', 'company_id', 'status']],
  ['llm_token_usage_total', 'counter', ['provider', 'model', 'company_id', 'token_type']],
  ['vector_search_duration_seconds', 'histogram', ['company_id', 'collection']],
  ['vector_search_results_count', 'histogram', ['company_id', 'collection']],
  ['cache_operations_total', 'counter', ['operation', 'result', 'cache_type']],
  ['cache_hit_rate_percent', 'gauge', ['cache_type', 'company_id']],
  ['db_query_duration_seconds', 'histogram', ['query_type', 'company_id']],
  ['active_sessions_current', 'gauge', ['company_id']],
  ['memory_usage_bytes', 'gauge', ['component']],
];

let instance: Promptheus;
let scrape: string;

/** The support desk of the source, its methods decorated as S3.15 decorates them. */
class SupportDesk {
  async search(_query: { company_id: string; collection_name: string }) {
    return ['a', 'b', 'c'];
  }

  async ask(_body: { company_id: string; prompt: string }) {
    return { usage: { prompt_tokens: 11, completion_tokens: 7 } };
  }

  async fail(_body: { company_id: string }): Promise<never> {
    throw new Error('the model is away');
  }

  async tickets(_query: { company_id: string }): Promise<unknown[]> {
    return [];
  }

  async ingest(_input: { company_id: string; method: string }) {
    return 'done';
  }
}

/** What the compiler makes of `@decorator` on a method under experimentalDecorators; the test runner lowers neither kind. */
function decorate(name: keyof SupportDesk, decorator: MethodDecorator): void {
  const { prototype } = SupportDesk;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  Object.defineProperty(prototype, name, decorator(prototype, name, descriptor) as PropertyDescriptor);
}

decorate('search', ObserveVectorSearch() as MethodDecorator);
decorate('ask', ObserveLlm({ provider: 'openai', model: 'gpt-3.5-turbo' }) as MethodDecorator);
decorate('fail', ObserveLlm({ provider: 'openai', model: 'gpt-3.5-turbo' }) as MethodDecorator);
decorate('tickets', ObserveQuery('select_tickets') as MethodDecorator);
decorate('ingest', ObserveHttp('ingest') as MethodDecorator);

const desk = new SupportDesk();

function supportDesk() {
  const app = express();
  app.use(expressMetrics({ tenant: { from: (req: Request) => String(req.headers['x-company']) } }));
  app.post('/query/:topic', async (_req, res) => {
    const company_id = 'acme';
    trackCacheOperation('get', 'miss', 'vector_search');
    await desk.tickets({ company_id });
    await desk.search({ company_id, collection_name: 'tickets' });
    await desk.ask({ company_id, prompt: 'why' });
    res.json({ id: context.correlationId() });
  });
  app.get('/broken', async (_req, res) => {
    await desk.fail({ company_id: 'acme' }).catch(() => res.status(502).end());
  });
  return app;
}

beforeAll(async () => {
  instance = createPromptheus({ registry: false });
  const app = supportDesk();
  await request(app).post('/query/refund').set('x-company', 'acme').expect(200);
  await request(app).get('/broken').set('x-company', 'acme').expect(502);
  updateCacheHitRate('llm_response', 'acme', 0.85);
  trackActiveSession('acme');
  trackActiveSession('acme');
  trackActiveSession('acme', false);
  updateMemoryUsage('vector-index', 1024);
  await desk.ingest({ company_id: 'acme', method: 'POST' });
  scrape = (await request(app).get('/metrics').expect(200)).text;
});

afterAll(() => instance.stop());

/** The value of the one line that starts so. */
function value(series: string): number {
  const line = scrape.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
}

describe('S3.14: the families of the source', () => {
  it.each(FAMILIES)('%s is a %s with exactly its labels', (name, type, labels) => {
    expect(scrape).toContain(`# TYPE ${name} ${type}\n`);
    const sample = type === 'histogram' ? `${name}_count{` : `${name}{`;
    const line = scrape.split('\n').find((one) => one.startsWith(sample));
    const found = [...(line ?? '').matchAll(/([a-z_]+)="/g)].map((match) => match[1]);
    expect(found).toEqual(labels);
  });
});

describe("S3.15: the source's decorators and helpers", () => {
  it('records the request with its real method, pattern and status (B17)', () => {
    const http = 'http_request_duration_seconds_count';
    expect(value(`${http}{method="POST",endpoint="/query/:topic",company_id="acme",status_code="200"}`)).toBe(1);
    expect(value(`${http}{method="GET",endpoint="/broken",company_id="acme",status_code="502"}`)).toBe(1);
    expect(value(`${http}{method="POST",endpoint="ingest",company_id="acme",status_code="200"}`)).toBe(1);
  });

  it('records calls of a model, their tokens and their failures', () => {
    const call = 'provider="openai",model="gpt-3.5-turbo",company_id="acme"';
    expect(value(`llm_requests_total{${call},status="success"}`)).toBe(1);
    expect(value(`llm_requests_total{${call},status="error"}`)).toBe(1);
    expect(value(`llm_request_duration_seconds_count{${call}}`)).toBe(2);
    expect(value(`llm_token_usage_total{${call},token_type="prompt"}`)).toBe(11);
    expect(value(`llm_token_usage_total{${call},token_type="completion"}`)).toBe(7);
  });

  it('takes tenant and collection of a search from its arguments, and the row count from its result', () => {
    const labels = 'company_id="acme",collection="tickets"';
    expect(value(`vector_search_results_count_sum{${labels}}`)).toBe(3);
    expect(value(`vector_search_results_count_bucket{${labels},le="2"}`)).toBe(0);
    expect(value(`vector_search_results_count_bucket{${labels},le="5"}`)).toBe(1);
    expect(value(`vector_search_duration_seconds_count{${labels}}`)).toBe(1);
  });

  it('has the helpers: cache, hit rate times 100, sessions up and down, memory, queries', () => {
    expect(value('cache_operations_total{operation="get",result="miss",cache_type="vector_search"}')).toBe(1);
    expect(value('cache_hit_rate_percent{cache_type="llm_response",company_id="acme"}')).toBe(85);
    expect(value('active_sessions_current{company_id="acme"}')).toBe(1);
    expect(value('memory_usage_bytes{component="vector-index"}')).toBe(1024);
    expect(value('db_query_duration_seconds_count{query_type="select_tickets",company_id="acme"}')).toBe(1);
  });
});
