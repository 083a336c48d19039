import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { instrumentBedrock } from '../../adapters/bedrock/index.js';
import type { TokenUsage } from '../../src/adapter.js';
import type { AiClientRow, Answer, Connection } from '../contract/ai-client.contract.js';
import type { InstalledClient } from './client-rows.js';

export const MODEL = 'anthropic.claude-3-5-sonnet-20240620-v1:0';
export const USER = [{ role: 'user', content: [{ text: 'hello' }] }];

// biome-ignore lint/suspicious/noExplicitAny: an optional install, known by its shape.
export type Sdk = any;
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type Client = any;

/** What stands beside the newest SDK in its own dependencies. */
const beside = createRequire(resolve('test/matrix/bedrock/node_modules/@aws-sdk/client-bedrock-runtime/package.json'));

/** The newest, and the first that is supported. */
export const BEDROCK: readonly InstalledClient[] = [
  { name: 'Bedrock 3', folder: 'bedrock', alias: '@aws-sdk/client-bedrock-runtime' },
  { name: 'Bedrock 3.600', folder: 'bedrock', alias: 'bedrock-3.600' },
];

/** A client that speaks HTTP/1, as the contract's server does; by default it speaks HTTP/2. */
export function connectTo(sdk: Sdk, to: Connection, kind = 'BedrockRuntimeClient'): Client {
  const { url, retries, timeoutMs, promptheus } = to;
  const { NodeHttpHandler } = beside('@smithy/node-http-handler');
  const client = new sdk[kind]({
    ...settings(url),
    maxAttempts: retries ? 3 : 1,
    requestHandler: new NodeHttpHandler(
      timeoutMs === undefined ? {} : { requestTimeout: timeoutMs, throwOnRequestTimeout: true },
    ),
  });
  return promptheus === undefined ? client : instrumentBedrock(client, { promptheus });
}

export function settings(url: string) {
  return { region: 'us-east-1', endpoint: url, credentials: { accessKeyId: 'none', secretAccessKey: 'none' } };
}

const SEES = {
  retries: 'attempts',
  parts: ['cached', 'cacheWrite'],
} as const satisfies AiClientRow['sees'];

export const STREAM_HEADERS = { 'content-type': 'application/vnd.amazon.eventstream' };

/** Converse and ConverseStream. An answer has one choice, and the model's thoughts are not counted apart. */
export function converseRow(sdk: Sdk): AiClientRow<Client> {
  const input = { modelId: MODEL, messages: USER };
  return {
    name: 'Bedrock Converse',
    provider: 'aws.bedrock',
    model: MODEL,
    connect: (to) => connectTo(sdk, to),
    calls: {
      plain: async (client, { signal }) =>
        untimed(await client.send(new sdk.ConverseCommand(input), { abortSignal: signal })),
      stream: async (client, { signal }) =>
        (await client.send(new sdk.ConverseStreamCommand(input), { abortSignal: signal })).stream,
    },
    isText: (piece) => Object.hasOwn(piece as object, 'contentBlockDelta'),
    wire: {
      answer: conversation,
      stream: conversationEvents,
      streamHeaders: STREAM_HEADERS,
      malformed: Uint8Array.of(0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      error: failure,
    },
    sees: SEES,
  };
}

/** InvokeModel and InvokeModelWithResponseStream with a body of Anthropic's. */
export function anthropicBodyRow(sdk: Sdk): AiClientRow<Client> {
  const input = { modelId: MODEL, contentType: 'application/json', body: JSON.stringify({ messages: [] }) };
  return {
    ...converseRow(sdk),
    name: 'Bedrock InvokeModel',
    calls: {
      plain: async (client, { signal }) =>
        untimed(await client.send(new sdk.InvokeModelCommand(input), { abortSignal: signal })),
      stream: async (client, { signal }) =>
        (await client.send(new sdk.InvokeModelWithResponseStreamCommand(input), { abortSignal: signal })).body,
    },
    isText: (piece) => JSON.parse(new TextDecoder().decode((piece as InvokePiece).chunk.bytes)).type === DELTA,
    wire: { ...converseRow(sdk).wire, answer: message, stream: messageChunks },
    sees: { ...SEES, earlyUsage: { prompt: 12, completion: 1 } },
  };
}

interface InvokePiece {
  readonly chunk: { readonly bytes: Uint8Array };
}

/** Back-off takes a random time, and the answer tells it. */
export function untimed(answer: { $metadata: object }): unknown {
  Object.assign(answer.$metadata, { totalRetryDelay: undefined });
  return answer;
}

const NAMES: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'AccessDeniedException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
};

export function failure(status: number): unknown {
  return { __type: NAMES[status], message: 'no' };
}

