import { aiSdkMiddleware, instrumentAiSdk } from '../../adapters/ai-sdk/index.js';
import type { Promptheus } from '../../src/index.js';
import type { AiClientRow } from '../contract/ai-client-row.js';
import type { Ai, AiMajor, Part } from './ai-sdk-rows.js';
import { openAiDialect } from './openai-dialect.js';

/** A client of one major: its functions, and the models they are given. */
export interface AiClient {
  readonly ai: Ai;
  readonly chat: object;
  readonly embedding: object;
  readonly settings: object;
}

/** How the calls of a client are measured. */
export type Instrument = (client: AiClient, promptheus: Promptheus) => AiClient;

export const byMiddleware: Instrument = (client, promptheus) => {
  const middleware = aiSdkMiddleware({ promptheus });
  return {
    ...client,
    chat: client.ai.wrapLanguageModel({ model: client.chat, middleware }),
    embedding: client.ai.wrapEmbeddingModel?.({ model: client.embedding, middleware }) ?? client.embedding,
  };
};

/** The whole process is measured, so that the case before this one ends here. */
let endCaseBefore = () => {};

export const byChannel: Instrument = (client, promptheus) => {
  const end = instrumentAiSdk({ promptheus });
  endCaseBefore();
  endCaseBefore = end;
  return client;
};

export function aiRow(
  name: string,
  load: () => Promise<AiMajor>,
  major: number,
  instrument: Instrument,
): AiClientRow<AiClient> {
  return {
    name,
    provider: 'local',
    model: 'gpt-4o',
    async connect({ url, retries, timeoutMs, promptheus }) {
      const { ai, openAi } = await load();
      const provider = openAi.createOpenAICompatible({ name: 'local', baseURL: url, apiKey: 'k', includeUsage: true });
      const client: AiClient = {
        ai,
        chat: provider.chatModel('gpt-4o'),
        embedding: provider.textEmbeddingModel('gpt-4o'),
        settings: {
          maxRetries: retries ? 2 : 0,
          ...(timeoutMs !== undefined && { abortSignal: AbortSignal.timeout(timeoutMs) }),
        },
      };
      return promptheus ? instrument(client, promptheus) : client;
    },
    calls: {
      async plain({ ai, chat, settings }, { signal }) {
        const { text, finishReason, usage, toolCalls } = await ai.generateText({
          model: chat,
          prompt: 'hello',
          tools: tools(ai),
          ...settings,
          ...(signal && { abortSignal: signal }),
        });
        return { text, finishReason, usage, toolCalls: names(toolCalls) };
      },
      async stream({ ai, chat, settings }, { signal }) {
        const { fullStream } = ai.streamText({
          model: chat,
          prompt: 'hello',
          tools: tools(ai),
          onError() {},
          ...settings,
          ...(signal && { abortSignal: signal }),
        });
        return thrown(fullStream);
      },
      ...((major > 5 || instrument === byChannel) && {
        async embed({ ai, embedding, settings }: AiClient, texts: readonly string[]) {
          const { embeddings, usage } = await ai.embedMany({ model: embedding, values: texts, ...settings });
          return { embeddings, usage };
        },
      }),
    },
    isText: (piece) => (piece as Part).type === 'text-delta',
    wire: openAiDialect,
    // No cache writes: the provider package drops them. Who leaves `streamText` leaves one branch of a `tee`.
    // The channel does not carry the caller's signal, and `streamText` cancels its model without a reason.
    sees: {
      retries: 'calls',
      parts: ['cached', 'reasoning'],
      leaving: false,
      ...(instrument === byChannel && { outcomes: { abortMidStream: 'incomplete' } }),
    },
  };
}

/** `streamText` puts a failure into its stream; here it is thrown, as the contract's callers expect it. */
async function* thrown(parts: AsyncIterable<Part>): AsyncIterable<unknown> {
  for await (const part of parts) {
    if (part.type === 'error') throw part.error;
    const { type, text, toolName, finishReason, reason } = part;
    yield { type, text, toolName, finishReason, reason: String(reason) };
  }
}

function tools(ai: Ai): object {
  const inputSchema = ai.jsonSchema({ type: 'object', properties: {} });
  return { search: ai.tool({ inputSchema }), secret: ai.tool({ inputSchema }) };
}

function names(calls: unknown): unknown {
  return (calls as { toolName: string }[]).map(({ toolName }) => toolName);
}
