import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { aiSdkMiddleware, instrumentAiSdk } from '../../adapters/ai-sdk/index.js';
import { createPromptheus, observeLlm, type Promptheus } from '../../src/index.js';
import { type AiClientRow, describeAiClient } from '../contract/ai-client.contract.js';
import { expectCounted, modelSamples } from '../contract/ai-client-harness.js';
import { json, type Reply, startAiServer } from '../contract/ai-server.js';
import { type AiClient, aiRow, byChannel, byMiddleware, type Instrument } from './ai-sdk-client.js';
import { onEveryAi } from './ai-sdk-rows.js';
import { openAiDialect } from './openai-dialect.js';
import { examplesOf, openAiAt, printedBy } from './run-page.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const ANSWER = { text: ['Hel', 'lo'], finish: 'stop', usage: { prompt: 12, completion: 30 } } as const;
const PLAIN = json(openAiDialect.answer(ANSWER));
const { first, rest } = openAiDialect.stream(ANSWER);
const STREAM: Reply = { headers: openAiDialect.streamHeaders, parts: [...first, ...rest] };
const EXAMPLES = examplesOf('docs/adapters/ai-sdk.md');
const COUNTED = { status: 'success', usage: ANSWER.usage, finish: ['stop'] } as const;

describe('ai-sdk', () => {
  it.each([aiSdkMiddleware, instrumentAiSdk])('%o refuses an option that it does not know', (make) => {
    expect(() => make({ prometheus: undefined } as object)).toThrow(/no option "?prometheus/);
  });

  onEveryAi((load, major) => {
    const byMiddlewareRow = aiRow(`ai ${major}, aiSdkMiddleware`, load, major, byMiddleware);
    describeAiClient(byMiddlewareRow);
    describe(`ai ${major}, aiSdkMiddleware`, () => {
      nestedCases(byMiddlewareRow as AiClientRow, byMiddleware);
      middlewareCases(byMiddlewareRow as AiClientRow);
    });
    const packages = {
      ai: `test/matrix/ai-sdk/node_modules/ai-${major}`,
      '@ai-sdk/openai-compatible': `test/matrix/ai-sdk/node_modules/@ai-sdk/openai-compatible-${major - 4}`,
    };
    // The second example is for 7 only.
    it.each(EXAMPLES.slice(0, major === 7 ? 2 : 1))('prints what its page says', async (example) => {
      const server = await startAiServer([PLAIN]);
      try {
        expect(await printedBy(example, packages, openAiAt(server.url))).toBe(example.output);
      } finally {
        await server.close();
      }
    });
    if (major !== 7) return;
    const byChannelRow = aiRow('ai 7, instrumentAiSdk', load, major, byChannel);
    describeAiClient(byChannelRow);
    describe('ai 7, instrumentAiSdk', () => {
      nestedCases(byChannelRow as AiClientRow, byChannel);
      channelCases(byChannelRow as AiClientRow);
    });
  });
});

type Act = (client: AiClient, promptheus: Promptheus) => Promise<unknown>;

/** Runs `act` with an instrumented client on a server that plays the script; then the scrape is looked at. */
async function run(row: AiClientRow, script: readonly Reply[], act: Act): Promise<Promptheus> {
  const promptheus = createPromptheus({ default: false, registry: false, logger: false });
  const server = await startAiServer(script);
  try {
    const client = (await row.connect({ url: server.url, retries: false, promptheus })) as AiClient;
    await act(client, promptheus);
  } finally {
    await server.close();
  }
  return promptheus;
}

const ASKED = { prompt: 'hello', maxRetries: 0 };
const plain = ({ ai, chat }: AiClient, further = {}) => ai.generateText({ model: chat, ...ASKED, ...further });
const streamed = async ({ ai, chat }: AiClient, further = {}) => {
  const pieces: string[] = [];
  for await (const piece of ai.streamText({ model: chat, ...ASKED, ...further }).textStream) pieces.push(piece);
  return pieces.join('');
};
const CALLS = [
  ['plain', PLAIN, plain, {}],
  ['streamed', STREAM, streamed, { streamed: true }],
] as const;

function nestedCases(row: AiClientRow, instrument: Instrument): void {
  it.each(CALLS)('leaves a %s call alone where its instance is none of ours', async (_, reply, call) => {
    await run(row, [reply], async (client) => {
      await call(instrument(client, {} as Promptheus));
    });
  });

  it.each(CALLS)('counts a %s call once that a second recorder of ours sees', async (_, reply, call, further) => {
    const on = await run(row, [reply], (client, promptheus) => call(byMiddleware(client, promptheus)));
    await expectCounted(row, on, { ...COUNTED, ...further });
  });

  it.each(CALLS)('counts a %s call once inside observeLlm, which hears its tokens', async (_, reply, call, further) => {
    const on = await run(row, [reply], (client, promptheus) => observeLlm(() => call(client), { promptheus })());
    await expectCounted(row, on, { ...COUNTED, ...further });
  });

  it('counts once what a model inside records for itself, and hears its tokens', async () => {
    const on = await run(row, [], async ({ ai, chat }, promptheus) => {
      const { specificationVersion } = chat as { specificationVersion: string };
      const model = {
        specificationVersion,
        provider: 'local.chat',
        modelId: 'gpt-4o',
        supportedUrls: {},
        async doGenerate() {
          promptheus.llm.record({ provider: 'inner', status: 'success', seconds: 0.1, usage: ANSWER.usage });
          const told =
            specificationVersion === 'v2'
              ? { finishReason: 'stop', usage: {} }
              : { finishReason: { unified: 'stop', raw: 'stop' }, usage: { inputTokens: {}, outputTokens: {} } };
          return { content: [{ type: 'text', text: 'hello' }], warnings: [], ...told };
        },
      };
      await plain(instrument({ ai, chat: model, embedding: {}, settings: {} }, promptheus));
    });
    await expectCounted(row, on, COUNTED);
  });
}

function middlewareCases(row: AiClientRow): void {
  const openStream = ({ chat }: AiClient) => {
    const model = chat as { doStream(options: object): Promise<{ stream: ReadableStream }> };
    return model.doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }] });
  };

  it('counts a stream that is cancelled', async () => {
    await run(row, [STREAM], async (client, promptheus) => {
      const { stream } = await openStream(client);
      await stream.cancel();
      await expectCounted(row, promptheus, { status: 'incomplete' });
    });
  });

  it('counts a stream that nobody reads, when it is collected', async () => {
    await run(row, [STREAM], async (client, promptheus) => {
      await openStream(client);
      await collected(row, promptheus);
      await expectCounted(row, promptheus, { status: 'incomplete' });
    });
  });

  it('counts a stream that is left in the middle by a signal once, as aborted', async () => {
    await run(row, [STREAM], async ({ ai, chat }, promptheus) => {
      const controller = new AbortController();
      const { textStream } = ai.streamText({ model: chat, ...ASKED, abortSignal: controller.signal });
      for await (const _ of textStream) {
        controller.abort();
        break;
      }
      await expectCounted(row, promptheus, { status: 'aborted', streamed: true, unknown: 'cut_off' });
    });
  });
}

