import { AsyncLocalStorage } from 'node:async_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { langchainHandler } from '../../adapters/langchain/index.js';
import { createPromptheus, observeLlm, observeVectorSearch, type Promptheus } from '../../src/index.js';
import { type AiClientRow, describeAiClient } from '../contract/ai-client.contract.js';
import { expectCounted, modelSamples } from '../contract/ai-client-harness.js';
import { HANG, json, type Reply, startAiServer } from '../contract/ai-server.js';
import { parseExposition } from '../contract/parse-exposition.js';
import { type ChatModel, chatModel, type Langchain, langchainRow, onLangchain } from './langchain-client.js';
import { openAiDialect } from './openai-dialect.js';
import { examplesOf, openAiAt, printedBy } from './run-page.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const ANSWER = { text: ['Hel', 'lo'], finish: 'stop', usage: { prompt: 12, completion: 30 } } as const;
const PLAIN = json(openAiDialect.answer(ANSWER));
const { first, rest } = openAiDialect.stream(ANSWER);
const STREAM: Reply = { headers: openAiDialect.streamHeaders, parts: [...first, ...rest] };
const COUNTED = { status: 'success', usage: ANSWER.usage, finish: ['stop'] } as const;
const ALONE = { handler: true, client: false };
const OVER_CLIENT = { handler: true, client: true };

