import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { readAll, settled } from './ai-client-harness.js';
import type { AiClientRow, Answer } from './ai-client-row.js';
import { HANG, json, type Part, type Reply, startAiServer } from './ai-server.js';
import { isInstalled, OPEN_TELEMETRY_ROWS, OpenTelemetry } from './open-telemetry.js';

const USAGE = { prompt: 12, completion: 30 };
/** The address stands in two pieces. */
const TEXT: Answer = { text: ['Write to bob@', 'example.com, card 4111 1111 1111 1111'], finish: 'stop', usage: USAGE };
const ARGS = { city: 'Paris', email: 'bob', note: 'of bob@example.com', deep: [{ 'api-key': 'abc' }] };
const CALL: Answer = { tools: [{ name: 'search', args: ARGS }], finish: 'tool_calls', usage: USAGE };
const SHOWN_CALL = {
  type: 'tool_call',
  name: 'search',
  arguments: { city: 'Paris', email: '[redacted]', note: 'of [email]', deep: [{ 'api-key': '[redacted]' }] },
};
const CONTENT = /^gen_ai\.(input|output|system)/;
const ASKED = [{ role: 'user', parts: [{ type: 'text', content: 'hello' }] }];

interface Shown {
  readonly input: unknown;
  readonly output: unknown;
  readonly instructions: unknown;
}

/** The real SDK of OpenTelemetry, for the tests of the block that it is called in. */
export function useOpenTelemetry(): { readonly current: OpenTelemetry } {
  const holder = {} as { current: OpenTelemetry };
  beforeAll(() => {
    holder.current = new OpenTelemetry(OPEN_TELEMETRY_ROWS[0].folder);
  });
  afterAll(() => holder.current?.unregister());
  beforeEach(() => {
    holder.current.ended.length = 0;
  });
  return holder;
}

export const hasOpenTelemetry = isInstalled(OPEN_TELEMETRY_ROWS[0].folder);

/** What the one span of a model call shows, once it has ended. */
export async function shownOn(otel: OpenTelemetry): Promise<Shown> {
  const calls = () => ours(otel).filter(({ attributes }) => 'gen_ai.operation.name' in attributes);
  await vi.waitFor(() => expect(calls()).toHaveLength(1), { timeout: 3_000 });
  const { attributes } = calls()[0];
  const read = (name: string) => attributes[name] && JSON.parse(attributes[name]);
  return {
    input: read('gen_ai.input.messages'),
    output: withoutIds(read('gen_ai.output.messages')),
    instructions: read('gen_ai.system_instructions'),
  };
}

/** Clients of some make up the ids of calls. */
function withoutIds(messages: { parts: { id?: string }[] }[] | undefined): unknown {
  return messages?.map((message) => ({ ...message, parts: message.parts.map(({ id, ...part }) => part) }));
}

/** Anthropic's SDK makes spans, too. */
function ours(otel: OpenTelemetry) {
  return otel.ended.filter(({ instrumentationScope }) => instrumentationScope.name === 'promptheus');
}

/** Everything that our spans say. */
export function allSaid(otel: OpenTelemetry): string {
  return JSON.stringify(ours(otel).map(({ name, attributes, events }) => [name, attributes, events]));
}

export async function withContent(
  replies: readonly Reply[],
  run: (url: string, promptheus: Promptheus) => Promise<unknown>,
  { spanContent = true, failures = false } = {},
): Promise<void> {
  const server = await startAiServer(replies);
  const promptheus = createPromptheus({
    registry: false,
    default: false,
    logger: false,
    llm: { spans: true, spanContent },
  });
  try {
    await run(server.url, promptheus);
    const { body } = await promptheus.scrape();
    const failed = /^promptheus_internal_errors_total\{.*[1-9]$/m.test(body.toString());
    expect(failed).toBe(failures);
  } finally {
    await promptheus.stop();
    await server.close();
  }
}

/** Spans of a client's calls show what was said, where that is asked for, and what is personal in it masked. */
export function describeSpanContent<C>(row: AiClientRow<C>): void {
  describe.skipIf(!hasOpenTelemetry)(`content on spans: ${row.name}`, () => {
    const otel = useOpenTelemetry();
    const whole = (answer: Answer) => json(row.wire.answer(answer));
    const streamed = (answer: Answer, end: readonly Part[] = row.wire.stream(answer).rest): Reply => ({
      headers: row.wire.streamHeaders,
      parts: [...row.wire.stream(answer).first, ...end],
    });
    const ask = (url: string, promptheus: Promptheus) =>
      Promise.resolve(row.connect({ url, retries: false, promptheus })).then((client) => row.calls.plain(client, {}));
    const stream = async (url: string, promptheus: Promptheus, signal?: AbortSignal) =>
      row.calls.stream(await row.connect({ url, retries: false, promptheus }), signal ? { signal } : {});
    const said = (content: string, finish_reason?: string) => [
      { role: 'assistant', parts: [{ type: 'text', content }], ...(finish_reason && { finish_reason }) },
    ];

    it('a whole answer', async () => {
      await withContent([whole(TEXT)], ask);
      const shown = await shownOn(otel.current);
      expect(shown).toEqual({
        input: ASKED,
        output: said('Write to [email], card [card]', 'stop'),
        instructions: undefined,
      });
      expect(allSaid(otel.current)).not.toMatch(/bob@|4111/);
    });

    it('a streamed one', async () => {
      await withContent([streamed(TEXT)], (url, promptheus) => readAll(stream(url, promptheus)));
      const { input, output } = await shownOn(otel.current);
      expect({ input, output }).toEqual({ input: ASKED, output: said('Write to [email], card [card]', 'stop') });
    });

    it.each(['whole', 'streamed'])('a tool call, %s', async (how) => {
      const output = [{ role: 'assistant', parts: [SHOWN_CALL], finish_reason: 'tool_calls' }];
      if (how === 'whole') await withContent([whole(CALL)], ask);
      else await withContent([streamed(CALL)], (url, promptheus) => readAll(stream(url, promptheus)));
      expect((await shownOn(otel.current)).output).toEqual(output);
    });

    it('what came before a stream was aborted', async () => {
      const control = new AbortController();
      await withContent([streamed(TEXT, [HANG])], async (url, promptheus) => {
        await readAll(stream(url, promptheus, control.signal), (piece) => {
          if (row.isText(piece)) control.abort();
          return undefined;
        });
        const { input, output } = await shownOn(otel.current);
        expect({ input, output }).toEqual({ input: ASKED, output: said('Write to bob@') });
      });
    });

    it('what was asked of a call that failed', async () => {
      await withContent([json(row.wire.error(400), 400)], (url, promptheus) => settled(ask(url, promptheus)));
      expect(await shownOn(otel.current)).toEqual({ input: ASKED, output: undefined, instructions: undefined });
    });

    it('nothing where it is not asked for', async () => {
      await withContent([whole(TEXT)], ask, { spanContent: false });
      await withContent([streamed(CALL)], (url, promptheus) => readAll(stream(url, promptheus)), {
        spanContent: false,
      });
      await vi.waitFor(() => expect(ours(otel.current)).toHaveLength(2));
      const names = ours(otel.current).flatMap(({ attributes }) => Object.keys(attributes));
      expect(names.filter((name) => CONTENT.test(name))).toEqual([]);
      expect(allSaid(otel.current)).not.toMatch(/hello|Write to|Paris/);
    });
  });
}