/** Collects garbage until nothing is in flight. */
async function collected(row: AiClientRow, promptheus: Promptheus): Promise<void> {
  const inFlight = async () => {
    gc();
    return (await modelSamples(row, promptheus)).llm_requests_in_flight;
  };
  await vi.waitFor(async () => expect(await inFlight()).toBe(0), { timeout: 15_000 });
}

function channelCases(row: AiClientRow): void {
  it('counts a stream that its reader leaves, when it is collected', async () => {
    // More than all the buffers on the way take: nobody asks the model for the rest.
    const long = Array.from({ length: 300 }, () => first).flat();
    await run(row, [{ headers: openAiDialect.streamHeaders, parts: long }], async (client, on) => {
      const leave = async () => {
        for await (const _ of client.ai.streamText({ model: client.chat, ...ASKED }).textStream) break;
      };
      await leave();
      await collected(row, on);
      await expectCounted(row, on, { status: 'incomplete', streamed: true, unknown: 'cut_off' });
    });
  });

  it.each(CALLS)('counts a %s call whose content may not be told, without its tokens', async (_, reply, call) => {
    const on = await run(row, [reply], (client) => call(client, { telemetry: { recordOutputs: false } }));
    await expectCounted(row, on, { status: 'success', unknown: 'unread' });
  });

  it('follows the calls that are open when it is ended', async () => {
    const second = createPromptheus({ default: false, registry: false, logger: false });
    const end = instrumentAiSdk({ promptheus: second });
    await run(row, [PLAIN], async (client) => {
      const wrapGenerate = ({ doGenerate }: { doGenerate(): unknown }) => {
        end();
        return doGenerate();
      };
      const chat = client.ai.wrapLanguageModel({ model: client.chat, middleware: { wrapGenerate } });
      await plain({ ...client, chat });
    });
    await expectCounted(row, second, COUNTED);
  });

  it('counts one embedding', async () => {
    const on = await run(row, [json(openAiDialect.embeddings?.(1, 3))], ({ ai, embedding }) =>
      ai.embed({ model: embedding, value: 'a' }),
    );
    await expectCounted(row, on, { status: 'success', usage: { prompt: 3 }, texts: 1 });
  });

  it('counts once on each instance that asked for it, however often, and on none that ended it', async () => {
    const second = createPromptheus({ default: false, registry: false, logger: false });
    const third = createPromptheus({ default: false, registry: false, logger: false });
    const ends = [instrumentAiSdk({ promptheus: second }), instrumentAiSdk({ promptheus: second })];
    instrumentAiSdk({ promptheus: third })();
    const on = await run(row, [PLAIN, PLAIN], async (client) => {
      await plain(client);
      for (const end of ends) end();
      await plain(client);
    });
    await expectCounted(row, on, COUNTED, COUNTED);
    await expectCounted(row, second, COUNTED);
    expect(await modelSamples(row, third)).toEqual({});
  });
}
