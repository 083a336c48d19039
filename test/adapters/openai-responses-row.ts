import type OpenAI from 'openai';
import type { TokenUsage } from '../../src/adapter.js';
import type { AiClientRow, Answer } from '../contract/ai-client.contract.js';
import { connectTo, MODEL, type Sdk, sse } from './openai-rows.js';

type Create = OpenAI['responses']['create'];

/** The Responses API; `beta` is the same under `client.beta`, which majors from 6 have. */
export function responsesRow(name: string, sdk: Sdk, where: 'responses' | 'beta.responses'): AiClientRow<OpenAI> {
  const body = { model: MODEL, input: 'hello' };
  const api = (client: OpenAI): { create: Create } =>
    where === 'responses' ? client.responses : (client.beta as unknown as { responses: { create: Create } }).responses;
  return {
    name: `${name}, ${where}`,
    provider: 'openai',
    model: MODEL,
    connect: (to) => connectTo(sdk, to),
    calls: {
      plain: (client, options) => api(client).create(body, options),
      stream: (client, options) => api(client).create({ ...body, stream: true }, options),
    },
    isText: (piece) => (piece as OpenAI.Responses.ResponseStreamEvent).type === 'response.output_text.delta',
    wire: {
      answer: responseOf,
      stream: responseEvents,
      streamHeaders: { 'content-type': 'text/event-stream' },
      malformed: 'data: {"type":"resp\n\n',
      error: (status) => ({ error: { message: `status ${status}`, type: null, param: null, code: null } }),
      rateLimit: { 'x-ratelimit-remaining-requests': '41', 'x-ratelimit-remaining-tokens': '990' },
    },
    sees: { retries: 'attempts', parts: ['cached', 'cacheWrite', 'reasoning'] },
  };
}

/** A response as it is when it is over. */
export function responseOf({ text, tools = [], usage }: Answer) {
  const content = [{ type: 'output_text', text: text?.join(''), annotations: [] }];
  const message = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content };
  const calls = tools.map(({ name, args }, index) => ({
    type: 'function_call',
    id: `fc_${index}`,
    call_id: `call_${index}`,
    name,
    arguments: JSON.stringify(args),
    status: 'completed',
  }));
  return {
    id: 'resp_1',
    object: 'response',
    model: MODEL,
    status: 'completed',
    error: null,
    incomplete_details: null,
    tools: [],
    output: [...(text ? [message] : []), ...calls],
    usage: usage ? responseUsage(usage) : null,
  };
}

function responseEvents(answer: Answer) {
  const whole = responseOf(answer);
  const begun = { ...whole, status: 'in_progress', output: [], usage: null };
  const texts = (answer.text ?? []).map((delta) => ({ type: 'response.output_text.delta', item_id: 'msg_1', delta }));
  const calls = (answer.tools ?? []).map(({ args }, index) => ({
    type: 'response.function_call_arguments.delta',
    item_id: `fc_${index}`,
    delta: JSON.stringify(args),
  }));
  const done = whole.output.map((item, output_index) => ({ type: 'response.output_item.done', output_index, item }));
  const [first, ...rest] = [...texts, ...calls];
  return {
    first: sse({ type: 'response.created', response: begun }, first),
    rest: sse(...rest, ...done, { type: 'response.completed', response: whole }),
  };
}

function responseUsage({ prompt = 0, completion = 0, cached, cacheWrite, reasoning }: TokenUsage) {
  return {
    input_tokens: prompt,
    output_tokens: completion,
    total_tokens: prompt + completion,
    input_tokens_details: { cached_tokens: cached, cache_write_tokens: cacheWrite },
    output_tokens_details: { reasoning_tokens: reasoning },
  };
}
