import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { genaiPrices } from '../../src/instruments/genai-prices.js';
import type { LlmCallFacts } from '../../src/instruments/llm-facts.js';
import { partition, type ReportedUsage } from '../../src/instruments/wrappers/usage.js';
import { createPromptheus } from '../../src/promptheus.js';

const FOLDER = resolve('test/matrix/genai-prices');
const installed = existsSync(resolve(FOLDER, 'node_modules'));
const INSTALL = 'npm ci --prefix test/matrix/genai-prices';

/** US dollars for a million tokens, as published; they hold on 2026-11-25 and are those of the table in the lock file. */
const M = 1e-6;

interface Invoice extends LlmCallFacts {
  readonly what: string;
  /** The usage as the provider's API reports it. */
  readonly raw: ReportedUsage;
  /** US dollars, worked out by hand. */
  readonly dollars: number;
}

const INVOICES: readonly Invoice[] = [
  {
    what: 'OpenAI, plain',
    provider: 'openai',
    model: 'gpt-4o',
    raw: { prompt_tokens: 1_200, completion_tokens: 350 },
    dollars: 1_200 * 2.5 * M + 350 * 10 * M, // 0.0065
  },
  {
    what: 'OpenAI, a dated name, three quarters of the prompt cached',
    provider: 'openai',
    model: 'gpt-4o-2024-08-06',
    raw: { prompt_tokens: 4_000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 3_000 } },
    dollars: 1_000 * 2.5 * M + 3_000 * 1.25 * M + 100 * 10 * M, // 0.00725
  },
  {
    what: 'OpenAI, reasoning within the completion, by the Responses API',
    provider: 'openai',
    model: 'gpt-5-mini',
    raw: {
      input_tokens: 2_000,
      output_tokens: 5_000,
      input_tokens_details: { cached_tokens: 1_024 },
      output_tokens_details: { reasoning_tokens: 4_096 },
    },
    dollars: 976 * 0.25 * M + 1_024 * 0.025 * M + 5_000 * 2 * M, // 0.0102696
  },
  {
    what: 'OpenAI, embeddings',
    provider: 'openai',
    model: 'text-embedding-3-large',
    operation: 'embeddings',
    raw: { prompt_tokens: 80_000, total_tokens: 80_000 },
    dollars: 80_000 * 0.13 * M, // 0.0104
  },
  {
    what: 'OpenAI, in a batch, at half the price',
    provider: 'openai',
    model: 'o3',
    batch: true,
    raw: { prompt_tokens: 10_000, completion_tokens: 2_000 },
    dollars: (10_000 * 2 * M + 2_000 * 8 * M) / 2, // 0.018
  },
  {
    what: 'Anthropic, plain',
    provider: 'anthropic',
    model: 'claude-haiku-4-5',
    raw: { input_tokens: 900, output_tokens: 1_100 },
    dollars: 900 * 1 * M + 1_100 * 5 * M, // 0.0064
  },
  {
    what: 'Anthropic, cached and cache-written tokens beside the input tokens',
    provider: 'anthropic',
    model: 'claude-sonnet-4-20250514',
    raw: { input_tokens: 50, output_tokens: 400, cache_read_input_tokens: 8_000, cache_creation_input_tokens: 2_000 },
    dollars: 50 * 3 * M + 8_000 * 0.3 * M + 2_000 * 3.75 * M + 400 * 15 * M, // 0.01605
  },
  {
    what: 'Anthropic, written to the cache for an hour',
    provider: 'anthropic',
    model: 'claude-opus-4-1',
    raw: {
      input_tokens: 100,
      output_tokens: 10,
      cache_creation_input_tokens: 3_000,
      cache_creation: { ephemeral_5m_input_tokens: 1_000, ephemeral_1h_input_tokens: 2_000 },
    },
    dollars: 100 * 15 * M + 1_000 * 18.75 * M + 2_000 * 30 * M + 10 * 75 * M, // 0.081
  },
  {
    what: 'Anthropic, a prompt above 200,000 tokens',
    provider: 'anthropic',
    model: 'claude-sonnet-4-5',
    raw: { input_tokens: 250_000, output_tokens: 1_000 },
    dollars: 250_000 * 6 * M + 1_000 * 22.5 * M, // 1.5225
  },
  {
    what: 'Gemini, thoughts beside the candidates, cached content within the prompt',
    provider: 'gcp.gemini',
    model: 'gemini-2.5-flash',
    raw: {
      promptTokenCount: 6_000,
      cachedContentTokenCount: 5_000,
      candidatesTokenCount: 200,
      thoughtsTokenCount: 800,
      totalTokenCount: 7_000,
    },
    dollars: 1_000 * 0.3 * M + 5_000 * 0.03 * M + 1_000 * 2.5 * M, // 0.00295
  },
  {
    what: 'Gemini, a prompt above 200,000 tokens, a third of it cached',
    provider: 'gcp.vertex_ai',
    model: 'gemini-2.5-pro',
    raw: { promptTokenCount: 300_000, cachedContentTokenCount: 100_000, candidatesTokenCount: 1_000 },
    dollars: 200_000 * 2.5 * M + 100_000 * 0.25 * M + 1_000 * 15 * M, // 0.54
  },
  {
    what: "a provider's own cost, which wins over the table",
    provider: 'openai',
    model: 'gpt-4o',
    costUsd: 0.001234,
    raw: { prompt_tokens: 1_200, completion_tokens: 350 },
    dollars: 0.001234,
  },
];

