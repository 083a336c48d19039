import type OpenAI from 'openai';
import { it } from 'vitest';
import type { AiClientRow, Answer } from '../contract/ai-client.contract.js';
import { besideBare, type Case, expectCounted, readAll, settled } from '../contract/ai-client-harness.js';
import { HANG, json, type Reply } from '../contract/ai-server.js';
import { responsesRow } from './openai-responses-row.js';
import { chatRow, MESSAGES, MODEL, onEveryOpenAI, sse } from './openai-rows.js';

const USAGE = { prompt: 12, completion: 30 };
const TEXT: Answer = { text: ['{"a"', ':1}'], finish: 'stop', usage: USAGE };
const SEARCH: Answer = { tools: [{ name: 'search', args: { query: 'x' } }], finish: 'tool_calls', usage: USAGE };
const COUNTED = { status: 'success', usage: USAGE, finish: ['stop'] } as const;
const ROUND = { status: 'success', usage: USAGE, finish: ['tool_calls'], tools: { search: 1 } } as const;
const BODY = { model: MODEL, messages: MESSAGES };
const STREAMED = { ...BODY, stream: true, stream_options: { include_usage: true } } as const;
const FORMAT = { type: 'json_schema', json_schema: { name: 'a', schema: {}, strict: true } } as const;

/** The caller's code, on a client of any major. */
const act =
  (call: (client: OpenAI) => Promise<unknown>): Case['act'] =>
  (client) =>
    settled(call(client as OpenAI));

const whole = (row: AiClientRow<OpenAI>, answer: Answer): Reply =>
  json(row.wire.answer(answer), 200, { 'x-request-id': 'req_1' });

const stream = (row: AiClientRow<OpenAI>, answer: Answer): Reply => {
  const { first, rest } = row.wire.stream(answer);
  return { headers: row.wire.streamHeaders, parts: [...first, ...rest] };
};

function searchTool(calls: unknown[] = []) {
  return {
    type: 'function' as const,
    function: {
      name: 'search',
      description: 'Searches.',
      parameters: { type: 'object', properties: { query: { type: 'string' } } },
      parse: JSON.parse,
      function: (args: unknown) => {
        calls.push(args);
        return 'found';
      },
    },
  };
}

