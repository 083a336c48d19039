import { describe, expect, it } from 'vitest';
import { instrumentGoogleGenAI } from '../../adapters/google-genai/index.js';
import { createPromptheus } from '../../src/index.js';
import { describeAiClient } from '../contract/ai-client.contract.js';
import { besideBare, type Case, expectCounted, readAll, settled } from '../contract/ai-client-harness.js';
import type { AiClientRow, Connection } from '../contract/ai-client-row.js';
import { HANG, json, type Reply, startAiServer } from '../contract/ai-server.js';
import { type InstalledClient, onEveryClient } from './client-rows.js';
import { expectDropped } from './dropped.js';
import { body, type Client, connectTo, frame, geminiRow, MODEL, type Sdk, usageMetadata } from './google-genai-row.js';
import { runPage } from './run-page.js';

const ROWS: readonly InstalledClient[] = [
  { name: '@google/genai 3', folder: 'google-genai', alias: 'google-genai-3' },
  { name: '@google/genai 2', folder: 'google-genai', alias: 'google-genai-2' },
  { name: '@google/genai 2.0', folder: 'google-genai', alias: 'google-genai-2.0' },
];

const ASK = { model: MODEL, contents: 'hello' };
const USAGE = { prompt: 12, completion: 30 };
const TEXT = body({ text: ['Hello'], finish: 'stop', usage: USAGE });
const CALL = body({ tools: [{ name: 'lookUp', args: { id: 1 } }], finish: 'tool_calls', usage: USAGE });
/** Major 2 hands on no usage of embeddings, so that case is in a test of its own here. */
const HANDS_ON_USAGE_OF_EMBEDDINGS = 'google-genai-3';
/** The first version keeps its requests to itself, forgets the status of those that it retries, and continues no answer. */
const FIRST = 'google-genai-2.0';

onEveryClient(ROWS, ({ name, alias }, load) => {
  const sdk = load();
  const isFirst = alias === FIRST;
  const row = isFirst ? unseen(geminiRow(name, sdk)) : geminiRow(name, sdk);
  const { embed, ...withoutEmbeddings } = row.calls;
  const dropsUsage = alias !== HANDS_ON_USAGE_OF_EMBEDDINGS;
  describeAiClient(dropsUsage ? { ...row, calls: withoutEmbeddings } : row);
  const cases = row as AiClientRow;
  usageCases(cases);
  roundCases(cases);
  if (!isFirst) continuationCase(cases);
  chatCases(cases);
  vertexCases(cases, sdk);
  clientCases(cases, sdk);

  it('prints what docs/adapters/google-genai.md says', async () => {
    const server = await startAiServer([json(TEXT), streamOf(TEXT)]);
    const client = { name: '@google/genai', folder: `test/matrix/google-genai/node_modules/${alias}` };
    const env = { GEMINI_API_KEY: 'none', GOOGLE_GEMINI_BASE_URL: server.url };
    const { printed, told } = await runPage('docs/adapters/google-genai.md', client, env);
    await server.close();
    expect(printed).toBe(told);
  });

  if (!dropsUsage) return;
  it('counts embeddings whose usage the client does not hand on as unknown', async () => {
    const script: Reply[] = [
      json({ embeddings: [{ values: [1] }, { values: [2] }], usageMetadata: { promptTokenCount: 9 } }),
    ];
    const on = await besideBare(cases, { script, act: (ai) => settled(embed?.(ai, ['a', 'b']) as Promise<unknown>) });
    await expectCounted(cases, on, { status: 'success', texts: 2, unknown: 'missing' });
  });
});

function unseen(row: AiClientRow<Client>): AiClientRow<Client> {
  const connect = (to: Connection) => row.connect({ ...to, retries: false });
  return { ...row, connect, sees: { ...row.sees, retries: 'none' } };
}

const plain: Case['act'] = async (ai) => settled(undated((ai as Client).models.generateContent(ASK)));

/** The headers that the SDK leaves in an answer tell the time. */
async function undated(answer: Promise<object>): Promise<unknown> {
  return Object.assign(await answer, { sdkHttpResponse: undefined });
}

const STREAM_HEADERS = { 'content-type': 'text/event-stream', date: 'Tue, 24 Nov 2026 00:00:00 GMT' };

function streamOf(...pieces: unknown[]): Reply {
  return { headers: STREAM_HEADERS, parts: pieces.map(frame) };
}

