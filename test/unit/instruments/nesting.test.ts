import { describe, expect, it } from 'vitest';
import { ObserveLlm, ObserveVectorSearch } from '../../../src/decorators/index.js';
import { observeLlm } from '../../../src/instruments/wrappers/observe-llm.js';
import { observeVectorSearch } from '../../../src/instruments/wrappers/observe-vector-search.js';
import type { Promptheus } from '../../../src/promptheus.js';
import { useDefaultInstance } from './default-instance.js';

type Call = () => unknown;
/** A recorder put around `inner`: what it returns, when called, has measured `inner` once. */
type Around = (instance: Promptheus, inner: Call) => Call;
type Decorate = (target: object, name: string, descriptor: PropertyDescriptor) => PropertyDescriptor;

const KNOWN = { provider: 'openai', model: 'gpt-4o', tenant: 'acme' };
const ANSWER = { usage: { prompt_tokens: 12, completion_tokens: 30 } };

const decorated = (decorator: unknown, inner: Call): Call =>
  (decorator as Decorate)({}, 'method', { value: inner }).value as Call;

const LLM: Record<string, Around> = {
  'observeLlm over a sync function': (_, inner) => observeLlm(() => inner(), KNOWN),
  'observeLlm over a promise': (_, inner) => observeLlm(async () => inner(), KNOWN),
  'observeLlm over a stream': (_, inner) =>
    observeLlm(async function* () {
      yield await inner();
    }, KNOWN),
  '@ObserveLlm': (_, inner) => decorated(ObserveLlm(KNOWN), async () => inner()),
  'llm.begin()': (instance, inner) => async () => {
    const call = instance.llm.begin();
    const result = await call.run(async () => drained(inner()));
    call.end('success', { ...KNOWN, usage: call.supplied.usage ?? { prompt: 12, completion: 30 } });
    return result;
  },
};

const VECTOR: Record<string, Around> = {
  'observeVectorSearch over a sync function': (_, inner) =>
    observeVectorSearch(() => inner(), { collection: 'tickets', tenant: 'acme' }),
  'observeVectorSearch over a promise': (_, inner) =>
    observeVectorSearch(async () => inner(), { collection: 'tickets', tenant: 'acme' }),
  '@ObserveVectorSearch': (_, inner) =>
    decorated(ObserveVectorSearch({ collection: 'tickets', tenant: 'acme' }), async () => inner()),
  'vector.begin()': (instance, inner) => async () => {
    const search = instance.vector.begin();
    const result = await search.run(async () => inner());
    search.end('success', { collection: 'tickets', tenant: 'acme', rows: search.supplied.rows ?? 3 });
    return result;
  },
};

/** Awaits a result and iterates what can be iterated. */
async function drained(result: unknown): Promise<unknown> {
  let last = await result;
  while (typeof last === 'object' && last !== null && Symbol.asyncIterator in last) {
    let value: unknown;
    for await (const piece of last as AsyncIterable<unknown>) value = piece;
    last = value;
  }
  return last;
}

const pairs = (recorders: Record<string, Around>) =>
  Object.entries(recorders).flatMap(([outer, around]) =>
    Object.entries(recorders).map(([inner, inside]) => [outer, inner, around, inside] as const),
  );

