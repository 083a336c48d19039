import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PricedCall } from '../../../src/instruments/price-source.js';
import { createPromptheus, type Promptheus } from '../../../src/promptheus.js';

const LABELS = 'provider="openai",model="gpt-4o"';
const CALL = { provider: 'openai', model: 'gpt-4o', tenant: 'acme' } as const;

describe('what a model call is made of', () => {
  const prices = vi.fn<(call: PricedCall) => number | undefined>();
  let instance: Promptheus;

  beforeEach(() => {
    prices.mockReset();
    instance = createPromptheus({
      registry: false,
      default: false,
      llm: { prices, tools: ['search'], chunkGaps: true },
    });
  });
  afterEach(() => instance.stop());

  const lines = async (start: string) =>
    (await instance.scrape()).body
      .toString()
      .split('\n')
      .filter((line) => line.startsWith(start) && !line.includes('_bucket') && !line.includes('_sum'))
      .sort();

  it('counts cached, cache-written and reasoning tokens in families of their own', async () => {
    const usage = { prompt: 100, completion: 50, cached: 60, cacheWrite: 10, reasoning: 30 };
    instance.llm.record({ ...CALL, status: 'success', seconds: 1, usage });
    expect(await lines('llm_token_usage_total')).toEqual([
      `llm_token_usage_total{${LABELS},company_id="acme",token_type="completion"} 50`,
      `llm_token_usage_total{${LABELS},company_id="acme",token_type="prompt"} 100`,
    ]);
    expect(await lines('llm_cached_tokens_total')).toEqual([`llm_cached_tokens_total{${LABELS},company_id="acme"} 60`]);
    expect(await lines('llm_cache_write')).toEqual([`llm_cache_write_tokens_total{${LABELS},company_id="acme"} 10`]);
    expect(await lines('llm_reasoning')).toEqual([`llm_reasoning_tokens_total{${LABELS},company_id="acme"} 30`]);
  });

  it("takes the provider's own cost before the price table's, and counts what has no price", async () => {
    const usage = { prompt: 100, completion: 50 };
    prices.mockReturnValueOnce(0.25).mockReturnValueOnce(undefined);
    instance.llm.record({ ...CALL, status: 'success', seconds: 1, usage, costUsd: 0.5 });
    instance.llm.record({ ...CALL, status: 'success', seconds: 1, usage, batch: true });
    instance.llm.record({ ...CALL, status: 'success', seconds: 1, usage });
    expect(prices.mock.calls).toEqual([
      [{ provider: 'openai', model: 'gpt-4o', usage, batch: true }],
      [{ provider: 'openai', model: 'gpt-4o', usage, batch: false }],
    ]);
    expect(await lines('llm_cost_usd_total')).toEqual([
      `llm_cost_usd_total{${LABELS},company_id="acme",source="price_table"} 0.25`,
      `llm_cost_usd_total{${LABELS},company_id="acme",source="provider"} 0.5`,
    ]);
    expect(await lines('llm_unpriced')).toEqual([`llm_unpriced_requests_total{${LABELS},reason="unknown_model"} 1`]);
  });

  it('records a call whose price source throws, and counts that', async () => {
    prices.mockImplementation(() => {
      throw new Error('no table');
    });
    instance.llm.record({ ...CALL, status: 'success', seconds: 1, usage: { prompt: 1, completion: 1 } });
    expect(await lines('llm_requests_total')).toHaveLength(1);
    expect(await lines('llm_unpriced')).toEqual([
      `llm_unpriced_requests_total{${LABELS},reason="price_source_failed"} 1`,
    ]);
    expect(await lines('promptheus_internal_errors_total')).toEqual([
      'promptheus_internal_errors_total{part="llm_prices"} 1',
    ]);
  });

  it('says why tokens are not known', async () => {
    instance.llm.record({ ...CALL, status: 'success', seconds: 1 });
    instance.llm.record({ ...CALL, status: 'success', seconds: 1, unread: true });
    instance.llm.record({ ...CALL, status: 'success', seconds: 1, estimated: { prompt: 3, completion: 4 } });
    instance.llm.record({ ...CALL, status: 'error', seconds: 1 });
    const cut = instance.llm.begin(CALL);
    cut.token();
    cut.end('incomplete', {});
    instance.llm.begin(CALL).end('aborted', {});
    expect(await lines('llm_usage_unknown_total')).toEqual(
      ['cut_off', 'estimated', 'missing', 'unread'].map(
        (reason) => `llm_usage_unknown_total{${LABELS},reason="${reason}"} 1`,
      ),
    );
    expect(await lines('llm_estimated_tokens_total')).toEqual([
      `llm_estimated_tokens_total{${LABELS},token_type="completion"} 4`,
      `llm_estimated_tokens_total{${LABELS},token_type="prompt"} 3`,
    ]);
    expect(await lines('llm_token_usage_total')).toEqual([]);
  });

  it('records first token, time per further token and the gaps of a stream once, whoever sees its pieces', async () => {
    const outer = instance.llm.begin(CALL);
    outer.run(() => {
      const inner = instance.llm.begin(CALL);
      for (let piece = 0; piece < 4; piece++) {
        inner.token();
        outer.token();
      }
      inner.end('success', { usage: { prompt: 1, completion: 4 } });
    });
    outer.end('success', {});
    expect(await lines('llm_time_to_first_token_seconds_count')).toEqual([
      `llm_time_to_first_token_seconds_count{${LABELS},company_id="unknown"} 1`.replace('unknown', 'acme'),
    ]);
    expect(await lines('llm_time_per_output_token_seconds_count')).toHaveLength(1);
    expect(await lines('llm_chunk_gap_seconds_count')).toEqual([`llm_chunk_gap_seconds_count{${LABELS}} 3`]);
  });

  it('takes the word of the innermost call that sees the pieces for what is a token', async () => {
    const outer = instance.llm.begin(CALL);
    outer.run(() => {
      const inner = instance.llm.begin(CALL);
      inner.piece();
      outer.token();
      inner.end('success', {});
    });
    outer.end('success', {});
    expect(await lines('llm_time_to_first_token_seconds_count')).toEqual([]);
  });

  it('counts the attempts of the calls inside as those of the outer one, and the waits between them', async () => {
    const outer = instance.llm.begin(CALL);
    outer.run(() => {
      const inner = instance.llm.begin(CALL);
      inner.attemptBegins();
      inner.attemptEnds({ requests: 9, tokens: 900 });
      inner.attemptBegins();
      inner.attemptEnds({ requests: 8 });
      inner.end('success', {});
    });
    outer.end('success', {});
    expect(await lines('llm_attempts_count')).toEqual([`llm_attempts_count{${LABELS}} 1`]);
    expect((await instance.scrape()).body.toString()).toContain(`llm_attempts_sum{${LABELS}} 2\n`);
    expect(await lines('llm_retry_wait_seconds_count')).toEqual([`llm_retry_wait_seconds_count{${LABELS}} 1`]);
    expect(await lines('llm_rate_limit')).toEqual([
      `llm_rate_limit_remaining_requests{${LABELS}} 8`,
      `llm_rate_limit_remaining_tokens{${LABELS}} 900`,
    ]);
  });

  it('is in flight from its beginning to its end, once for calls inside one another', async () => {
    const outer = instance.llm.begin(CALL);
    const inner = outer.run(() => instance.llm.begin(CALL));
    expect(await lines('llm_requests_in_flight')).toEqual([`llm_requests_in_flight{${LABELS}} 1`]);
    inner.end('success', {});
    expect(await lines('llm_requests_in_flight')).toEqual([`llm_requests_in_flight{${LABELS}} 1`]);
    outer.end('error', {});
    outer.end('error', {});
    expect(await lines('llm_requests_in_flight')).toEqual([`llm_requests_in_flight{${LABELS}} 0`]);
  });

  it('counts reasons, tools by the list, errors by class, embeddings by their own time', async () => {
    instance.llm.record({
      ...CALL,
      status: 'success',
      seconds: 1,
      finishReasons: ['stop', 'length'],
      toolCalls: ['search', 'launch'],
    });
    instance.llm.record({ ...CALL, status: 'error', seconds: 1, errorClass: 'quota' });
    instance.llm.record({ ...CALL, status: 'error', seconds: 1 });
    instance.llm.record({ ...CALL, operation: 'embeddings', status: 'success', seconds: 1, batchSize: 20 });
    expect(await lines('llm_finish_reasons_total')).toEqual([
      `llm_finish_reasons_total{${LABELS},reason="length"} 1`,
      `llm_finish_reasons_total{${LABELS},reason="stop"} 1`,
    ]);
    expect(await lines('llm_tool_calls_total')).toEqual([
      `llm_tool_calls_total{${LABELS},tool="other"} 1`,
      `llm_tool_calls_total{${LABELS},tool="search"} 1`,
    ]);
    expect(await lines('llm_errors_total')).toEqual([
      `llm_errors_total{${LABELS},company_id="acme",error_type="other"} 1`,
      `llm_errors_total{${LABELS},company_id="acme",error_type="quota"} 1`,
    ]);
    expect(await lines('embedding_')).toEqual([
      `embedding_batch_size_count{${LABELS}} 1`,
      `embedding_duration_seconds_count{${LABELS}} 1`,
    ]);
    expect(await lines('llm_request_duration_seconds_count')).toEqual([
      `llm_request_duration_seconds_count{${LABELS},company_id="acme"} 3`,
    ]);
  });
});
