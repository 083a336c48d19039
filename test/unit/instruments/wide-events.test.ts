import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInside } from '../../../src/context/context.js';
import { ObserveLlm } from '../../../src/decorators/index.js';
import { createPromptheus, observeLlm, type Promptheus } from '../../../src/index.js';
import { createInstance } from '../../../src/promptheus.js';
import { MemorySink } from '../../contract/memory-sink.js';

const ANSWER = { usage: { prompt_tokens: 12, completion_tokens: 30 } };
const ON = { provider: 'openai', model: 'gpt-4o' };

let sink: MemorySink;
let instance: Promptheus;
beforeEach(() => {
  sink = new MemorySink();
  instance = createInstance(
    { registry: false, logger: false, llm: { prices: ({ usage }) => (usage.prompt ?? 0) / 100 } },
    sink.parts(),
  );
});
afterEach(() => instance.stop());

/** The work of a request that is measured elsewhere. */
function request<T>(fn: () => T): { result: T; close(): void } {
  const event = instance.wideEvents?.begin();
  const result = runInside('http', { endpoint: undefined, event }, fn);
  return {
    result,
    close: () => event?.finish({ outcome: 'success', seconds: 1, request: { method: 'GET', route: '/', status: 200 } }),
  };
}

describe('a model call outside of any request', () => {
  it('is an event of its own, with what happened inside it', async () => {
    const search = instance.observeVectorSearch(async () => [], { collection: 'tickets' });
    const ask = instance.observeLlm(async () => {
      await search();
      instance.trackCacheOperation('get', 'hit', 'embedding');
      return ANSWER;
    }, ON);
    await instance.context.run({ correlationId: 'job-1', tenant: 'acme' }, ask);
    expect(sink.wide).toMatchObject([
      {
        request_id: 'job-1',
        operation_type: 'llm_call',
        operation_name: 'chat',
        outcome: 'success',
        company_id: 'acme',
        llm_call_count: 1,
        llm_prompt_tokens: 12,
        llm_cost_usd: 0.12,
        llm_calls: [{ ...ON, cost_usd: 0.12, prompt_tokens: 12, completion_tokens: 30 }],
        vector_empty_count: 1,
        cache_hits: 1,
      },
    ]);
  });

  it('is one for nested decorators, and for a stream when it has ended, in whatever flow', async () => {
    const ask = observeLlm(async function* () {
      yield { choices: [] };
      yield ANSWER;
    }, ON);
    const method = { value: () => ask() } as TypedPropertyDescriptor<() => AsyncIterable<unknown>>;
    const bot = Object.defineProperty({}, 'answer', ObserveLlm(ON)({}, 'answer', method)) as { answer: typeof ask };
    const pieces = instance.context.run({ correlationId: 'flow' }, () => bot.answer());
    await instance.context.run({ correlationId: 'other' }, async () => {
      for await (const _ of pieces) await nextTurn();
    });
    expect(sink.wide).toMatchObject([{ request_id: 'flow', llm_call_count: 1, llm_prompt_tokens: 12 }]);
    expect(sink.wide[0].llm_calls[0].time_to_first_token_ms).toBeGreaterThanOrEqual(0);
  });

  it('that fails is an error, and critical; what was thrown goes on', async () => {
    const ask = instance.observeLlm(async () => {
      throw Object.assign(new RangeError('what the user asked'), { status: 429, code: 'rate_limit_exceeded' });
    }, ON);
    const search = instance.observeVectorSearch(() => {
      throw Object.assign(new TypeError('what the user asked'), { code: 'ECONNREFUSED' });
    });
    await expect(ask()).rejects.toThrow('what the user asked');
    expect(search).toThrow('what the user asked');
    expect(sink.wide).toMatchObject([
      {
        outcome: 'error',
        error: { type: 'RangeError', code: 'rate_limit_exceeded' },
        llm_calls: [{ error_class: 'rate_limit', error_type: '429' }],
      },
      { outcome: 'error', error: { type: 'TypeError', code: 'ECONNREFUSED' } },
    ]);
    expect(sink.critical).toEqual([true, true]);
    expect(JSON.stringify(sink.wide)).not.toContain('asked');
  });

  it('that is recorded when it is over is one, too, and one that is dismissed is none', () => {
    instance.llm.record({ ...ON, status: 'aborted', seconds: 2, usage: { prompt: 5 } });
    instance.vector.record({ collection: 'tickets', seconds: 0.02, rows: 10, topK: 10, system: 'qdrant' });
    instance.llm.begin(ON).dismiss();
    expect(sink.wide).toMatchObject([
      { outcome: 'aborted', duration_ms: 2_000, llm_calls: [{ outcome: 'aborted', prompt_tokens: 5 }] },
      {
        operation_type: 'vector_search',
        operation_name: 'tickets',
        vector_searches: [{ system: 'qdrant', top_k: 10 }],
      },
    ]);
  });
});

