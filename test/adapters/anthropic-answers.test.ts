import { describe, it } from 'vitest';
import { type Counted, readAll, settled } from '../contract/ai-client-harness.js';
import { HANG, json, type Part, type Reply } from '../contract/ai-server.js';
import {
  type AnthropicCases,
  ASK,
  anthropicCases,
  events,
  frame,
  message,
  onEveryAnthropic,
} from './anthropic-rows.js';
import type { Anthropic, EventStream, MessageStream, Sdk } from './anthropic-sdk.js';

const USAGE = { prompt: 12, completion: 30 };
const ANSWER = { text: ['Hel', 'lo'], finish: 'stop', usage: USAGE } as const;
const OK: Counted = { status: 'success', usage: USAGE, finish: ['stop'] };
const PLAIN = json(message(ANSWER), 200, { 'request-id': 'req_1' });
const STREAM: Reply = streamOf(...events(ANSWER).first, ...events(ANSWER).rest);
/** Says nothing more after the first text. */
const HALF: Reply = streamOf(...events(ANSWER).first, HANG);
const FORMAT = { type: 'json_schema', schema: {}, parse: (text: string) => ({ text }) };

function streamOf(...parts: Part[]): Reply {
  return { headers: { 'content-type': 'text/event-stream' }, parts };
}

async function eventsOf(stream: MessageStream): Promise<unknown> {
  const seen: unknown[] = [];
  for (const event of ['connect', 'text', 'message', 'finalMessage', 'error', 'abort', 'end']) {
    stream.on(
      event,
      (value: unknown) => void seen.push([event, value instanceof Error ? value.constructor.name : value]),
    );
  }
  for await (const event of stream) seen.push(['streamEvent', event.type]);
  return [seen, await stream.finalMessage()];
}

onEveryAnthropic((sdk) => {
  const run = anthropicCases(sdk, (client) => client.messages);
  promises(run, sdk);
  streams(run);
  endings(run);
});

function promises(run: AnthropicCases, sdk: Sdk): void {
  describe('its promises', () => {
    it('keep withResponse()', async () => {
      const act = async (client: Anthropic) => {
        const { data, response, ...ids } = await client.messages.create(ASK).withResponse();
        return { value: [data, response.status, ids, Reflect.get(data, '_request_id')] };
      };
      await run([PLAIN], act, OK);
    });

    it('keep asResponse(), whose reader alone reads the body: its tokens are unknown', async () => {
      const act = async (client: Anthropic) => {
        return { value: await (await client.messages.create(ASK).asResponse()).json() };
      };
      await run([PLAIN], act, { status: 'success', unknown: 'unread' as never });
    });

    it('can be awaited, caught and awaited again: one call', async () => {
      const act = async (client: Anthropic) => {
        const promise = client.messages.create(ASK);
        const first = await promise.catch(() => undefined);
        return { value: [(await promise.finally(() => {})) === first, promise instanceof Promise] };
      };
      await run([PLAIN], act, OK);
    });

    it.each(['messages', 'beta.messages'])('keep %s.parse()', async (api) => {
      const act = async (client: Anthropic) => {
        const { parse } = { parse: (body: object) => (api === 'messages' ? client : client.beta).messages.parse(body) };
        return { value: (await parse({ ...ASK, output_config: { format: FORMAT } })).parsed_output };
      };
      await run([PLAIN], act, OK);
    });

    it('reject with the classes of the SDK', async () => {
      const act = async (client: Anthropic) => {
        const { error } = await settled(client.messages.create(ASK));
        return { value: error instanceof sdk.RateLimitError, error };
      };
      const limited = json({ type: 'error', error: { type: 'rate_limit_error', message: 'no' } }, 429);
      await run([limited], act, { status: 'error', errorClass: 'rate_limit' });
    });

    it('reject with a prompt that is too long as such', async () => {
      const body = { type: 'invalid_request_error', message: 'prompt is too long: 208310 tokens > 200000 maximum' };
      const tooLong = json({ type: 'error', error: body }, 400);
      const act = (client: Anthropic) => settled(client.messages.create(ASK));
      await run([tooLong], act, { status: 'error', errorClass: 'context_length' });
    });
  });
}