onEveryOpenAI((name, sdk) => {
  const chat = chatRow(name, sdk);
  const responses = responsesRow(name, sdk, 'responses');
  const row = chat as AiClientRow;
  const beside = (one: Omit<Case, 'tools'>) => besideBare(row, { ...one, tools: ['search'] });

  it('keeps withResponse(), and the id of the request', async () => {
    const on = await beside({
      script: [whole(chat, TEXT)],
      act: act(async (client) => {
        const { data, response, request_id } = await client.chat.completions.create(BODY).withResponse();
        return { data, status: response.status, request_id, onData: (data as { _request_id?: unknown })._request_id };
      }),
    });
    await expectCounted(row, on, COUNTED);
  });

  it('keeps withResponse() of a stream', async () => {
    const on = await beside({
      script: [stream(chat, TEXT)],
      act: act(async (client) => {
        const { data, response } = await client.chat.completions.create(STREAMED).withResponse();
        return { ...(await readAll(Promise.resolve(data))), status: response.status };
      }),
    });
    await expectCounted(row, on, { ...COUNTED, streamed: true });
  });

  it('keeps asResponse(), whose body nobody else reads', async () => {
    const on = await beside({
      script: [whole(chat, TEXT)],
      act: act(async (client) => (await client.chat.completions.create(BODY).asResponse()).json()),
    });
    await expectCounted(row, on, { status: 'success', unknown: 'unread' });
  });

  it('counts a promise once, however often it is asked', async () => {
    const on = await beside({
      script: [whole(chat, TEXT)],
      act: act(async (client) => {
        const promise = client.chat.completions.create(BODY);
        const [one, same] = await Promise.all([promise, promise.then((answer) => answer)]);
        await promise.finally(() => {});
        await promise.withResponse();
        return [one === same, await promise.catch(() => 'never'), promise instanceof Promise];
      }),
    });
    await expectCounted(row, on, COUNTED);
  });

  it('keeps tee(), and counts both branches once', async () => {
    const on = await beside({
      script: [stream(chat, TEXT)],
      act: act(async (client) => {
        const [left, right] = (await client.chat.completions.create(STREAMED)).tee();
        return Promise.all([readAll(Promise.resolve(left)), readAll(Promise.resolve(right))]);
      }),
    });
    await expectCounted(row, on, { ...COUNTED, streamed: true });
  });

  it('keeps toReadableStream()', async () => {
    const on = await beside({
      script: [stream(chat, TEXT)],
      act: act(async (client) => {
        const answer = await client.chat.completions.create(STREAMED);
        return new Response(answer.toReadableStream() as ReadableStream).text();
      }),
    });
    await expectCounted(row, on, { ...COUNTED, streamed: true });
  });

  it('keeps the errors of the SDK', async () => {
    const limited = json({ error: { message: 'slow down', type: 'tokens', code: 'rate_limit_exceeded' } }, 429, {
      'x-request-id': 'req_2',
    });
    const on = await beside({
      script: [limited],
      act: act(async (client) => {
        const error = await client.chat.completions.create(BODY).then(
          () => undefined,
          (thrown) => thrown,
        );
        return [error instanceof sdk.RateLimitError, error.requestID, error.headers.get('x-request-id'), error.error];
      }),
    });
    await expectCounted(row, on, { status: 'error', errorClass: 'rate_limit' });
  });

  it('counts chat.completions.parse once', async () => {
    const on = await beside({
      script: [whole(chat, TEXT)],
      act: act((client) => client.chat.completions.parse({ ...BODY, response_format: FORMAT })),
    });
    await expectCounted(row, on, COUNTED);
  });

  it('keeps withResponse() and asResponse() of parse()', async () => {
    const on = await beside({
      script: [whole(chat, TEXT), whole(chat, TEXT)],
      act: act(async (client) => {
        const parse = () => client.chat.completions.parse({ ...BODY, response_format: FORMAT });
        const { data, request_id } = await parse().withResponse();
        return [data, request_id, await (await parse().asResponse()).json()];
      }),
    });
    await expectCounted(row, on, COUNTED, { status: 'success', unknown: 'unread' });
  });

  it('counts a stream as aborted that its caller stops by its controller', async () => {
    const on = await beside({
      script: [{ headers: chat.wire.streamHeaders, parts: [...chat.wire.stream(TEXT).first, HANG] }],
      act: act(async (client) => {
        const answer = await client.chat.completions.create(STREAMED);
        return readAll(Promise.resolve(answer), (piece) => void (chat.isText(piece) && answer.controller.abort()));
      }),
    });
    await expectCounted(row, on, { status: 'aborted', streamed: true, unknown: 'cut_off' });
  });

  it('counts an error that comes inside a stream', async () => {
    const error = { message: 'slow down', type: 'tokens', code: 'rate_limit_exceeded' };
    const on = await beside({
      script: [{ headers: chat.wire.streamHeaders, parts: [...chat.wire.stream(TEXT).first, ...sse({ error })] }],
      act: (client) => readAll((client as OpenAI).chat.completions.create(STREAMED)),
    });
    await expectCounted(row, on, { status: 'error', errorClass: 'rate_limit', streamed: true, unknown: 'cut_off' });
  });

  it('counts the tokens of an answer that parse() cannot take', async () => {
    const cut = json({
      ...(chat.wire.answer(TEXT) as object),
      choices: [{ index: 0, message: { role: 'assistant', content: '{"a"' }, finish_reason: 'length' }],
    });
    const on = await beside({
      script: [cut],
      act: act((client) => client.chat.completions.parse({ ...BODY, response_format: FORMAT })),
    });
    await expectCounted(row, on, { status: 'error', errorClass: 'other', usage: USAGE, finish: ['length'] });
  });

  it('counts chat.completions.stream once, with its events in their order', async () => {
    const on = await beside({
      script: [stream(chat, TEXT)],
      act: act(async (client) => {
        const events: unknown[] = [];
        const { messages, model } = BODY;
        const helper = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
        helper.on('connect', () => events.push('connect'));
        helper.on('content', (delta, snapshot) => events.push(['content', delta, snapshot]));
        helper.on('chunk', (chunk) => events.push(['chunk', chunk]));
        helper.on('end', () => events.push('end'));
        return [await helper.finalChatCompletion(), events];
      }),
    });
    await expectCounted(row, on, { ...COUNTED, streamed: true });
  });

  it('counts each request of runTools', async () => {
    const on = await beside({
      script: [whole(chat, SEARCH), whole(chat, SEARCH), whole(chat, TEXT)],
      act: act(async (client) => {
        const calls: unknown[] = [];
        const runner = client.chat.completions.runTools({ ...BODY, tools: [searchTool(calls)] });
        return [await runner.finalContent(), runner.messages, calls];
      }),
    });
    await expectCounted(row, on, ROUND, ROUND, COUNTED);
  });

  it('counts each request of a streamed runTools', async () => {
    const on = await beside({
      script: [stream(chat, SEARCH), stream(chat, SEARCH), stream(chat, TEXT)],
      act: act(async (client) => {
        const runner = client.chat.completions.runTools({ ...STREAMED, tools: [searchTool()] });
        return [await runner.finalContent(), runner.messages];
      }),
    });
    const streamed = { streamed: true };
    await expectCounted(row, on, { ...ROUND, ...streamed }, { ...ROUND, ...streamed }, { ...COUNTED, ...streamed });
  });

  it('counts responses.parse once', async () => {
    const on = await besideBare(responses as AiClientRow, {
      script: [whole(responses, TEXT)],
      act: act((client) => client.responses.parse({ model: MODEL, input: 'hello' })),
    });
    await expectCounted(row, on, COUNTED);
  });

  it('counts responses.stream once', async () => {
    const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'in_progress', content: [] };
    const { response } = { response: responses.wire.answer(TEXT) as Record<string, unknown> };
    const part = { type: 'output_text', text: '', annotations: [] };
    const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    const events = [
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [], usage: null } },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.content_part.added', ...at, part },
      { type: 'response.output_text.delta', ...at, delta: '{"a"' },
      { type: 'response.output_text.delta', ...at, delta: ':1}' },
      { type: 'response.completed', response },
    ].map((event, sequence_number) => ({ ...event, sequence_number }));
    const on = await besideBare(responses as AiClientRow, {
      script: [{ headers: responses.wire.streamHeaders, parts: sse(...events) }],
      act: act(async (client) => {
        const types: string[] = [];
        const helper = client.responses.stream({ model: MODEL, input: 'hello' });
        for await (const event of helper) types.push(event.type);
        return [types, await helper.finalResponse()];
      }),
    });
    await expectCounted(row, on, { ...COUNTED, streamed: true });
  });

  it('counts the completions of before chat', async () => {
    const choice = { index: 0, text: 'lo', finish_reason: 'stop' };
    const usage = { prompt_tokens: 12, completion_tokens: 30 };
    const on = await beside({
      script: [
        json({ object: 'text_completion', choices: [choice], usage }),
        {
          headers: chat.wire.streamHeaders,
          parts: [...sse({ choices: [choice] }, { choices: [], usage }), 'data: [DONE]\n\n'],
        },
      ],
      act: act(async (client) => {
        const body = { model: MODEL, prompt: 'hello' };
        return [
          await client.completions.create(body),
          await readAll(client.completions.create({ ...body, stream: true, stream_options: { include_usage: true } })),
        ];
      }),
    });
    await expectCounted(row, on, COUNTED, { ...COUNTED, streamed: true });
  });
});
