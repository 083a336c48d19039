import { describe, expect, it } from 'vitest';
import {
  counted,
  expectLines,
  expectRequests,
  type HttpHarness,
  inFlight,
  RawClient,
  raw,
  run,
} from './http-harness.js';
import { MemorySink } from './memory-sink.js';
import { CONTENT, workOn } from './work.js';

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

/** One wide event a request, that says what its metrics say. */
export function wideEventCases(harness: HttpHarness): void {
  async function started(options: Parameters<typeof run>[1] = {}) {
    const sink = new MemorySink();
    const app = await run(harness, options, {}, sink.parts());
    workOn(app.instance);
    return { ...app, sink };
  }

  describe('wide events', () => {
    it.each([
      ['a success', 'a plain route', '/plain', '/plain', 200, 'success'],
      ['a param', 'a percent-encoded param', '/Users/7', '/Users/:id', 200, 'success'],
      ['no route', 'no route', '/nowhere', 'unmatched', 404, 'success'],
      ['an error', 'an error thrown', '/throws/1', '/throws/:id', 500, 'error'],
    ] as const)('of %s is one, as the metric has it', async (_what, known, path, usualRoute, usualStatus, outcome) => {
      const [route, status] = harness.differs?.[known] || ([usualRoute, usualStatus] as const);
      const app = await started({ tenant: { from: () => 'acme' } });
      await raw(app.port, `GET ${path} HTTP/1.1\r\nX-Correlation-ID: id-1`);
      await expectRequests(app.instance, counted('GET', route, status, 1, 'acme'));
      const [event] = await app.sink.events(1);
      expect(event).toMatchObject({ method: 'GET', route, status_code: status, outcome, company_id: 'acme' });
      expect(event.request_id).toBe('id-1');
      expect(event.duration_ms).toBeGreaterThan(0);
      expect(event.headers_ms).toBeGreaterThan(0);
      if (outcome === 'error') expect(event.error).toMatchObject(harness.tellsErrors ? { message: 'thrown' } : {});
      expect('error' in event).toBe(outcome === 'error');
      expect(app.sink.critical).toEqual([outcome === 'error']);
      await app.close();
      expect(app.sink.wide).toHaveLength(1);
    });

    it('of a client that leaves, before the headers and after, is aborted', async () => {
      const app = await started();
      const early = await RawClient.open(app.port, get('/never'));
      await expectLines(app.instance, inFlight('GET', 1));
      early.leave();
      const late = await RawClient.open(app.port, get('/events'));
      await late.until(/data: 1/);
      late.leave();
      const events = await app.sink.events(2);
      await expectRequests(app.instance, counted('GET', '/never', 499), counted('GET', '/events', 499));
      expect(events.map(({ route, status_code, outcome }) => [route, status_code, outcome]).sort()).toEqual([
        ['/events', 499, 'aborted'],
        ['/never', 499, 'aborted'],
      ]);
      expect(events.every((event) => event.error === undefined)).toBe(true);
      await app.close();
      expect(app.sink.wide).toHaveLength(2);
    });

    it('of a response that the application broke off is an error', async () => {
      const app = await started();
      await raw(app.port, 'GET /breaks HTTP/1.1');
      const [event] = await app.sink.events(1);
      expect(event).toMatchObject({ route: '/breaks', status_code: 500, outcome: 'error', error: { type: '500' } });
      await app.close();
    });

    it('of a scrape, and of what is left out, there is none', async () => {
      const app = await started({ skip: (request) => request.url.endsWith('/plain') });
      await raw(app.port, 'GET /metrics HTTP/1.1');
      await raw(app.port, 'GET /plain HTTP/1.1');
      await raw(app.port, 'GET /any HTTP/1.1');
      await app.sink.events(1);
      await app.close();
      expect(app.sink.wide.map(({ route }) => route)).toEqual(['/any']);
    });

    it('holds what happened inside, each call once, and nothing of what was asked or found', async () => {
      const app = await started();
      await raw(app.port, 'GET /works/gpt-4o HTTP/1.1');
      const [event] = await app.sink.events(1);
      expect(event).toMatchObject({
        route: '/works/:id',
        status_code: 200,
        llm_call_count: 1,
        llm_prompt_tokens: 10,
        llm_completion_tokens: 6,
        vector_search_count: 1,
        vector_result_count: 2,
        cache_misses: 1,
        db_query_count: 1,
      });
      expect(event.llm_calls).toEqual([
        {
          provider: 'openai',
          model: 'gpt-4o',
          operation: 'chat',
          outcome: 'success',
          duration_ms: expect.any(Number),
          prompt_tokens: 10,
          completion_tokens: 6,
        },
      ]);
      expect(event.vector_searches).toMatchObject([{ collection: 'gpt-4o', results: 2, outcome: 'success' }]);
      expect(JSON.stringify(event)).not.toContain(CONTENT);
      await app.close();
      expect(app.sink.wide).toHaveLength(1);
    });

    it('keep the calls of requests that run at the same time apart', async () => {
      const app = await started();
      const ids = ['one', 'two', 'three', 'cached', 'five', 'six', 'seven', 'eight'];
      await Promise.all(ids.map((id) => raw(app.port, `GET /works/${id} HTTP/1.1\r\nX-Correlation-ID: ${id}`)));
      const events = await app.sink.events(ids.length);
      for (const event of events) {
        const id = event.request_id;
        expect(event.llm_calls).toMatchObject([{ model: id, completion_tokens: id.length }]);
        expect(event.vector_searches).toMatchObject([{ collection: id }]);
        expect(event.cache_hits).toBe(id === 'cached' ? 1 : undefined);
      }
      expect(events.map((event) => event.request_id).sort()).toEqual([...ids].sort());
      await app.close();
    });

    it('tell why a model call failed that failed its request', async () => {
      const app = await started();
      await raw(app.port, 'GET /works/fails HTTP/1.1');
      const [event] = await app.sink.events(1);
      expect(event.llm_calls).toMatchObject([{ outcome: 'error', error_class: 'rate_limit', error_type: '429' }]);
      expect(event.status_code).toBeGreaterThanOrEqual(400);
      expect(event.llm_error_count).toBe(1);
      await app.close();
    });
  });
}
