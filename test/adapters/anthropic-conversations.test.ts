import { describe, it } from 'vitest';
import { type Counted, readAll, settled } from '../contract/ai-client-harness.js';
import type { Answer } from '../contract/ai-client-row.js';
import { HANG, json, type Part, type Reply } from '../contract/ai-server.js';
import {
  type AnthropicCases,
  ASK,
  anthropicCases,
  events,
  frame,
  MODEL,
  message,
  onEveryAnthropic,
} from './anthropic-rows.js';
import type { Anthropic, MessageStream } from './anthropic-sdk.js';

const USAGE = { prompt: 12, completion: 30 };
const TOOL: Answer = { tools: [{ name: 'search', args: { query: 'x' } }], finish: 'tool_calls', usage: USAGE };
const TEXT: Answer = { text: ['Hel', 'lo'], finish: 'stop', usage: USAGE };
const CALLED: Counted = { status: 'success', usage: USAGE, finish: ['tool_calls'], tools: { search: 1 } };
const SAID: Counted = { status: 'success', usage: USAGE, finish: ['stop'] };
const SETTINGS = { model: MODEL, max_tokens: 100 };
const HELLO = { role: 'user', content: 'hello' };

const streamOf = (...parts: Part[]): Reply => ({ headers: { 'content-type': 'text/event-stream' }, parts });
const streamed = (answer: Answer) => streamOf(...events(answer).first, ...events(answer).rest);
const plain = (answer: Answer) => json(message(answer));

/** A tool that the runner runs. */
const search = () => ({
  type: 'custom',
  name: 'search',
  input_schema: { type: 'object', properties: { query: { type: 'string' } } },
  parse: (input: unknown) => input,
  run: async () => 'found',
});

onEveryAnthropic((sdk, major) => {
  const run = anthropicCases(sdk, (client) => client.beta.messages);
  toolRunners(run);
  if (major > 0) threads(run);
});

function toolRunners(run: AnthropicCases): void {
  describe('a tool runner', () => {
    it('counts each turn', async () => {
      const act = async (client: Anthropic) => {
        return { value: await client.beta.messages.toolRunner({ ...ASK, tools: [search()] }).runUntilDone() };
      };
      await run([plain(TOOL), plain(TEXT)], act, CALLED, SAID);
    });

    it.each([{}, { runToolsEagerly: true }])('that streams (%o) counts each turn', async (how) => {
      const act = async (client: Anthropic) => {
        const seen: unknown[] = [];
        const turns = client.beta.messages.toolRunner({ ...ASK, tools: [search()], stream: true, ...how });
        for await (const turn of turns) seen.push(await readAll(Promise.resolve(turn as MessageStream)));
        return { value: seen };
      };
      const both = [CALLED, SAID].map((turn) => ({ ...turn, streamed: true }));
      await run([streamed(TOOL), streamed(TEXT)], act, ...both);
    });
  });
}

function threads(run: AnthropicCases): void {
  const thread = (client: Anthropic) => client.beta.messages.thread(SETTINGS);
  const SAID_IN_PIECES: Counted = { ...SAID, streamed: true };

  describe('a thread', () => {
    it('counts each turn', async () => {
      const act = async (client: Anthropic) => {
        const talk = thread(client);
        return { value: [await talk.send(HELLO), await talk.send(HELLO)] };
      };
      await run([plain(TEXT), plain(TEXT)], act, SAID, SAID);
    });

    it('counts a turn that is refused', async () => {
      const error = json({ type: 'error', error: { type: 'authentication_error', message: 'no' } }, 401);
      const act = (client: Anthropic) => settled(thread(client).send(HELLO));
      await run([error], act, { status: 'error', errorClass: 'auth' });
    });

    it('counts a turn that streams, in a fork too', async () => {
      const act = async (client: Anthropic) => {
        const talk = thread(client);
        const first = await readAll(Promise.resolve(talk.stream(HELLO)));
        return { value: [first, await talk.fork().stream(HELLO).finalMessage()] };
      };
      await run([streamed(TEXT), streamed(TEXT)], act, SAID_IN_PIECES, SAID_IN_PIECES);
    });

    it('counts a stream that is refused', async () => {
      const error = json({ type: 'error', error: { type: 'api_error', message: 'no' } }, 500);
      const act = (client: Anthropic) => settled(thread(client).stream(HELLO).done());
      await run([error], act, { status: 'error', errorClass: 'server' });
    });

    const cutOff = { usage: { prompt: 12 }, streamed: true } as const;
    it('counts a stream that fails', async () => {
      const error = frame({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } as never);
      const act = (client: Anthropic) => settled(thread(client).stream(HELLO).done());
      await run([streamOf(...events(TEXT).first, error)], act, {
        status: 'error',
        errorClass: 'overloaded',
        ...cutOff,
      });
    });

    it('counts a stream that is stopped', async () => {
      const act = async (client: Anthropic) => {
        const stream = thread(client).stream(HELLO);
        stream.on('text', () => stream.abort());
        return settled(stream.done());
      };
      await run([streamOf(...events(TEXT).first, HANG)], act, { status: 'aborted', ...cutOff });
    });

    it('counts a stream that is stopped before its first byte', async () => {
      const act = async (client: Anthropic) => {
        const stream = thread(client).stream(HELLO);
        setTimeout(() => stream.abort(), 50);
        return settled(stream.done());
      };
      await run([HANG], act, { status: 'aborted' });
    });
  });
}
