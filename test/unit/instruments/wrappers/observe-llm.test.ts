import { describe, expect, it } from 'vitest';
import { context } from '../../../../src/context/context.js';
import { observeLlm } from '../../../../src/instruments/wrappers/observe-llm.js';
import { useDefaultInstance } from '../default-instance.js';

const LABELS = 'provider="openai",model="gpt-4o",company_id="acme"';

describe('observeLlm', () => {
  const on = useDefaultInstance();
  const tokens = () => on.lines('llm_token_usage_total');
  const requests = () => on.lines('llm_requests_total');

  it('takes labels from the first object argument, and tokens from the result', async () => {
    const ask = observeLlm(
      async (_prompt: string, _options: { companyId: string; provider: string; model: string }) => ({
        usage: { prompt_tokens: 12, completion_tokens: 30 },
      }),
    );
    await ask('hello', { companyId: 'acme', provider: 'openai', model: 'gpt-4o' });
    expect(await on.lines('llm_')).toEqual([
      `llm_request_duration_seconds_count{${LABELS}} 1`,
      'llm_requests_in_flight{provider="openai",model="gpt-4o"} 0',
      `llm_requests_total{${LABELS},status="success"} 1`,
      `llm_token_usage_total{${LABELS},token_type="completion"} 30`,
      `llm_token_usage_total{${LABELS},token_type="prompt"} 12`,
      'llm_unpriced_requests_total{provider="openai",model="gpt-4o",reason="no_price_source"} 1',
    ]);
  });

  it('prefers its options, as values or as functions of the arguments', async () => {
    const ask = observeLlm(async (_tenant: string, body: { model: string }) => body, {
      provider: 'openai',
      model: 'gpt-4o',
      tenant: ([tenant]) => tenant,
    });
    await ask('acme', { model: 'another' });
    expect(await requests()).toEqual([`llm_requests_total{${LABELS},status="success"} 1`]);
  });

  it("falls back to the context's tenant, then to unknown", async () => {
    const ask = observeLlm(async () => 'text', { provider: 'openai', model: 'gpt-4o' });
    await context.run({ tenant: 'acme' }, () => ask());
    await ask();
    expect(await requests()).toEqual([
      `llm_requests_total{${LABELS},status="success"} 1`,
      'llm_requests_total{provider="openai",model="gpt-4o",company_id="unknown",status="success"} 1',
    ]);
  });

  it.each([
    ['OpenAI chat', { usage: { prompt_tokens: 12, completion_tokens: 30 } }],
    ['OpenAI responses', { usage: { input_tokens: 12, output_tokens: 30 } }],
    [
      'Anthropic, cache beside the input',
      { usage: { input_tokens: 2, cache_read_input_tokens: 7, cache_creation_input_tokens: 3, output_tokens: 30 } },
    ],
    ['Bedrock', { usage: { inputTokens: 5, cacheReadInputTokens: 7, outputTokens: 30 } }],
    ['the AI SDK', { usage: { promptTokens: 12, completionTokens: 30 } }],
    [
      'Gemini, thoughts beside the candidates',
      { usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 20, thoughtsTokenCount: 10 } },
    ],
    ['Gemini, all of it thoughts', { usageMetadata: { promptTokenCount: 12, thoughtsTokenCount: 30 } }],
    [
      'Bedrock under both of its names',
      { usage: { inputTokens: 5, cacheReadInputTokens: 7, cacheReadInputTokenCount: 7, outputTokens: 30 } },
    ],
    ['LangChain', { usage_metadata: { input_tokens: 12, output_tokens: 30 } }],
  ])('reads the usage of %s as a partition', async (_, result) => {
    await observeLlm(async () => result, { provider: 'openai', model: 'gpt-4o', tenant: 'acme' })();
    expect(await tokens()).toEqual([
      `llm_token_usage_total{${LABELS},token_type="completion"} 30`,
      `llm_token_usage_total{${LABELS},token_type="prompt"} 12`,
    ]);
  });

  it('counts a result without usage as a success with unknown tokens (B26)', async () => {
    expect(await observeLlm(async () => 'text', { provider: 'openai', model: 'gpt-4o', tenant: 'acme' })()).toBe(
      'text',
    );
    expect(await requests()).toEqual([`llm_requests_total{${LABELS},status="success"} 1`]);
    expect(await tokens()).toEqual([]);
    expect(await on.lines('llm_usage_unknown_total')).toEqual([
      'llm_usage_unknown_total{provider="openai",model="gpt-4o",reason="missing"} 1',
    ]);
  });

  it('changes nothing for the caller when getters and option functions throw', async () => {
    const result = {
      get usage(): never {
        throw new Error('getter');
      },
    };
    const ask = observeLlm(async (_: object) => result, {
      provider: () => {
        throw new Error('option');
      },
    });
    const argument = {
      get model(): never {
        throw new Error('getter');
      },
    };
    expect(await ask(argument)).toBe(result);
    expect(await requests()).toEqual([
      'llm_requests_total{provider="unknown",model="unknown",company_id="unknown",status="success"} 1',
    ]);
    expect(await on.lines('promptheus_internal_errors_total{part="observe_llm"}')).not.toEqual([]);
  });

  it('counts errors, aborts and streams left early as what they are', async () => {
    const options = { provider: 'openai', model: 'gpt-4o', tenant: 'acme' };
    const fail = (error: unknown) => observeLlm(async () => Promise.reject(error), options)().catch(() => {});
    await fail(new Error('500'));
    await fail(new DOMException('stop', 'AbortError'));
    const stream = observeLlm(async function* () {
      yield 1;
      yield 2;
    }, options);
    for await (const _ of stream()) break;
    expect(await requests()).toEqual([
      `llm_requests_total{${LABELS},status="aborted"} 1`,
      `llm_requests_total{${LABELS},status="error"} 1`,
      `llm_requests_total{${LABELS},status="incomplete"} 1`,
    ]);
  });

  it('adds the usage of a stream up from its pieces: the last word on each number holds', async () => {
    const anthropic = observeLlm(
      async function* () {
        yield { type: 'message_start', message: { usage: { input_tokens: 12, output_tokens: 1 } } };
        yield { type: 'message_delta', usage: { output_tokens: 11, input_tokens: null } };
        yield { type: 'message_delta', usage: { output_tokens: 30 } };
      },
      { provider: 'openai', model: 'gpt-4o', tenant: 'acme' },
    );
    for await (const _ of anthropic());
    expect(await tokens()).toEqual([
      `llm_token_usage_total{${LABELS},token_type="completion"} 30`,
      `llm_token_usage_total{${LABELS},token_type="prompt"} 12`,
    ]);
  });

  it('does not show a failed call to the usage function', async () => {
    const shown: unknown[] = [];
    const ask = observeLlm(async () => Promise.reject(new Error('500')), {
      usage: (result) => void shown.push(result),
    });
    await ask().catch(() => {});
    expect(shown).toEqual([]);
  });

  it('takes tokens from a usage function', async () => {
    const ask = observeLlm(async () => ({ tokens: [12, 30] as const }), {
      provider: 'openai',
      model: 'gpt-4o',
      tenant: 'acme',
      usage: ({ tokens: [prompt, completion] }) => ({ prompt, completion }),
    });
    await ask();
    expect(await tokens()).toHaveLength(2);
  });
});