describe('inside a request', () => {
  it('calls are parts of its event, also behind observeHttp and another context', async () => {
    const { result, close } = request(async () => {
      const handler = instance.observeHttp(
        () => instance.context.run({ tenant: 'other' }, () => instance.observeLlm(async () => ANSWER, ON)()),
        { endpoint: 'named' },
      );
      await handler();
      instance.database.record({ queryType: 'select', seconds: 0.5 });
      instance.database.record({ queryType: 'select', seconds: 0.25, errorType: 'Error' });
    });
    await result;
    expect(sink.wide).toEqual([]);
    close();
    expect(sink.wide).toMatchObject([{ llm_call_count: 1, db_query_count: 2, db_duration_ms: 750, db_error_count: 1 }]);
  });

  it('a call that outlives it has an event of its own, so that each is in one', async () => {
    let answer: (value: object) => void = () => {};
    const late = () => new Promise<object>((resolve) => (answer = resolve));
    const { result, close } = request(() =>
      instance.context.run({ correlationId: 'r' }, () => instance.observeLlm(late, ON)()),
    );
    close();
    answer(ANSWER);
    await result;
    expect(sink.wide).toMatchObject([
      { route: '/' },
      { request_id: 'r', operation_type: 'llm_call', llm_call_count: 1 },
    ]);
    expect(sink.wide[0]).not.toHaveProperty('llm_call_count');
  });

  it('what another instance records is not of this one’s', async () => {
    const other = createPromptheus({ registry: false, logger: false, default: false });
    const { close } = request(() => other.trackCacheOperation('get', 'hit', 'c'));
    const ask = request(() => other.observeLlm(async () => ANSWER, ON)());
    await ask.result;
    close();
    ask.close();
    expect(sink.wide.map((event) => Object.keys(event))).toEqual([
      ['method', 'route', 'status_code', 'duration_ms', 'outcome'],
      ['method', 'route', 'status_code', 'duration_ms', 'outcome'],
    ]);
    await other.stop();
  });
});

describe('a request that observeHttp saw alone', () => {
  it('is one event, with what was thrown', async () => {
    const handler = instance.observeHttp(
      async () => {
        await instance.observeLlm(async () => ANSWER, ON)();
        throw Object.assign(new Error('gone'), { status: 502, code: 'E_GONE' });
      },
      { endpoint: 'ingest', method: 'POST', tenant: 'acme' },
    );
    await expect(handler()).rejects.toThrow('gone');
    expect(sink.wide).toMatchObject([
      {
        method: 'POST',
        route: 'ingest',
        status_code: 502,
        outcome: 'error',
        company_id: 'acme',
        error: { code: 'E_GONE', type: 'Error', message: 'gone' },
        llm_call_count: 1,
      },
    ]);
  });
});

describe('a switched-off instance', () => {
  it('makes no event', async () => {
    const off = createInstance({ enabled: false, registry: false, default: false }, sink.parts());
    await off.observeLlm(async () => ANSWER, ON)();
    off.trackOperation('t', 'n', () => 1);
    off.recordOperation('t', 'n', 1);
    expect([...sink.wide, ...sink.operations]).toEqual([]);
    await off.stop();
  });
});