function streams(run: AnthropicCases): void {
  const STREAMED: Counted = { ...OK, streamed: true };
  const create = (client: Anthropic) => client.messages.create({ ...ASK, stream: true }) as Promise<EventStream>;

  describe('its streams', () => {
    it('keep tee(): two readers, one call', async () => {
      const act = async (client: Anthropic) => {
        const [left, right] = (await create(client)).tee();
        return { value: [await readAll(Promise.resolve(left)), await readAll(Promise.resolve(right))] };
      };
      await run([STREAM], act, STREAMED);
    });

    it('keep toReadableStream()', async () => {
      const act = async (client: Anthropic) => {
        return { value: await new Response((await create(client)).toReadableStream()).text() };
      };
      await run([STREAM], act, STREAMED);
    });

    it('keep withResponse()', async () => {
      const act = async (client: Anthropic) => {
        const { data, response } = await client.messages.create({ ...ASK, stream: true }).withResponse();
        return { ...(await readAll(Promise.resolve(data))), value: response.status };
      };
      await run([STREAM], act, STREAMED);
    });

    it('that their controller stops end without an error, and count as aborted', async () => {
      const act = async (client: Anthropic) => {
        const stream = await create(client);
        return readAll(Promise.resolve(stream), (event) => void (isDelta(event) && stream.controller.abort()));
      };
      await run([HALF], act, { status: 'aborted', usage: { prompt: 12 }, streamed: true });
    });

    it('that the API ends with an error count as failed', async () => {
      const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
      const failed: Counted = { status: 'error', errorClass: 'overloaded', usage: { prompt: 12 }, streamed: true };
      await run([streamOf(...events(ANSWER).first, frame(error))], (client) => readAll(create(client)), failed);
    });

    it.each(['messages', 'beta.messages'])('of %s.stream() emit what they did, and count once', async (api) => {
      const act = async (client: Anthropic) => {
        return { value: await eventsOf((api === 'messages' ? client : client.beta).messages.stream(ASK)) };
      };
      await run([STREAM], act, STREAMED);
    });

    it('of stream() can be stopped', async () => {
      const act = async (client: Anthropic) => {
        const stream = client.messages.stream(ASK);
        stream.on('text', () => stream.abort());
        return settled(stream.done());
      };
      await run([HALF], act, { status: 'aborted', usage: { prompt: 12 }, streamed: true });
    });

    it('of stream() that are left are stopped by the SDK: aborted', async () => {
      const act = (client: Anthropic) => {
        return readAll(Promise.resolve(client.messages.stream(ASK)), (event) => (isDelta(event) ? 'break' : undefined));
      };
      await run([HALF], act, { status: 'aborted', usage: { prompt: 12 }, streamed: true });
    });

    it('begin with a piece of thinking, and end with the last word on each number', async () => {
      const [start, , , ...others] = events(ANSWER).first.concat(events(ANSWER).rest);
      const thinking = { type: 'thinking_delta', thinking: 'hm' };
      const frames = [
        frame({ type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } } as never),
        frame({ type: 'content_block_delta', index: 0, delta: thinking } as never),
        frame({ type: 'message_delta', delta: {}, usage: { output_tokens: 7, input_tokens: 12 } } as never),
      ];
      const act = (client: Anthropic) => readAll(create(client));
      await run([streamOf(start as string, ...frames, ...others.slice(-2))], act, STREAMED);
    });
  });
}

const isDelta = (event: unknown) => (event as { type: string }).type === 'content_block_delta';

function endings(run: AnthropicCases): void {
  describe('its answers', () => {
    it.each([
      ['refusal', 'refusal'],
      ['model_context_window_exceeded', 'length'],
      ['max_tokens', 'length'],
      ['stop_sequence', 'stop'],
      ['pause_turn', 'other'],
    ] as const)('that end with %s are a success, and end with %s', async (stop_reason, reason) => {
      const reply = json({ ...message(ANSWER), stop_reason });
      const act = (client: Anthropic) => settled(client.messages.create(ASK));
      await run([reply], act, { ...OK, finish: [reason] });
    });

    it("tell the caller's tools, not those that the API runs itself", async () => {
      const content = [
        { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} },
        { type: 'tool_use', id: 't1', name: 'search', input: {} },
      ];
      const reply = json({ ...message(ANSWER), content });
      const act = (client: Anthropic) => settled(client.messages.create(ASK));
      await run([reply], act, { ...OK, tools: { search: 1 } });
    });

    it('to copies by withOptions() count once, attempts too', async () => {
      const act = (client: Anthropic) => settled(client.withOptions({ timeout: 5000 }).messages.create(ASK));
      await run([PLAIN], act, OK);
    });
  });
}