function usageCases(row: AiClientRow): void {
  it('counts an answer that is all thoughts, whose own tokens Google leaves out', async () => {
    const candidates = [{ content: {}, finishReason: 'MAX_TOKENS', index: 0 }];
    const usage = { promptTokenCount: 5, thoughtsTokenCount: 40 };
    const on = await besideBare(row, { script: [json({ candidates, usageMetadata: usage })], act: plain });
    const told = { prompt: 5, completion: 40, reasoning: 40 };
    await expectCounted(row, on, { status: 'success', finish: ['length'], usage: told });
  });

  it('counts the results of tools that Google runs as a part of the prompt', async () => {
    const usage = { promptTokenCount: 5, toolUsePromptTokenCount: 7, candidatesTokenCount: 2 };
    const on = await besideBare(row, { script: [json({ ...TEXT, usageMetadata: usage })], act: plain });
    await expectCounted(row, on, { status: 'success', finish: ['stop'], usage: { prompt: 12, completion: 2 } });
  });

  it('counts a prompt that was blocked as filtered', async () => {
    const blocked = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 5 } };
    const on = await besideBare(row, { script: [json(blocked)], act: plain });
    await expectCounted(row, on, { status: 'success', finish: ['content_filter'], usage: { prompt: 5 } });
  });

  it('counts a stream that Google ends with an error', async () => {
    const first = body({ text: ['Hel'], finish: 'stop' });
    const failure = JSON.stringify({ error: { code: 503, message: 'no', status: 'UNAVAILABLE' } });
    const script: Reply[] = [{ headers: STREAM_HEADERS, parts: [frame(first), failure] }];
    const on = await besideBare(row, {
      script,
      act: (ai) => readAll((ai as Client).models.generateContentStream(ASK)),
    });
    const told = { status: 'error', errorClass: 'overloaded', streamed: true, finish: ['stop'] } as const;
    await expectCounted(row, on, { ...told, unknown: 'cut_off' });
  });
}

/** The SDK calls functions by itself, and makes a request for each round. */
function roundCases(row: AiClientRow): void {
  const withTools = () => {
    const declarations = [{ name: 'lookUp', parameters: { type: 'OBJECT', properties: { id: { type: 'NUMBER' } } } }];
    const tool = async () => ({ functionDeclarations: declarations });
    const callTool = async () => [{ functionResponse: { name: 'lookUp', response: { found: true } } }];
    return { ...ASK, config: { tools: [{ tool, callTool }] } };
  };
  const told = {
    status: 'success',
    usage: { prompt: 24, completion: 60 },
    finish: ['stop'],
    tools: { lookUp: 1 },
    attempts: 2,
    waits: 0,
  } as const;

  it('counts one call with the tokens of all rounds, where functions are called by the client', async () => {
    const act: Case['act'] = (ai) => settled(undated((ai as Client).models.generateContent(withTools())));
    const on = await besideBare(row, { script: [json(CALL), json(TEXT)], act, tools: ['lookUp'] });
    await expectCounted(row, on, told);
  });

  it('counts the same in a stream', async () => {
    const act: Case['act'] = (ai) => readAll((ai as Client).models.generateContentStream(withTools()));
    const on = await besideBare(row, { script: [streamOf(CALL), streamOf(TEXT)], act, tools: ['lookUp'] });
    await expectCounted(row, on, { ...told, streamed: true });
  });

  it('counts a stream that is left in its second round once', async () => {
    const isLast = (piece: unknown) =>
      Object.hasOwn((piece as typeof TEXT).candidates[0]?.content.parts[0] ?? {}, 'text');
    const act: Case['act'] = (ai) => {
      const stream = (ai as Client).models.generateContentStream(withTools());
      return readAll(stream, (piece) => (isLast(piece) ? 'break' : undefined));
    };
    const second: Reply = { headers: STREAM_HEADERS, parts: [frame(TEXT), HANG] };
    const on = await besideBare(row, { script: [streamOf(CALL), second], act, tools: ['lookUp'] });
    await expectCounted(row, on, { ...told, status: 'incomplete', streamed: true });
  });
}

function continuationCase(row: AiClientRow): void {
  it('counts an answer that the client continues by itself once, with the tokens of each part', async () => {
    const [candidate] = TEXT.candidates;
    const cut = { ...TEXT, candidates: [{ ...candidate, finishReason: 'CONTINUATION', continuationToken: 'more' }] };
    const on = await besideBare(row, { script: [json(cut), json(TEXT)], act: plain });
    const usage = { prompt: 24, completion: 60 };
    await expectCounted(row, on, { status: 'success', finish: ['stop'], usage, attempts: 2, waits: 0 });
  });
}

