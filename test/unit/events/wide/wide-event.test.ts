import { describe, expect, it } from 'vitest';
import type { WideEvent, WideEventEnd } from '../../../../src/events/wide/wide-event.js';
import { type WideEventOptions, WideEvents } from '../../../../src/events/wide/wide-events.js';
import { MemorySink } from '../../../contract/memory-sink.js';

const NOWHERE = { correlationId: undefined, tenant: undefined, active: undefined };
const request = { method: 'GET', route: '/a', status: 200 };
const end: WideEventEnd = { outcome: 'success', seconds: 0.1, request };

function begun(options?: WideEventOptions): { sink: MemorySink; events: WideEvents; event: WideEvent } {
  const sink = new MemorySink();
  const events = new WideEvents(sink, options);
  return { sink, events, event: events.begin(NOWHERE) };
}

describe('a wide event', () => {
  it('is finished once, and takes nothing after that', () => {
    const { sink, event } = begun();
    event.finish(end);
    event.llmCall({ seconds: 1, outcome: 'success', attempts: 0 });
    event.vectorSearch({ seconds: 1, outcome: 'success' });
    event.httpCall({ method: 'GET', host: 'h', status: 200, seconds: 1 });
    event.finish({ ...end, outcome: 'error' });
    expect(sink.wide).toEqual([{ method: 'GET', route: '/a', status_code: 200, duration_ms: 100, outcome: 'success' }]);
  });

  it('that is left out is none', () => {
    const { sink, event } = begun();
    event.leaveOut();
    event.finish(end);
    expect(sink.wide).toEqual([]);
  });

  it('shows no half of an address where a name is cut', () => {
    const { sink, event } = begun();
    const name = `${'x'.repeat(115)} bobby@example.com`;
    event.llmCall({ model: name, provider: name, seconds: 1, outcome: 'success', attempts: 0 });
    event.vectorSearch({ collection: name, seconds: 1, outcome: 'success' });
    event.httpCall({ method: 'GET', host: name, status: 200, seconds: 1 });
    event.finish(end);
    expect(JSON.stringify(sink.wide)).not.toMatch(/bob|exam/);
  });

  it('adds up all calls, and keeps the first ones in detail', () => {
    const { sink, event } = begun();
    for (let at = 0; at < 1_000; at++) {
      const usage = { prompt: 2, completion: 3, cached: 1 };
      event.llmCall({ model: `m${at}`, usage, costUsd: 0.5, seconds: 0.001, outcome: 'success', attempts: 0 });
      event.vectorSearch({ rows: at % 2, seconds: 0.001, outcome: 'success' });
      event.httpCall({ method: 'GET', host: 'h', status: 500, seconds: 0.001 });
    }
    event.finish(end);
    const [fields] = sink.wide;
    expect(fields).toMatchObject({
      llm_call_count: 1_000,
      llm_prompt_tokens: 2_000,
      llm_completion_tokens: 3_000,
      llm_cached_tokens: 1_000,
      llm_cost_usd: 500,
      llm_duration_ms: 1_000,
      vector_search_count: 1_000,
      vector_result_count: 500,
      vector_empty_count: 500,
      http_call_count: 1_000,
      http_error_count: 1_000,
    });
    expect(fields.llm_calls.length).toBeGreaterThan(5);
    expect(fields.llm_calls[0].model).toBe('m0');
    expect(fields.llm_calls.length + fields.llm_calls_dropped).toBe(1_000);
    expect(fields.vector_searches.length + fields.vector_searches_dropped).toBe(1_000);
    expect(fields.http_calls.length + fields.http_calls_dropped).toBe(1_000);
  });

  it.each([
    ['short names', 'm'],
    ['long ones of three bytes a letter', '模'.repeat(1_000)],
  ])('stays within its bytes with %s and a long message', (_what, name) => {
    const { sink, event } = begun();
    const usage = { prompt: 1e15, completion: 1e15, cached: 1e15, cacheWrite: 1e15, reasoning: 1e15 };
    for (let at = 0; at < 100; at++) {
      const facts = { provider: name, model: name, errorType: name, usage, costUsd: 0.123456789012345 };
      const told = { outcome: 'incomplete', operation: 'generate_content', attempts: 1e6, seconds: 1e6 / 3 };
      event.llmCall({ ...facts, ...told, firstTokenSeconds: 1e6 / 3 });
      event.vectorSearch({
        system: name,
        collection: name,
        rows: 1e6,
        topK: 1e6,
        outcome: 'incomplete',
        seconds: 1 / 3,
      });
      event.httpCall({ method: 'OPTIONS', host: name, status: 'timeout', seconds: 1e6 / 3 });
    }
    const error = Object.assign(new Error('語'.repeat(2_000)), { code: name });
    event.finish({ ...end, outcome: 'error', error });
    expect(Buffer.byteLength(JSON.stringify(sink.wide[0]))).toBeLessThan(16_384 - 512);
    expect(sink.wide[0].llm_calls.length).toBeGreaterThan(0);
  });

  it('counts hits and misses of caches, and queries', () => {
    const { sink, event } = begun();
    for (const result of ['hit', 'hit', 'miss', 'ok', 'error']) event.cacheRead(result);
    event.query(0.002, false);
    event.query(0.003, true);
    event.finish(end);
    expect(sink.wide[0]).toMatchObject({
      cache_hits: 2,
      cache_misses: 1,
      db_query_count: 2,
      db_duration_ms: 5,
      db_error_count: 1,
    });
  });

  it('keeps our own count of tokens apart from what was reported', () => {
    const { sink, event } = begun();
    event.llmCall({ estimated: { prompt: 7, completion: 8 }, seconds: 1, outcome: 'incomplete', attempts: 0 });
    event.llmCall({ usage: { prompt: 1 }, estimated: { prompt: 9 }, seconds: 1, outcome: 'success', attempts: 0 });
    event.finish(end);
    expect(sink.wide[0].llm_prompt_tokens).toBe(1);
    expect(sink.wide[0].llm_calls).toMatchObject([
      { estimated_prompt_tokens: 7, estimated_completion_tokens: 8, outcome: 'incomplete' },
      { prompt_tokens: 1 },
    ]);
    expect(sink.wide[0].llm_calls[1]).not.toHaveProperty('estimated_prompt_tokens');
  });

  it('says of an error that nobody saw what its status says, and nothing of one that was overcome', () => {
    const { sink, events } = begun();
    events.begin(NOWHERE).finish({ ...end, outcome: 'error', request: { ...request, status: 503 } });
    const overcome = events.begin(NOWHERE);
    overcome.fail(new Error('tried once'));
    overcome.finish(end);
    const refused = events.begin(NOWHERE);
    refused.fail(Object.assign(new Error('bad body'), { code: 'FST_ERR_VALIDATION' }));
    refused.finish({ ...end, request: { ...request, status: 400 } });
    const left = events.begin(NOWHERE);
    left.fail(new Error('aborted'));
    left.finish({ ...end, outcome: 'aborted', request: { ...request, status: 499 } });
    expect(sink.wide.map(({ error }) => error)).toEqual([
      { type: '503' },
      undefined,
      { code: 'FST_ERR_VALIDATION', type: 'Error', message: 'bad body' },
      undefined,
    ]);
  });
});

