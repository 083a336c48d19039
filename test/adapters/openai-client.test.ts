import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { instrumentOpenAI } from '../../adapters/openai/index.js';
import { ObserveLlm } from '../../src/decorators/index.js';
import { createPromptheus, observeLlm } from '../../src/index.js';
import type { AiClientRow, Answer } from '../contract/ai-client.contract.js';
import { besideBare, type Case, expectCounted, modelSamples, readAll, settled } from '../contract/ai-client-harness.js';
import { json, type Reply, startAiServer } from '../contract/ai-server.js';
import { responseOf, responsesRow } from './openai-responses-row.js';
import { chatRow, connectTo, MESSAGES, MODEL, onEveryOpenAI, sse } from './openai-rows.js';

const USAGE = { prompt: 12, completion: 30 };
const TEXT: Answer = { text: ['Hel', 'lo'], finish: 'stop', usage: USAGE };
const COUNTED = { status: 'success', usage: USAGE, finish: ['stop'] } as const;
const BODY = { model: MODEL, messages: MESSAGES };
const STREAMED = { ...BODY, stream: true, stream_options: { include_usage: true } } as const;
const SSE = { 'content-type': 'text/event-stream' };

const newInstance = () => createPromptheus({ default: false, registry: false, logger: false });

describe('instrumentOpenAI', () => {
  const create = () => {};

  it.each([undefined, null, 7, {}, { chat: {} }, { chat: { completions: {} } }])('takes no %j', (client) => {
    expect(() => instrumentOpenAI(client as never)).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
  });

  it.each([{ usage: 'guess' }, { usages: 'request' }, null])('takes no options %j', (options) => {
    const client = { chat: { completions: { create } } };
    expect(() => instrumentOpenAI(client, options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });

  it.each([
    ['https://api.openai.com/v1', 'openai'],
    ['http://127.0.0.1:8080/v1', 'openai'],
    ['not a URL', 'openai'],
    ['https://acme.openai.azure.com/openai/v1', 'azure.ai.openai'],
    ['https://acme.services.ai.azure.com/models', 'azure.ai.inference'],
    ['https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1', 'aws.bedrock'],
    ['https://generativelanguage.googleapis.com/v1beta/openai/', 'gcp.gemini'],
    ['https://europe-west4-aiplatform.googleapis.com/v1', 'gcp.vertex_ai'],
    ['https://api.deepseek.com', 'deepseek'],
    ['https://api.groq.com/openai/v1', 'groq'],
    ['https://api.mistral.ai/v1', 'mistral_ai'],
    ['https://api.x.ai/v1', 'x_ai'],
    ['https://openrouter.ai/api/v1', 'openrouter'],
    ['https://api.openai.com.evil.example/v1', 'openai'],
  ])('names the provider at %s %s', async (baseURL, provider) => {
    const promptheus = newInstance();
    const client = instrumentOpenAI({ baseURL, chat: { completions: { create: async () => ({}) } } }, { promptheus });
    await client.chat.completions.create();
    const { body } = await promptheus.scrape();
    expect(body.toString()).toContain(`llm_requests_total{provider="${provider}",model="unknown"`);
  });
});

onEveryOpenAI((name, sdk) => {
  const chat = chatRow(name, sdk);
  const row = chat as AiClientRow;
  const responses = responsesRow(name, sdk, 'responses') as AiClientRow;
  const whole = json(chat.wire.answer(TEXT));
  const frames = chat.wire.stream(TEXT);
  const stream: Reply = { headers: SSE, parts: [...frames.first, ...frames.rest] };

  it('gives the client back, looking as before', () => {
    const bare = connectTo(sdk, { url: 'http://127.0.0.1:1', retries: false });
    const client = connectTo(sdk, { url: 'http://127.0.0.1:1', retries: false });
    expect(instrumentOpenAI(client, { promptheus: newInstance() })).toBe(client);
    expect(client).toBeInstanceOf(sdk.OpenAI);
    expect(Object.keys(client)).toEqual(Object.keys(bare));
    expect(Object.keys(client.chat.completions)).toEqual(Object.keys(bare.chat.completions));
    const shape = ({ name, length }: { name: string; length: number }) => [name, length];
    expect(shape(client.chat.completions.create)).toEqual(shape(bare.chat.completions.create));
  });

  it('counts a client once that is instrumented twice', async () => {
    const act: Case['act'] = (client, _, promptheus) => {
      if (promptheus) instrumentOpenAI(client as OpenAI, { promptheus });
      return settled((client as OpenAI).chat.completions.create(BODY));
    };
    await expectCounted(row, await besideBare(row, { script: [whole], act }), COUNTED);
  });

  it('counts what a copy by withOptions() does, its retries too', async () => {
    const limited = json({ error: { message: 'slow down' } }, 429, { 'retry-after-ms': '10' });
    const act: Case['act'] = (client) => {
      const copy = (client as OpenAI).withOptions({ maxRetries: 1 });
      return settled(copy.withOptions({ timeout: 5_000 }).chat.completions.create(BODY));
    };
    const on = await besideBare(row, { script: [limited, whole], act });
    await expectCounted(row, on, { ...COUNTED, attempts: 2 });
  });

  it('names Azure, whose deployment stands for a model that is left out', async () => {
    const promptheus = newInstance();
    const server = await startAiServer([whole]);
    const client = new sdk.AzureOpenAI({
      endpoint: server.url,
      apiKey: 'none',
      apiVersion: '2024-10-21',
      deployment: 'our-gpt',
    });
    const { model: _, ...body } = BODY;
    await instrumentOpenAI(client, { promptheus }).chat.completions.create(body as typeof BODY);
    await server.close();
    await expectCounted({ ...row, provider: 'azure.ai.openai', model: 'our-gpt' }, promptheus, COUNTED);
  });

  it('knows tools of every kind by their names', async () => {
    const message = (more: object) => json({ choices: [{ index: 0, message: more, finish_reason: 'tool_calls' }] });
    const script: Reply[] = [
      message({ tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'search', input: 'x' } }] }),
      message({ function_call: { name: 'search', arguments: '{}' } }),
      json({
        ...responseOf({ finish: 'stop' }),
        output: [{ type: 'web_search_call', id: 'ws_1', status: 'completed' }],
      }),
    ];
    const act: Case['act'] = async (client) => {
      const { chat, responses } = client as OpenAI;
      await chat.completions.create(BODY);
      await chat.completions.create(BODY);
      return settled(responses.create({ model: MODEL, input: 'hello' }));
    };
    const on = await besideBare(row, { script, act, tools: ['search', 'web_search'] });
    await expectCounted(
      row,
      on,
      { status: 'success', calls: 2, attempts: 2, waits: 0, unknown: 'missing', finish: ['tool_calls', 'tool_calls'] },
      { status: 'success', unknown: 'missing', finish: ['tool_calls'], tools: { search: 2, web_search: 1 } },
    );
  });

  it.each(['reasoning_content', 'reasoning', 'refusal'])('takes a %s for a first token', async (key) => {
    const piece = { choices: [{ index: 0, delta: { [key]: 'hm' }, finish_reason: 'stop' }] };
    const script: Reply[] = [{ headers: SSE, parts: [...sse(piece), 'data: [DONE]\n\n'] }];
    const act: Case['act'] = (client) => readAll((client as OpenAI).chat.completions.create(STREAMED));
    const on = await besideBare(row, { script, act });
    await expectCounted(row, on, { status: 'success', streamed: true, unknown: 'missing', finish: ['stop'] });
  });

  it("takes OpenRouter's word for what a call cost", async () => {
    const script: Reply[] = [json({ choices: [], usage: { prompt_tokens: 1, cost: 0.25 } })];
    const act: Case['act'] = (client) => settled((client as OpenAI).chat.completions.create(BODY));
    const on = await besideBare(row, { script, act });
    expect(await modelSamples(row, on)).toMatchObject({ 'llm_cost_usd_total{source=provider}': 0.25 });
  });

  describe('a response that did not come to its end', () => {
    const ended = (status: string, more: object) => ({ ...responseOf(TEXT), status, ...more });
    const cases = [
      [
        'failed',
        { error: { code: 'server_error', message: 'oops' } },
        { status: 'error', errorClass: 'server', finish: ['error'] },
      ],
      [
        'failed',
        { error: { code: 'rate_limit_exceeded', message: 'oops' } },
        { status: 'error', errorClass: 'rate_limit', finish: ['error'] },
      ],
      [
        'incomplete',
        { incomplete_details: { reason: 'max_output_tokens' } },
        { status: 'success', finish: ['length'] },
      ],
      [
        'incomplete',
        { incomplete_details: { reason: 'content_filter' } },
        { status: 'success', finish: ['content_filter'] },
      ],
    ] as const;
    const input = { model: MODEL, input: 'hello' };

    it.each(cases)('is counted as it says: %s, %j', async (status, more, counted) => {
      const script: Reply[] = [json(ended(status, more))];
      const act: Case['act'] = (client) => settled((client as OpenAI).responses.create(input));
      await expectCounted(responses, await besideBare(responses, { script, act }), { ...counted, usage: USAGE });
    });

    it.each(cases)('is counted as its stream says: %s, %j', async (status, more, counted) => {
      const delta = { type: 'response.output_text.delta', delta: 'Hel' };
      const last = { type: `response.${status}`, response: ended(status, more) };
      const script: Reply[] = [{ headers: SSE, parts: sse(delta, last) }];
      const act: Case['act'] = (client) => readAll((client as OpenAI).responses.create({ ...input, stream: true }));
      const on = await besideBare(responses, { script, act });
      await expectCounted(responses, on, { ...counted, usage: USAGE, streamed: true });
    });
  });

  describe('inside another recorder', () => {
    const plain: Case['act'] = (client, _, promptheus) => {
      const ask = () => (client as OpenAI).chat.completions.create(BODY);
      return settled((promptheus ? observeLlm(ask, { promptheus }) : ask)());
    };
    const streamed: Case['act'] = (client, _, promptheus) => {
      const ask = () => (client as OpenAI).chat.completions.create(STREAMED);
      return readAll((promptheus ? observeLlm(ask, { promptheus }) : ask)());
    };

    it('counts once, under the labels that the client knows', async () => {
      await expectCounted(row, await besideBare(row, { script: [whole], act: plain }), COUNTED);
    });

    it('counts a stream once, with its tokens and its first token', async () => {
      const on = await besideBare(row, { script: [stream], act: streamed });
      await expectCounted(row, on, { ...COUNTED, streamed: true });
    });

    it('takes the word of the client for what is a token: a role is none', async () => {
      const chunk = { choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: 'stop' }] };
      const usage = { choices: [], usage: { prompt_tokens: 12, completion_tokens: 30 } };
      const script: Reply[] = [{ headers: SSE, parts: [...sse(chunk, usage), 'data: [DONE]\n\n'] }];
      await expectCounted(row, await besideBare(row, { script, act: streamed }), COUNTED);
    });

    it('counts a stream once that is left early inside a decorated method', async () => {
      const act: Case['act'] = (client, _, promptheus) => {
        class Assistant {
          ask() {
            return (client as OpenAI).chat.completions.create(STREAMED);
          }
        }
        if (promptheus) {
          const descriptor = Object.getOwnPropertyDescriptor(Assistant.prototype, 'ask') as PropertyDescriptor;
          const decorate = ObserveLlm({ promptheus }) as unknown as (...args: unknown[]) => PropertyDescriptor;
          Object.defineProperty(
            Assistant.prototype,
            'ask',
            decorate(Assistant.prototype, 'ask', descriptor) ?? descriptor,
          );
        }
        return readAll(new Assistant().ask(), (piece) => (chat.isText(piece) ? 'break' : undefined));
      };
      const on = await besideBare(row, { script: [stream], act });
      await expectCounted(row, on, { status: 'incomplete', streamed: true, unknown: 'cut_off' });
    });

    it('adds up the tokens of two calls inside one', async () => {
      const act: Case['act'] = (client, _, promptheus) => {
        const ask = async () => {
          await (client as OpenAI).chat.completions.create(BODY);
          return (await (client as OpenAI).chat.completions.create(BODY)).choices[0]?.message.content;
        };
        return settled((promptheus ? observeLlm(ask, { promptheus }) : ask)());
      };
      const on = await besideBare(row, { script: [whole, whole], act });
      const usage = { prompt: 24, completion: 60 };
      await expectCounted(row, on, { ...COUNTED, usage, attempts: 2, waits: 0 });
    });
  });
});