describe('one thing, one count', () => {
  const on = useDefaultInstance();
  const LABELS = 'provider="openai",model="gpt-4o",company_id="acme"';

  it.each(pairs(LLM))('%s around %s', async (_outer, _inner, around, inside) => {
    const inner = inside(on.instance, () => ANSWER);
    // A stream that is handed out unread is read inside the call around it, as a client's would be.
    await drained(around(on.instance, async () => drained(inner()))());
    const lines = await on.lines('llm_');
    expect(lines.filter((line) => line.startsWith('llm_time_')).every((line) => line.endsWith(' 1'))).toBe(true);
    expect(lines.filter((line) => line.startsWith('llm_requests_in_flight')).every((line) => line.endsWith(' 0'))).toBe(
      true,
    );
    expect(lines.filter((line) => !/^llm_(time_|requests_in_flight)/.test(line))).toEqual([
      `llm_request_duration_seconds_count{${LABELS}} 1`,
      `llm_requests_total{${LABELS},status="success"} 1`,
      `llm_token_usage_total{${LABELS},token_type="completion"} 30`,
      `llm_token_usage_total{${LABELS},token_type="prompt"} 12`,
      'llm_unpriced_requests_total{provider="openai",model="gpt-4o",reason="no_price_source"} 1',
    ]);
  });

  const streams = Object.entries(LLM).filter(([name]) => name !== 'llm.begin()');

  it.each(streams)('%s around a stream that is handed out and left early', async (_, around) => {
    const client = observeLlm(async function* () {
      yield { usage: { prompt_tokens: 12, completion_tokens: 3 } };
      yield 'never asked for';
    }, KNOWN);
    const handedOut = around(on.instance, client)();
    for await (const piece of (await handedOut) as AsyncIterable<unknown>) {
      if (typeof piece !== 'object' || piece === null || !(Symbol.asyncIterator in piece)) break;
      for await (const _ of piece as AsyncIterable<unknown>) break;
      break;
    }
    expect(await on.lines('llm_requests_total')).toEqual([`llm_requests_total{${LABELS},status="incomplete"} 1`]);
    expect(await on.lines('llm_token_usage_total')).toEqual([
      `llm_token_usage_total{${LABELS},token_type="completion"} 3`,
      `llm_token_usage_total{${LABELS},token_type="prompt"} 12`,
    ]);
  });

  it('a stream that passes another on counts once when it is left early', async () => {
    const inner = observeLlm(async function* () {
      yield 1;
      yield 2;
    }, KNOWN);
    const outer = observeLlm(async function* () {
      for await (const piece of inner()) yield piece;
    }, KNOWN);
    for await (const _ of outer()) break;
    expect(await on.lines('llm_requests_total')).toEqual([`llm_requests_total{${LABELS},status="incomplete"} 1`]);
  });

  it.each(Object.entries(LLM))('%s around llm.record()', async (_, around) => {
    const record = () => {
      on.instance.llm.record({ ...KNOWN, status: 'success', seconds: 0.1, usage: { prompt: 12, completion: 30 } });
      return ANSWER;
    };
    await drained(around(on.instance, record)());
    expect(await on.lines('llm_requests_total')).toEqual([`llm_requests_total{${LABELS},status="success"} 1`]);
    expect(await on.lines('llm_token_usage_total')).toEqual([
      `llm_token_usage_total{${LABELS},token_type="completion"} 30`,
      `llm_token_usage_total{${LABELS},token_type="prompt"} 12`,
    ]);
  });

  it.each(pairs(VECTOR))('%s around %s', async (_outer, _inner, around, inside) => {
    await around(
      on.instance,
      inside(on.instance, () => ['a', 'b', 'c']),
    )();
    expect(await on.lines('vector_')).toEqual([
      'vector_search_duration_seconds_count{company_id="acme",collection="tickets"} 1',
      'vector_search_results_count_count{company_id="acme",collection="tickets"} 1',
      'vector_search_results_count_sum{company_id="acme",collection="tickets"} 3',
      'vector_searches_total{company_id="acme",collection="tickets",system="unknown",status="success"} 1',
    ]);
  });

  it.each(Object.entries(VECTOR))('%s around vector.record()', async (_, around) => {
    await around(on.instance, () => {
      on.instance.vector.record({ collection: 'tickets', tenant: 'acme', seconds: 0.1, rows: 3 });
      return ['a', 'b', 'c'];
    })();
    expect(await on.lines('vector_search_duration_seconds_count')).toEqual([
      'vector_search_duration_seconds_count{company_id="acme",collection="tickets"} 1',
    ]);
  });

  it('but a search inside a model call counts as both', async () => {
    await observeLlm(async () => {
      await observeVectorSearch(async () => ['a'], { collection: 'tickets', tenant: 'acme' })();
      return ANSWER;
    }, KNOWN)();
    expect(await on.lines('llm_requests_total')).toHaveLength(1);
    expect(await on.lines('vector_search_duration_seconds_count')).toHaveLength(1);
  });

  it('the inner recorder supplies model and tokens that the outer one does not know', async () => {
    const client = observeLlm(async (_body: { model: string }) => ANSWER, { provider: 'openai' });
    const outer = observeLlm(async (_question: { companyId: string }) => {
      await client({ model: 'gpt-4o' });
      await client({ model: 'gpt-4o' });
      return 'text';
    });
    await outer({ companyId: 'acme' });
    expect(await on.lines('llm_requests_total')).toEqual([`llm_requests_total{${LABELS},status="success"} 1`]);
    expect(await on.lines('llm_token_usage_total')).toEqual([
      `llm_token_usage_total{${LABELS},token_type="completion"} 60`,
      `llm_token_usage_total{${LABELS},token_type="prompt"} 24`,
    ]);
  });
});