describe('critical', () => {
  const fails = Object.assign(new Error('no'), { code: 'E' });
  it.each<[string, Partial<WideEventEnd>, boolean]>([
    ['what is usual', {}, false],
    ['a status of 500', { outcome: 'error', request: { ...request, status: 500 } }, true],
    ['an error with a code', { error: fails, request: { ...request, status: 400 } }, true],
    ['a status of 404', { request: { ...request, status: 404 } }, false],
    ['what is slow', { seconds: 1.001 }, true],
    ['what is just not slow', { seconds: 1 }, false],
    ['a critical route', { request: { ...request, route: '/pay' } }, true],
    ['an operation that fails', { outcome: 'error', request: undefined, operation: { type: 't', name: 'n' } }, true],
    ['a client that left', { outcome: 'aborted', request: { ...request, status: 499 } }, false],
  ])('%s', (_what, given, critical) => {
    const { sink, event } = begun({ sampling: { criticalRoutes: ['/pay'] } });
    event.finish({ ...end, ...given });
    expect(sink.critical).toEqual([critical]);
  });

  it('what is slow is the application’s to say, of all routes and of each', () => {
    const { sink, event } = begun({ sampling: { slowMs: 50 } });
    event.finish(end);
    expect(sink.critical).toEqual([true]);
    const patient = begun({ sampling: { slowMs: 50, slowMsByRoute: { [`${request.route.slice(0, 2)}*`]: 60_000 } } });
    patient.event.finish(end);
    expect(patient.sink.critical).toEqual([false]);
  });

  it('the beginning of a route makes it critical as it makes the sampler keep it', () => {
    const { sink, event } = begun({ sampling: { criticalRoutes: ['/pay*'] } });
    event.finish({ ...end, request: { ...request, route: '/payments/:id' } });
    expect(sink.critical).toEqual([true]);
  });
});

describe('the event around', () => {
  const link = (record: object, outer?: (typeof NOWHERE)['active']) =>
    ({ ...NOWHERE, active: { kind: 'http', record, outer } }) as const;

  it('is the innermost of the same instance that is open', () => {
    const { events, event } = begun();
    const other = new WideEvents(new MemorySink());
    const state = link({ event: other.begin(NOWHERE) }, link({}, link({ event }).active as never).active as never);
    expect(events.around(state)).toBe(event);
    event.leaveOut();
    expect(events.around(state)).toBeUndefined();
    expect(events.around(NOWHERE)).toBeUndefined();
  });
});