/** Bedrock's count of the input leaves out what was read from the cache, and what was written to it. */
function converseUsage({ prompt = 0, completion = 0, cached, cacheWrite }: TokenUsage) {
  return {
    inputTokens: prompt - (cached ?? 0) - (cacheWrite ?? 0),
    outputTokens: completion,
    totalTokens: prompt + completion,
    cacheReadInputTokens: cached,
    cacheWriteInputTokens: cacheWrite,
  };
}

export function conversation({ text = [], tools = [], finish, usage }: Answer) {
  const texts = text.length === 0 ? [] : [{ text: text.join('') }];
  const uses = tools.map(({ name, args }, index) => ({ toolUse: { toolUseId: `t${index}`, name, input: args } }));
  return {
    output: { message: { role: 'assistant', content: [...texts, ...uses] } },
    stopReason: STOPS[finish],
    usage: usage && converseUsage(usage),
    metrics: { latencyMs: 1 },
  };
}

const STOPS = { stop: 'end_turn', tool_calls: 'tool_use' } as const;

function conversationEvents({ text = [], tools = [], finish, usage }: Answer) {
  const deltas = text.map((piece) => event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: piece } }));
  const uses = tools.flatMap(({ name, args }, contentBlockIndex) => [
    event('contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId: `t${contentBlockIndex}`, name } } }),
    event('contentBlockDelta', { contentBlockIndex, delta: { toolUse: { input: JSON.stringify(args) } } }),
  ]);
  const [start, ...rest] = [...deltas, ...uses] as Uint8Array[];
  return {
    first: [event('messageStart', { role: 'assistant' }), start as Uint8Array],
    rest: [
      ...rest,
      event('messageStop', { stopReason: STOPS[finish] }),
      event('metadata', { usage: usage && converseUsage(usage), metrics: { latencyMs: 1 } }),
    ],
  };
}

/** A frame of the binary event stream, as the SDK's own codec writes it. */
export function event(type: string, payload: object, kind: 'event' | 'exception' = 'event'): Uint8Array {
  const { EventStreamCodec } = beside('@smithy/core/event-streams');
  const { toUtf8, fromUtf8 } = beside('@smithy/core/serde');
  const text = (value: string) => ({ type: 'string', value });
  return new EventStreamCodec(toUtf8, fromUtf8).encode({
    headers: {
      ':message-type': text(kind),
      [`:${kind}-type`]: text(type),
      ':content-type': text('application/json'),
    },
    body: fromUtf8(JSON.stringify(payload)),
  });
}

const DELTA = 'content_block_delta';

function anthropicUsage({ prompt = 0, completion = 0, cached, cacheWrite }: TokenUsage) {
  return {
    input_tokens: prompt - (cached ?? 0) - (cacheWrite ?? 0),
    output_tokens: completion,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: cacheWrite,
  };
}

function message({ text = [], tools = [], finish, usage }: Answer) {
  const texts = text.length === 0 ? [] : [{ type: 'text', text: text.join('') }];
  const uses = tools.map(({ name, args }, index) => ({ type: 'tool_use', id: `t${index}`, name, input: args }));
  return {
    type: 'message',
    role: 'assistant',
    content: [...texts, ...uses],
    stop_reason: STOPS[finish],
    usage: usage && anthropicUsage(usage),
  };
}

function messageChunks({ text = [], tools = [], finish, usage }: Answer) {
  const told = usage && anthropicUsage(usage);
  const deltas = text.map((piece) => chunk({ type: DELTA, index: 0, delta: { type: 'text_delta', text: piece } }));
  const uses = tools.flatMap(({ name, args }, index) => [
    chunk({ type: 'content_block_start', index, content_block: { type: 'tool_use', id: `t${index}`, name } }),
    chunk({ type: DELTA, index, delta: { type: 'input_json_delta', partial_json: JSON.stringify(args) } }),
  ]);
  const [start, ...rest] = [...deltas, ...uses] as Uint8Array[];
  return {
    first: [
      chunk({ type: 'message_start', message: { role: 'assistant', usage: told && { ...told, output_tokens: 1 } } }),
      start as Uint8Array,
    ],
    rest: [
      ...rest,
      chunk({
        type: 'message_delta',
        delta: { stop_reason: STOPS[finish] },
        usage: told && { output_tokens: told.output_tokens },
      }),
      chunk({
        type: 'message_stop',
        ...(usage && { 'amazon-bedrock-invocationMetrics': invocationMetrics(converseUsage(usage)) }),
      }),
    ],
  };
}

/** A chunk of a model's own, in Bedrock's envelope. */
export function chunk(body: object): Uint8Array {
  return event('chunk', { bytes: Buffer.from(JSON.stringify(body)).toString('base64') });
}

function invocationMetrics(usage: ReturnType<typeof converseUsage>) {
  return {
    inputTokenCount: usage.inputTokens,
    outputTokenCount: usage.outputTokens,
    cacheReadInputTokenCount: usage.cacheReadInputTokens,
    cacheWriteInputTokenCount: usage.cacheWriteInputTokens,
    invocationLatency: 20,
    firstByteLatency: 10,
  };
}
