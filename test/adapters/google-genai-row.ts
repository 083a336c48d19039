import { instrumentGoogleGenAI } from '../../adapters/google-genai/index.js';
import type { TokenUsage } from '../../src/adapter.js';
import type { AiClientRow, Answer, Connection } from '../contract/ai-client.contract.js';

export const MODEL = 'gemini-2.5-flash';
const EMBEDDING_MODEL = MODEL;

// biome-ignore lint/suspicious/noExplicitAny: an optional install, known by its shape.
export type Sdk = any;
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type Client = any;

/** A client of this major, instrumented when an instance is given. Only retries that are asked for are made. */
export function connectTo(sdk: Sdk, { url, retries, timeoutMs, promptheus }: Connection, further: object = {}): Client {
  const client = new sdk.GoogleGenAI({
    apiKey: 'none',
    httpOptions: {
      baseUrl: url,
      ...(timeoutMs !== undefined && { timeout: timeoutMs }),
      ...(retries && { retryOptions: { attempts: 3, initialDelay: 0.01, maxDelay: 0.02, jitter: 0 } }),
    },
    ...further,
  });
  return promptheus === undefined ? client : instrumentGoogleGenAI(client, { promptheus });
}

export function geminiRow(name: string, sdk: Sdk): AiClientRow<Client> {
  return {
    name,
    provider: 'gcp.gemini',
    model: MODEL,
    connect: (to) => connectTo(sdk, to),
    calls: {
      plain: async (ai, { signal }) => undated(await ai.models.generateContent(asking(signal))),
      stream: (ai, { signal }) => ai.models.generateContentStream(asking(signal)),
      choices: async (ai) => undated(await ai.models.generateContent({ ...asking(), config: { candidateCount: 2 } })),
      embed: async (ai, texts) => undated(await ai.models.embedContent({ model: EMBEDDING_MODEL, contents: texts })),
    },
    isText: (piece) => ((piece as ReturnType<typeof body>).candidates?.[0]?.content.parts.length ?? 0) > 0,
    wire: {
      answer: body,
      stream,
      streamHeaders: { 'content-type': 'text/event-stream', date: 'Tue, 24 Nov 2026 00:00:00 GMT' },
      malformed: 'data: {"candidates": [\n\n',
      error: (status) => ({ error: { code: status, message: 'no', status: 'FAILED' } }),
      embeddings: (texts, promptTokens) => ({
        embeddings: Array.from({ length: texts }, () => ({ values: [0.1, 0.2] })),
        usageMetadata: { promptTokenCount: promptTokens },
      }),
    },
    sees: {
      retries: 'attempts',
      parts: ['cached', 'reasoning'],
      earlyUsage: { prompt: 12 },
    },
  };
}

function asking(signal?: AbortSignal) {
  return { model: MODEL, contents: 'hello', ...(signal && { config: { abortSignal: signal } }) };
}

/** The headers that the SDK leaves in an answer tell the time. */
function undated(answer: { sdkHttpResponse?: unknown }): unknown {
  return Object.assign(answer, { sdkHttpResponse: undefined });
}

/** An answer as Gemini gives it: the prompt's count includes the cached, the candidates' leaves out the thoughts. */
export function body({ text = [], tools = [], choices = 1, usage }: Answer) {
  const parts = [...(text.length === 0 ? [] : [{ text: text.join('') }]), ...tools.map(functionCall)];
  return {
    candidates: Array.from({ length: choices }, (_, index) => ({
      content: { role: 'model', parts },
      finishReason: 'STOP' as string | undefined,
      index,
    })),
    usageMetadata: usageMetadata(usage),
  };
}

/** Pieces tell the prompt's tokens from the first one on, and the last, without content, how it ended. */
function stream({ text = [], tools = [], usage }: Answer) {
  const pieces = [...text.map((piece) => ({ text: piece })), ...tools.map(functionCall)].map((part) => ({
    candidates: [{ content: { role: 'model', parts: [part] }, index: 0 }],
    usageMetadata: usage && { promptTokenCount: usage.prompt },
  }));
  const end = {
    candidates: [{ content: { role: 'model', parts: [] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: usageMetadata(usage),
  };
  const [first, ...rest] = [...pieces, end].map(frame);
  return { first: [first ?? ''], rest };
}

export function frame(piece: unknown): string {
  return `data: ${JSON.stringify(piece)}\n\n`;
}

function functionCall({ name, args }: { readonly name: string; readonly args: object }) {
  return { functionCall: { name, args } };
}

export function usageMetadata(usage: TokenUsage | undefined) {
  if (usage === undefined) return undefined;
  const { prompt = 0, completion = 0, cached, reasoning } = usage;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: completion - (reasoning ?? 0),
    cachedContentTokenCount: cached,
    thoughtsTokenCount: reasoning,
    totalTokenCount: prompt + completion,
  };
}