function chatCases(row: AiClientRow): void {
  it('counts the messages of a chat, plain and streamed, once each', async () => {
    const act: Case['act'] = async (ai) => {
      const chat = (ai as Client).chats.create({ model: MODEL });
      await chat.sendMessage({ message: 'hello' });
      const { pieces } = await readAll(chat.sendMessageStream({ message: 'again' }));
      return { pieces: [...(pieces ?? []), chat.getHistory()] };
    };
    const on = await besideBare(row, { script: [json(TEXT), streamOf(TEXT)], act });
    const told = { status: 'success', finish: ['stop'], usage: USAGE } as const;
    await expectCounted(row, on, told, { ...told, streamed: true });
  });
}

function vertexCases(row: AiClientRow, sdk: Sdk): void {
  const vertex = {
    ...row,
    provider: 'gcp.vertex_ai',
    connect: (to: Parameters<typeof connectTo>[1]) => connectTo(sdk, to, { vertexai: true }),
  };

  it('knows a client of Vertex AI, and a model by its name alone', async () => {
    const model = `projects/p/locations/l/publishers/google/models/${MODEL}`;
    const act: Case['act'] = (ai) => settled(undated((ai as Client).models.generateContent({ ...ASK, model })));
    const on = await besideBare(vertex, { script: [json(TEXT)], act });
    await expectCounted(vertex, on, { status: 'success', finish: ['stop'], usage: USAGE });
  });

  it('adds up the tokens of the texts that Vertex AI embeds', async () => {
    const model = 'text-embedding-005';
    const embedding = (tokens: number) => ({ embeddings: { values: [1], statistics: { token_count: tokens } } });
    const script: Reply[] = [json({ predictions: [embedding(4), embedding(5)] })];
    const act: Case['act'] = (ai) =>
      settled(undated((ai as Client).models.embedContent({ model, contents: ['a', 'b'] })));
    const on = await besideBare({ ...vertex, model }, { script, act });
    const counted = { status: 'success', texts: 2, usage: { prompt: 9 } } as const;
    await expectCounted({ ...vertex, model }, on, counted);
  });
}

function clientCases(row: AiClientRow, sdk: Sdk): void {
  const silent = { default: false, registry: false, logger: false } as const;

  it('gives back the same client, whose methods look as they did, and counts once however often it is called', async () => {
    const promptheus = createPromptheus(silent);
    const server = await startAiServer([json(TEXT)]);
    try {
      const bare = connectTo(sdk, { url: server.url, retries: false });
      const ai = connectTo(sdk, { url: server.url, retries: false, promptheus });
      expect(instrumentGoogleGenAI(ai, { promptheus })).toBe(ai);
      for (const method of ['generateContent', 'generateContentStream', 'embedContent']) {
        const { name, length } = ai.models[method];
        expect({ name, length }).toEqual({ name: bare.models[method].name, length: bare.models[method].length });
      }
      await ai.models.generateContent(ASK);
    } finally {
      await server.close();
    }
    await expectCounted(row, promptheus, { status: 'success', finish: ['stop'], usage: USAGE });
  });

  it('counts a call that nobody awaits', async () => {
    const promptheus = createPromptheus(silent);
    const server = await startAiServer([json(TEXT)]);
    void connectTo(sdk, { url: server.url, retries: false, promptheus }).models.generateContent(ASK);
    await expectCounted(row, promptheus, { status: 'success', finish: ['stop'], usage: USAGE });
    await server.close();
  });

  it('counts a stream that was dropped half-way once', async () => {
    const promptheus = createPromptheus(silent);
    const server = await startAiServer([{ headers: STREAM_HEADERS, parts: [frame(TEXT), frame(TEXT), HANG] }]);
    const ai = connectTo(sdk, { url: server.url, retries: false, promptheus });
    await expectDropped(promptheus, async () => {
      const stream = await ai.models.generateContentStream(ASK);
      await stream.next();
    });
    await server.close();
  });
}

describe('instrumentGoogleGenAI', () => {
  it.each([[undefined], [{}], [{ models: {} }]])('refuses %j, which is no client', (client) => {
    expect(() => instrumentGoogleGenAI(client as never)).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
  });

  it('refuses an option that it does not know', () => {
    const client = { models: { generateContent() {} } };
    const options = { tenant: 'x' } as never;
    expect(() => instrumentGoogleGenAI(client, options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it('reads the answer itself of a client whose rounds it cannot see', async () => {
    const promptheus = createPromptheus({ default: false, registry: false, logger: false });
    const usage = usageMetadata(USAGE);
    const models = { generateContent: async (_: object) => ({ ...TEXT, usageMetadata: usage }) };
    await instrumentGoogleGenAI({ models }, { promptheus }).models.generateContent(ASK);
    const text = (await promptheus.scrape()).body.toString();
    expect(text).toMatch(/^llm_token_usage_total\{.*token_type="prompt"\} 12$/m);
  });
});
