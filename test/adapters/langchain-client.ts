import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { langchainHandler } from '../../adapters/langchain/index.js';
import { instrumentOpenAI } from '../../adapters/openai/index.js';
import type { AiClientRow, Connection } from '../contract/ai-client-row.js';
import { openAiDialect } from './openai-dialect.js';

const FOLDER = 'test/matrix/langchain';
const INSTALL = `npm ci --prefix ${FOLDER}`;

/** What the tests use of a chat model. */
export interface ChatModel {
  invoke(input: string, options?: object): Promise<Message>;
  stream(input: string, options?: object): Promise<AsyncIterable<Message>>;
  generate(inputs: readonly (readonly object[])[], options?: object): Promise<unknown>;
  readonly completions: { client: unknown };
}

export interface Message {
  readonly content: unknown;
  readonly tool_calls?: readonly { readonly name: string }[];
  readonly tool_call_chunks?: readonly { readonly args?: string }[];
  readonly usage_metadata?: unknown;
  readonly response_metadata: { readonly finish_reason?: unknown };
}

type Made<T> = new (fields: object) => T;

export interface Langchain {
  readonly ChatOpenAI: Made<ChatModel>;
  readonly OpenAI: Made<object>;
  readonly HumanMessage: Made<object>;
  readonly InMemoryCache: Made<object>;
  readonly BaseRetriever: Made<{ invoke(query: string, options?: object): Promise<unknown[]> }>;
  readonly RunnableLambda: { from(fn: (input: string) => string): { pipe(model: ChatModel): ChatModel } };
}

/** Tests LangChain, where it is installed. */
export function onLangchain(tests: (langchain: Langchain) => void): void {
  const installed = existsSync(join(FOLDER, 'node_modules/@langchain/core'));
  describe.skipIf(!installed)(`@langchain/core 1${installed ? '' : ` (not installed: ${INSTALL})`}`, () => {
    if (installed) tests(load());
    else it('is not installed', () => {});
  });
  it.runIf(process.env.CI)(`@langchain/core is installed where CI runs (${INSTALL})`, () =>
    expect(installed).toBe(true),
  );
}

function load(): Langchain {
  const packages = createRequire(resolve(FOLDER, 'package.json'));
  // As LangGraph does: callbacks then run in a context of LangChain's own.
  packages('@langchain/core/context');
  const { ChatOpenAI } = packages('@langchain/openai');
  const { OpenAI } = packages('openai');
  const { HumanMessage } = packages('@langchain/core/messages');
  const { InMemoryCache } = packages('@langchain/core/caches');
  const { BaseRetriever } = packages('@langchain/core/retrievers');
  const { RunnableLambda } = packages('@langchain/core/runnables');
  return { ChatOpenAI, OpenAI, HumanMessage, InMemoryCache, BaseRetriever, RunnableLambda };
}

/** Who records a call. */
export interface Recorders {
  readonly handler: boolean;
  /** The model is given a client that is instrumented, and makes the retries. */
  readonly client: boolean;
}

export function chatModel(langchain: Langchain, to: Connection, { handler, client }: Recorders): ChatModel {
  const { url, retries, timeoutMs, promptheus } = to;
  const maxRetries = retries ? 2 : 0;
  const model = new langchain.ChatOpenAI({
    model: 'gpt-4o',
    apiKey: 'none',
    maxRetries: client ? 0 : maxRetries,
    timeout: timeoutMs,
    configuration: { baseURL: url, logLevel: 'off' },
    callbacks: promptheus && handler ? [langchainHandler({ promptheus })] : [],
  });
  if (client) {
    const inner = new langchain.OpenAI({
      apiKey: 'none',
      baseURL: url,
      maxRetries,
      logLevel: 'off',
      ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    });
    model.completions.client = promptheus ? instrumentOpenAI(inner, { promptheus }) : inner;
  }
  return model;
}

export function langchainRow(langchain: Langchain, name: string, recorders: Recorders): AiClientRow<ChatModel> {
  return {
    name,
    provider: 'openai',
    model: 'gpt-4o',
    connect: (to) => chatModel(langchain, to, recorders),
    calls: {
      plain: async (model, options) => told(await model.invoke('hello', options)),
      stream: async (model, options) => pieces(await model.stream('hello', options)),
    },
    isText: (piece) => (piece as { content: unknown }).content !== '',
    wire: openAiDialect,
    sees: {
      retries: recorders.client ? 'attempts' : 'unseen',
      // Cache writes are dropped by `@langchain/openai`; the client under it sees them, but who counts knows better of the rest.
      parts: ['cached', 'reasoning'],
      // LangChain waits for the piece that it has asked for, and tells no end.
      leaving: false,
    },
  };
}

async function* pieces(stream: AsyncIterable<Message>): AsyncIterable<unknown> {
  for await (const piece of stream) yield told(piece);
}

/** A message but for its ids. */
function told({ content, tool_calls = [], usage_metadata, response_metadata }: Message): object {
  const names = tool_calls.map(({ name }) => name);
  return { content, names, usage_metadata, finish: response_metadata.finish_reason };
}
