import type OpenAI from 'openai';
import { expect, it } from 'vitest';
import type { OpenAIOptions } from '../../adapters/openai/index.js';
import { createPromptheus } from '../../src/index.js';
import type { AiClientRow, Answer } from '../contract/ai-client.contract.js';
import { besideBare, expectCounted, readAll } from '../contract/ai-client-harness.js';
import { type Part, type Reply, startAiServer } from '../contract/ai-server.js';
import { chatRow, connectTo, MESSAGES, MODEL, onEveryOpenAI, sse } from './openai-rows.js';

const USAGE = { prompt: 12, completion: 30 };
const TOLD: Answer = { text: ['Hel', 'lo'], finish: 'stop', usage: USAGE };
const UNTOLD: Answer = { text: ['Hello', ', wörld!'], finish: 'stop' };
const STREAMED = { model: MODEL, messages: MESSAGES, stream: true } as const;

onEveryOpenAI((name, sdk) => {
  const chat = chatRow(name, sdk);
  const row = chat as AiClientRow;
  const reply = (answer: Answer): Reply => {
    const { first, rest } = chat.wire.stream(answer);
    return { headers: chat.wire.streamHeaders, parts: [...first, ...rest] };
  };
  const isParts = (answer: Answer | readonly Part[]): answer is readonly Part[] => Array.isArray(answer);
  /** One stream: what its reader got, and what was asked of the server. */
  const streamed = async (
    options: OpenAIOptions,
    answer: Answer | readonly Part[],
    call: (client: OpenAI) => Promise<AsyncIterable<unknown>> = (client) => client.chat.completions.create(STREAMED),
  ) => {
    const promptheus = createPromptheus({ default: false, registry: false, logger: false });
    const server = await startAiServer([
      isParts(answer) ? { headers: chat.wire.streamHeaders, parts: answer } : reply(answer),
    ]);
    const client = connectTo(sdk, { url: server.url, retries: false, promptheus }, options);
    const { pieces = [], error } = await readAll(call(client));
    await server.close();
    expect(error).toBeUndefined();
    return { promptheus, pieces: pieces as OpenAI.ChatCompletionChunk[], body: server.requests[0]?.body };
  };

  it('asks for usage, and hides the piece that brings it', async () => {
    const { promptheus, pieces, body } = await streamed({ usage: 'request' }, TOLD);
    expect(body).toEqual({ ...STREAMED, stream_options: { include_usage: true } });
    expect(pieces.map(({ choices }) => choices[0]?.delta.content)).toEqual(['', 'Hel', 'lo', undefined]);
    await expectCounted(row, promptheus, { status: 'success', usage: USAGE, finish: ['stop'], streamed: true });
  });

  it('hides no other piece without a choice: Azure begins with one', async () => {
    const filters = { choices: [], prompt_filter_results: [{ prompt_index: 0 }], usage: null };
    const { first, rest } = chat.wire.stream(TOLD);
    const { pieces } = await streamed({ usage: 'request' }, [...sse(filters), ...first, ...rest]);
    expect(pieces[0]).toEqual(filters);
    expect(pieces).toHaveLength(5);
  });

  it('hides it from the branches of tee() too', async () => {
    const { promptheus, pieces } = await streamed({ usage: 'request' }, TOLD, async (client) => {
      const [left, right] = (await client.chat.completions.create(STREAMED)).tee();
      await readAll(Promise.resolve(left));
      return right;
    });
    expect(pieces).toHaveLength(4);
    await expectCounted(row, promptheus, { status: 'success', usage: USAGE, finish: ['stop'], streamed: true });
  });

  it('leaves a call alone that asks for usage itself', async () => {
    const asked = { ...STREAMED, stream_options: { include_usage: true } };
    const { pieces } = await streamed({ usage: 'request' }, TOLD, (client) => client.chat.completions.create(asked));
    expect(pieces.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 12 } });
  });

  it('leaves a call alone that wants none', async () => {
    const asked = { ...STREAMED, stream_options: { include_usage: false } };
    const { promptheus, body } = await streamed({ usage: 'request' }, UNTOLD, (client) =>
      client.chat.completions.create(asked),
    );
    expect(body).toEqual(asked);
    await expectCounted(row, promptheus, { status: 'success', finish: ['stop'], streamed: true, unknown: 'missing' });
  });

  it('keeps the other stream options, and the body of the caller as it is', async () => {
    const given = { ...STREAMED, stream_options: { include_obfuscation: false } };
    const before = structuredClone(given);
    const { body } = await streamed({ usage: 'request' }, TOLD, (client) => client.chat.completions.create(given));
    expect(body).toMatchObject({ stream_options: { include_obfuscation: false, include_usage: true } });
    expect(given).toEqual(before);
  });

  it('asks nothing by default', async () => {
    const act = (client: unknown) => readAll((client as OpenAI).chat.completions.create(STREAMED));
    const on = await besideBare(row, { script: [reply(UNTOLD)], act });
    await expectCounted(row, on, { status: 'success', finish: ['stop'], streamed: true, unknown: 'missing' });
  });

  it('estimates the tokens that were not told: a quarter of the bytes', async () => {
    const { promptheus } = await streamed({ usage: 'estimate' }, UNTOLD, (client) =>
      client.chat.completions.create({
        ...STREAMED,
        messages: [
          { role: 'system', content: 'four' },
          { role: 'user', content: [{ type: 'text', text: 'twelve bytes' }] },
        ],
      }),
    );
    await expectCounted(row, promptheus, {
      status: 'success',
      finish: ['stop'],
      streamed: true,
      unknown: 'estimated',
      estimated: { prompt: 4, completion: Math.ceil((5 + 9) / 4) },
    });
  });

  it('estimates nothing where the tokens were told', async () => {
    const { promptheus } = await streamed({ usage: 'estimate' }, TOLD);
    await expectCounted(row, promptheus, { status: 'success', usage: USAGE, finish: ['stop'], streamed: true });
  });
});