describe('langchain', () => {
  it('refuses an option that it does not know', () => {
    expect(() => langchainHandler({ prometheus: instance() } as object)).toThrow(/no option "?prometheus/);
  });

  onLangchain((langchain) => {
    const alone = langchainRow(langchain, 'ChatOpenAI, langchainHandler', ALONE);
    describeAiClient(alone);
    const name = 'ChatOpenAI, langchainHandler over an instrumented client';
    const overClient = langchainRow(langchain, name, OVER_CLIENT);
    describeAiClient(overClient);
    const modules = 'test/matrix/langchain/node_modules';
    const packages = { '@langchain/openai': `${modules}/@langchain/openai` };
    it.each(examplesOf('docs/adapters/langchain.md'))('prints what its page says', async (example) => {
      await against([PLAIN], async (url) =>
        expect(await printedBy(example, packages, openAiAt(url))).toBe(example.output),
      );
    });
    describe('nesting', () => nestedCases(langchain, alone as AiClientRow, overClient as AiClientRow));
    describe('runs', () => runCases(langchain, alone as AiClientRow));
    describe('retrievers', () => retrieverCases(langchain));
  });
});

const instance = () => createPromptheus({ default: false, registry: false, logger: false });

/** Runs `act` against a server that plays the script. */
async function against<T>(script: readonly Reply[], act: (url: string) => Promise<T>): Promise<T> {
  const server = await startAiServer(script);
  try {
    return await act(server.url);
  } finally {
    await server.close();
  }
}

const plain = (model: ChatModel, options = {}) => model.invoke('hello', options);
const streamed = async (model: ChatModel, options = {}) => {
  for await (const _ of await model.stream('hello', options));
};
const CALLS = [
  ['plain', PLAIN, plain, {}],
  ['streamed', STREAM, streamed, { streamed: true }],
] as const;

function nestedCases(langchain: Langchain, alone: AiClientRow, overClient: AiClientRow): void {
  it.each(CALLS)('counts a %s call once inside observeLlm', async (_, reply, call, further) => {
    const promptheus = instance();
    await against([reply], async (url) => {
      const model = chatModel(langchain, { url, retries: false, promptheus }, OVER_CLIENT);
      await observeLlm(() => call(model), { promptheus })();
    });
    await expectCounted(overClient, promptheus, { ...COUNTED, ...further });
  });

  it.each(CALLS)('counts a %s call once inside a chain that has the handler', async (_, reply, call, further) => {
    const promptheus = instance();
    await against([reply], async (url) => {
      const model = chatModel(langchain, { url, retries: false, promptheus }, { handler: false, client: true });
      const chain = langchain.RunnableLambda.from((input) => input).pipe(model);
      await call(chain, { callbacks: [langchainHandler({ promptheus })] });
    });
    await expectCounted(overClient, promptheus, { ...COUNTED, ...further });
  });

  it.each(CALLS)('counts a %s call once that two handlers hear of', async (_, reply, call, further) => {
    const promptheus = instance();
    await against([reply], async (url) => {
      const model = chatModel(langchain, { url, retries: false, promptheus }, ALONE);
      await call(model, { callbacks: [langchainHandler({ promptheus })] });
    });
    await expectCounted(alone, promptheus, { ...COUNTED, ...further });
  });

  it.each(CALLS)(
    'counts each of many %s calls at a time once, and those of the client beside them',
    async (_, reply, call, further) => {
      const promptheus = instance();
      await against(Array(6).fill(reply), async (url) => {
        const model = chatModel(langchain, { url, retries: false, promptheus }, OVER_CLIENT);
        const { client } = model.completions as {
          client: { chat: { completions: { create(body: object): unknown } } };
        };
        const beside = async () => {
          const stream = reply === STREAM && { stream: true, stream_options: { include_usage: true } };
          const answer = await client.chat.completions.create({ model: 'gpt-4o', messages: [], ...stream });
          if (stream) for await (const _ of answer as AsyncIterable<unknown>);
        };
        await Promise.all([call(model), beside(), call(model), beside(), call(model), beside()]);
      });
      await expectCounted(overClient, promptheus, ...Array(6).fill({ ...COUNTED, ...further }));
    },
  );

  it('counts one request of several attempts where LangChain itself tries an instrumented client again', async () => {
    const promptheus = instance();
    const limited = json(openAiDialect.error(500), 500);
    await against([limited, PLAIN], async (url) => {
      const model = chatModel(langchain, { url, retries: true, promptheus }, ALONE);
      const inner = chatModel(langchain, { url, retries: false, promptheus }, OVER_CLIENT);
      model.completions.client = inner.completions.client;
      await plain(model);
    });
    await vi.waitFor(async () =>
      expect(await modelSamples(overClient, promptheus)).toMatchObject({
        'llm_requests_total{status=success}': 1,
        llm_attempts_sum: 2,
        llm_attempts_count: 1,
      }),
    );
  });
}

function runCases(langchain: Langchain, row: AiClientRow): void {
  it('leaves the caller alone where its instance is none of ours', async () => {
    const promptheus = {} as Promptheus;
    await against([PLAIN], async (url) => {
      const model = chatModel(langchain, { url, retries: false, promptheus }, ALONE);
      expect((await model.invoke('hello')).content).toBe('Hello');
    });
  });

  it('counts each prompt of one call', async () => {
    const promptheus = instance();
    const message = new langchain.HumanMessage({ content: 'hello' });
    await against([PLAIN, PLAIN], (url) =>
      chatModel(langchain, { url, retries: false, promptheus }, ALONE).generate([[message], [message]]),
    );
    await expectCounted(row, promptheus, COUNTED, COUNTED);
  });

  it('has each prompt of one call in flight', async () => {
    const promptheus = instance();
    const message = new langchain.HumanMessage({ content: 'hello' });
    await against([HANG, HANG], async (url) => {
      const model = chatModel(langchain, { url, retries: false, promptheus }, ALONE);
      const controller = new AbortController();
      const open = model.generate([[message], [message]], { signal: controller.signal });
      const inFlight = async () => (await modelSamples(row, promptheus)).llm_requests_in_flight;
      await vi.waitFor(async () => expect(await inFlight()).toBe(2));
      controller.abort();
      await expect(open).rejects.toThrow();
    });
    await expectCounted(row, promptheus, { status: 'aborted', calls: 2 });
  });

  it("counts nothing for an answer out of LangChain's cache", async () => {
    const promptheus = instance();
    await against([PLAIN], async (url) => {
      const model = chatModel(langchain, { url, retries: false, promptheus }, ALONE);
      Object.assign(model, { cache: new langchain.InMemoryCache(new Map()) });
      await plain(model);
      await plain(model);
    });
    await expectCounted(row, promptheus, COUNTED);
  });

  it('counts a stream that its reader leaves, when it is collected', async () => {
    const promptheus = instance();
    const leave = async (model: ChatModel) => {
      for await (const { content } of await model.stream('hello')) if (content !== '') break;
    };
    await against([STREAM], async (url) => {
      await leave(chatModel(langchain, { url, retries: false, promptheus }, ALONE));
      await collected(row, promptheus);
    });
    await expectCounted(row, promptheus, { status: 'incomplete', streamed: true, unknown: 'cut_off' });
  });

  it('keeps a bounded number of runs that never end, and counts those that it lets go', async () => {
    const promptheus = instance();
    const handler = langchainHandler({ promptheus });
    const metadata = { ls_provider: 'openai', ls_model_name: 'gpt-4o' };
    const begin = (id: string) => handler.handleChatModelStart({}, [], id, undefined, {}, [], metadata);
    for (let n = 0; n < 10_002; n++) AsyncLocalStorage.snapshot()(() => begin(`run-${n}`));
    const { samples } = parseExposition((await promptheus.scrape()).body.toString());
    const valueIn = (name: string, label: string, value: string) =>
      samples.find((sample) => sample.name === name && sample.labels[label] === value)?.value;
    expect(valueIn('llm_requests_in_flight', 'model', 'gpt-4o')).toBe(10_000);
    expect(valueIn('llm_requests_total', 'status', 'incomplete')).toBe(2);
    expect(valueIn('promptheus_internal_errors_total', 'part', 'langchain_runs')).toBe(2);
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

function retrieverCases({ BaseRetriever }: Langchain): void {
  class Retriever extends BaseRetriever {
    readonly lc_namespace = ['test'];
    search: () => unknown = () => [];
    static lc_name() {
      return 'VectorStoreRetriever';
    }
    _getRelevantDocuments() {
      return this.search();
    }
  }
  const retriever = (promptheus: Promptheus, search: () => unknown, fields = {}) => {
    const made = new Retriever({ callbacks: [langchainHandler({ promptheus })], ...fields });
    made.search = search;
    return made;
  };
  const NAMED = { tags: ['mine', 'Chroma'], metadata: { collection: 'tickets' } };
  const searches = async (promptheus: Promptheus) =>
    parseExposition((await promptheus.scrape()).body.toString())
      .samples.filter(
        ({ name, value }) => /^vector_.*(_total|results_count_count|results_count_sum)$/.test(name) && value > 0,
      )
      .map(({ name, labels: { company_id, ...labels }, value }) => ({ name, ...labels, value }));

  it('counts what a retriever finds, in the collection and the store that it names', async () => {
    const promptheus = instance();
    await retriever(promptheus, async () => [1, 2, 3], NAMED).invoke('x');
    expect(await searches(promptheus)).toEqual([
      { name: 'vector_search_results_count_sum', collection: 'tickets', value: 3 },
      { name: 'vector_search_results_count_count', collection: 'tickets', value: 1 },
      { name: 'vector_searches_total', collection: 'tickets', system: 'chroma', status: 'success', value: 1 },
    ]);
  });

  it('counts a retriever that fails', async () => {
    const promptheus = instance();
    const failing = retriever(promptheus, async () => Promise.reject(new Error('no')), NAMED);
    await expect(failing.invoke('x')).rejects.toThrow('no');
    expect(await searches(promptheus)).toEqual([
      { name: 'vector_searches_total', collection: 'tickets', system: 'chroma', status: 'error', value: 1 },
    ]);
  });

  it('counts once a search that the store inside it records too, and hears where it was', async () => {
    const promptheus = instance();
    const store = observeVectorSearch(async () => [1, 2], { promptheus, collection: 'inner' });
    await retriever(promptheus, store).invoke('x');
    expect(await searches(promptheus)).toEqual([
      { name: 'vector_search_results_count_sum', collection: 'inner', value: 2 },
      { name: 'vector_search_results_count_count', collection: 'inner', value: 1 },
      { name: 'vector_searches_total', collection: 'inner', system: 'unknown', status: 'success', value: 1 },
    ]);
  });
}