describe.skipIf(!installed)(`invoices${installed ? '' : ` (not installed: ${INSTALL})`}`, () => {
  beforeEach(() => {
    vi.spyOn(process, 'cwd').mockReturnValue(FOLDER);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const costs = async (calls: ReadonlyArray<LlmCallFacts & { readonly raw: ReportedUsage }>, prices?: 'none') => {
    const instance = createPromptheus({
      registry: false,
      default: false,
      ...(prices === 'none' && { llm: { prices: false } }),
    });
    for (const { raw, ...facts } of calls) {
      instance.llm.record({ ...facts, status: 'success', seconds: 1, usage: partition(raw) });
    }
    const text = (await instance.scrape()).body.toString();
    await instance.stop();
    const lines = text.split('\n').filter((line) => /^llm_(cost|unpriced)/.test(line));
    return lines.map(
      (line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))] as const,
    );
  };

  it.each(INVOICES.map((invoice) => [invoice.what, invoice] as const))('%s', async (_, invoice) => {
    const { what: _what, dollars, ...call } = invoice;
    const [[series, cost] = ['', Number.NaN], ...further] = await costs([call]);
    const source = call.costUsd === undefined ? 'price_table' : 'provider';
    expect(series).toBe(
      `llm_cost_usd_total{provider="${call.provider}",model="${call.model}",company_id="unknown",source="${source}"}`,
    );
    // A cent of a cent is 0.0001 dollars: this is a ten-thousandth of it.
    expect(Math.abs(cost - dollars)).toBeLessThan(1e-8);
    expect(further).toEqual([]);
  });

  it('the same model many times costs the sum, though it is looked up once', async () => {
    const { what: _what, dollars, ...call } = INVOICES[1] as Invoice;
    const [[, cost] = ['', 0]] = await costs(Array.from({ length: 1_000 }, () => call));
    expect(Math.abs(cost - 1_000 * dollars)).toBeLessThan(1e-6);
  });

  it('what has no price is not free: it is counted', async () => {
    const raw = { prompt_tokens: 10, completion_tokens: 10 };
    const unknown = { provider: 'openai', model: 'nobody-made-this', raw };
    const batchOfNone = { provider: 'groq', model: 'llama-3.1-8b-instant', batch: true, raw };
    expect(await costs([unknown, unknown, batchOfNone])).toEqual([
      ['llm_unpriced_requests_total{provider="openai",model="nobody-made-this",reason="unknown_model"}', 2],
      ['llm_unpriced_requests_total{provider="groq",model="llama-3.1-8b-instant",reason="unknown_model"}', 1],
    ]);
  });

  it('llm: { prices: false } prices nothing', async () => {
    const raw = { prompt_tokens: 10, completion_tokens: 10 };
    expect(await costs([{ provider: 'openai', model: 'gpt-4o', raw }], 'none')).toEqual([
      ['llm_unpriced_requests_total{provider="openai",model="gpt-4o",reason="no_price_source"}', 1],
    ]);
  });

  it('models beyond a thousand are priced like the others', () => {
    const prices = genaiPrices();
    const price = (model: string) =>
      prices({ provider: 'openai', model, usage: { prompt: 1_000, completion: 0 }, batch: false });
    for (let n = 0; n < 1_500; n++) price(`made-up-${n}`);
    expect(price('gpt-4o')).toBeCloseTo(0.0025, 10);
  });
});

it.runIf(process.env.CI)(`the price table is installed where CI runs (${INSTALL})`, () => expect(installed).toBe(true));

it('genaiPrices() says what to install where the package is not', () => {
  expect(() => genaiPrices()).toThrow(expect.objectContaining({ code: 'PRICES_NOT_INSTALLED' }));
});
