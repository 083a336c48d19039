import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { instrumentOpenAI, type OpenAIOptions } from '../../adapters/openai/index.js';
import type { TokenUsage } from '../../src/adapter.js';
import type { AiClientRow, Answer, Connection } from '../contract/ai-client.contract.js';

const FOLDER = 'test/matrix/openai';
const require = createRequire(join(process.cwd(), FOLDER, 'package.json'));

export const MODEL = 'gpt-4o';
export const MESSAGES = [{ role: 'user' as const, content: 'hello' }];

/** Each major speaks alike here, so that the root's types stand for all. */
export type Sdk = Pick<typeof import('openai'), 'OpenAI' | 'AzureOpenAI' | 'RateLimitError'>;

/** Tests each major that is installed. */
export function onEveryOpenAI(tests: (name: string, sdk: Sdk, alias: string) => void): void {
  for (const alias of ['openai-5', 'openai-6', 'openai-7']) {
    const name = alias.replace('-', ' ');
    const installed = existsSync(join(FOLDER, 'node_modules', alias));
    const install = `npm ci --prefix ${FOLDER}`;
    describe.skipIf(!installed)(`${name}${installed ? '' : ` (not installed: ${install})`}`, () => {
      if (installed) tests(name, require(alias) as Sdk, alias);
      else it('is not installed', () => {});
    });
    it.runIf(process.env.CI)(`${name} is installed where CI runs (${install})`, () => expect(installed).toBe(true));
  }
}

/** A client of this major, instrumented when an instance is given. */
export function connectTo(sdk: Sdk, to: Connection, options: OpenAIOptions = {}): OpenAI {
  const client = new sdk.OpenAI({
    apiKey: 'none',
    baseURL: `${to.url}/v1`,
    logLevel: 'off',
    maxRetries: to.retries ? 2 : 0,
    ...(to.timeoutMs !== undefined && { timeout: to.timeoutMs }),
  });
  return to.promptheus ? instrumentOpenAI(client, { ...options, promptheus: to.promptheus }) : client;
}

export function sse(...events: readonly unknown[]): string[] {
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`);
}

const DONE = 'data: [DONE]\n\n';

/** Chat completions. */
export function chatRow(name: string, sdk: Sdk): AiClientRow<OpenAI> {
  const body = { model: MODEL, messages: MESSAGES };
  return {
    name: `${name}, chat completions`,
    provider: 'openai',
    model: MODEL,
    connect: (to) => connectTo(sdk, to),
    calls: {
      plain: (client, options) => client.chat.completions.create(body, options),
      stream: (client, options) =>
        client.chat.completions.create({ ...body, stream: true, stream_options: { include_usage: true } }, options),
      choices: (client) => client.chat.completions.create({ ...body, n: 2 }),
      embed: (client, input) => client.embeddings.create({ model: MODEL, input: [...input] }),
    },
    isText: (piece) => Boolean((piece as OpenAI.ChatCompletionChunk).choices[0]?.delta.content),
    wire: {
      answer: chatAnswer,
      stream: chatStream,
      streamHeaders: { 'content-type': 'text/event-stream' },
      malformed: 'data: {"choices":[{\n\n',
      error: (status) => ({ error: { message: `status ${status}`, type: null, param: null, code: null } }),
      embeddings: (texts, promptTokens) => ({
        object: 'list',
        model: MODEL,
        data: Array.from({ length: texts }, (_, index) => ({ object: 'embedding', index, embedding: 'AACAPwAAAEA=' })),
        usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
      }),
      rateLimit: { 'x-ratelimit-remaining-requests': '41', 'x-ratelimit-remaining-tokens': '990' },
    },
    sees: { retries: 'attempts', parts: ['cached', 'cacheWrite', 'reasoning'] },
  };
}

function chatAnswer({ text, tools, choices = 1, finish, usage }: Answer): unknown {
  const message = {
    role: 'assistant',
    content: text?.join('') ?? null,
    ...(tools && { tool_calls: tools.map(toolCall) }),
  };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model: MODEL,
    choices: Array.from({ length: choices }, (_, index) => ({ index, message, finish_reason: finish })),
    ...(usage && { usage: chatUsage(usage) }),
  };
}

function chatStream({ text = [], tools = [], finish, usage }: Answer) {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    model: MODEL,
    choices: [{ index: 0, delta, finish_reason }],
  });
  const calls = tools.flatMap((tool, index) => {
    const { id, type, function: called } = toolCall(tool, index);
    return [
      { tool_calls: [{ index, id, type, function: { name: called.name, arguments: '' } }] },
      { tool_calls: [{ index, function: { arguments: called.arguments } }] },
    ];
  });
  const [first, ...rest] = [...text.map((content) => ({ content })), ...calls].map((delta) => chunk(delta));
  const last = { ...chunk({}), choices: [], usage: usage && chatUsage(usage) };
  return {
    first: sse(chunk({ role: 'assistant', content: '' }), first),
    rest: [...sse(...rest, chunk({}, finish), ...(usage ? [last] : [])), DONE],
  };
}

function toolCall({ name, args }: { name: string; args: object }, index: number) {
  return { id: `call_${index}`, type: 'function', function: { name, arguments: JSON.stringify(args) } };
}

function chatUsage({ prompt = 0, completion = 0, cached, cacheWrite, reasoning }: TokenUsage) {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: cacheWrite },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}
