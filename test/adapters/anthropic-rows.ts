import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { instrumentAnthropic } from '../../adapters/anthropic/index.js';
import { besideBare, type Counted, expectCounted, type Seen } from '../contract/ai-client-harness.js';
import type { AiClientRow, Answer, Connection } from '../contract/ai-client-row.js';
import type { Reply } from '../contract/ai-server.js';
import type { Anthropic, Sdk } from './anthropic-sdk.js';

export const MODEL = 'claude-opus-5-5';
export const ASK = { model: MODEL, max_tokens: 100, messages: [{ role: 'user', content: 'hello' }] } as const;

const FOLDER = 'test/matrix/anthropic';
const MAJORS = [0, 1] as const;

/** Tests each major of the SDK that is installed. */
export function onEveryAnthropic(tests: (sdk: Sdk, major: number) => void): void {
  const installed = existsSync(`${FOLDER}/node_modules`);
  const install = `npm ci --prefix ${FOLDER}`;
  for (const major of MAJORS) {
    const name = `@anthropic-ai/sdk ${major}`;
    describe.skipIf(!installed)(`${name}${installed ? '' : ` (not installed: ${install})`}`, () => {
      if (installed) tests(createRequire(resolve(FOLDER, 'package.json'))(`anthropic-${major}`), major);
      else it('is not installed', () => {});
    });
  }
  it.runIf(process.env.CI)(`both majors are installed where CI runs (${install})`, () => expect(installed).toBe(true));
}

export function connect(sdk: Sdk, to: Connection): Anthropic {
  const client = new sdk.Anthropic({
    apiKey: 'none',
    baseURL: to.url,
    maxRetries: to.retries ? 2 : 0,
    ...(to.timeoutMs !== undefined && { timeout: to.timeoutMs }),
  });
  return to.promptheus ? instrumentAnthropic(client, { promptheus: to.promptheus }) : client;
}

/** The client under the contract, by one of its two APIs for messages. */
export function anthropicRow(name: string, sdk: Sdk, messagesOf: (client: Anthropic) => Anthropic['messages']) {
  const row: AiClientRow<Anthropic> = {
    name,
    provider: 'anthropic',
    model: MODEL,
    connect: (to) => connect(sdk, to),
    calls: {
      plain: (client, options) => messagesOf(client).create(ASK, options),
      stream: (client, options) => messagesOf(client).create({ ...ASK, stream: true }, options) as never,
    },
    isText: (piece) => (piece as { delta?: { type?: string } }).delta?.type === 'text_delta',
    wire: {
      answer: message,
      stream: events,
      streamHeaders: { 'content-type': 'text/event-stream' },
      malformed: 'event: content_block_delta\ndata: {"type":"content_bl\n\n',
      error: (status) => ({ type: 'error', error: { type: ERRORS[status], message: 'no' } }),
      rateLimit: { 'anthropic-ratelimit-requests-remaining': '41', 'anthropic-ratelimit-tokens-remaining': '990' },
    },
    // Only the end of a stream tells its output.
    sees: { retries: 'attempts', parts: ['cached', 'cacheWrite', 'reasoning'], earlyUsage: { prompt: 12 } },
  };
  return row;
}

export type AnthropicCases = ReturnType<typeof anthropicCases>;

/** Runs further cases of one API beside a bare client, and demands what they count. */
export function anthropicCases(sdk: Sdk, messagesOf: (client: Anthropic) => Anthropic['messages']) {
  const row = anthropicRow('anthropic', sdk, messagesOf) as AiClientRow;
  return async (script: readonly Reply[], act: (client: Anthropic) => Promise<Seen>, ...counted: Counted[]) => {
    const on = await besideBare(row, { script, act: (client) => act(client as Anthropic), tools: ['search'] });
    await expectCounted(row, on, ...counted);
  };
}

const ERRORS: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'api_error',
};

/** The input tokens of the API leave out those that were read from or written to the cache. */
function usageOf({ usage }: Answer) {
  if (usage === undefined) return undefined;
  const { prompt = 0, completion, cached, cacheWrite, reasoning } = usage;
  return {
    input_tokens: prompt - (cached ?? 0) - (cacheWrite ?? 0),
    cache_read_input_tokens: cached ?? null,
    cache_creation_input_tokens: cacheWrite ?? null,
    output_tokens: completion,
    output_tokens_details: reasoning === undefined ? null : { thinking_tokens: reasoning },
  };
}

const stopReason = (answer: Answer) => (answer.finish === 'tool_calls' ? 'tool_use' : 'end_turn');

/** A whole message. */
export function message(answer: Answer): object {
  const text = (answer.text ?? []).length > 0 ? [{ type: 'text', text: answer.text?.join('') }] : [];
  const tools = (answer.tools ?? []).map(({ name, args }, n) => ({ type: 'tool_use', id: `t${n}`, name, input: args }));
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: MODEL,
    content: [...text, ...tools],
    stop_reason: stopReason(answer),
    stop_sequence: null,
    usage: usageOf(answer),
  };
}

/** The same message in events; its output is 1 until the end tells it. */
export function events(answer: Answer): { first: string[]; rest: string[] } {
  const usage = usageOf(answer);
  const whole = { ...message(answer), content: [], stop_reason: null };
  const start = { ...whole, usage: usage && { ...usage, output_tokens: 1, output_tokens_details: null } };
  const text = answer.text ?? [];
  const texts = text.map((piece) => delta(0, { type: 'text_delta', text: piece }));
  const block = text.length === 0 ? [] : [begin(0, { type: 'text', text: '' }), ...texts, end(0)];
  const tools = (answer.tools ?? []).flatMap(({ name, args }, n) => [
    begin(n, { type: 'tool_use', id: `t${n}`, name, input: {} }),
    delta(n, { type: 'input_json_delta', partial_json: JSON.stringify(args) }),
    end(n),
  ]);
  const all = [
    { type: 'message_start', message: start },
    ...block,
    ...tools,
    { type: 'message_delta', delta: { stop_reason: stopReason(answer), stop_sequence: null }, usage: last(usage) },
    { type: 'message_stop' },
  ].map((event) => frame(event));
  const first = all.findIndex((one) => one.includes('content_block_delta')) + 1;
  return { first: all.slice(0, first), rest: all.slice(first) };
}

/** The last word on the output; the API says nothing again of what it told at the start. */
const last = (usage: ReturnType<typeof usageOf>) =>
  usage && { ...usage, input_tokens: null, cache_read_input_tokens: null, cache_creation_input_tokens: null };
const begin = (index: number, content_block: object) => ({ type: 'content_block_start', index, content_block });
const delta = (index: number, piece: object) => ({ type: 'content_block_delta', index, delta: piece });
const end = (index: number) => ({ type: 'content_block_stop', index });

/** An event on the wire. */
export function frame(event: { type: string }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
