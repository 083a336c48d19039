import { type LlmCallFacts, partition, property } from '../../src/adapter.js';
import { at } from '../shared/ai/instrument.js';
import type { LlmNotes } from '../shared/ai/llm-notes.js';
import type { LlmReader } from '../shared/ai/llm-reader.js';
import { type CommandKind, modelOf } from './command.js';
import { readConversation, readEvent } from './conversation.js';
import { converseConversation } from './converse-conversation.js';
import { readBody, readChunk } from './model-body.js';

const PROVIDER = 'aws.bedrock';

/** The answer of a command that streams holds the stream, under `body` that of a model's own chunks. */
const stream = (answer: unknown) => property(answer, 'stream') ?? property(answer, 'body');

export const READERS: Readonly<Record<CommandKind, LlmReader>> = {
  converse: {
    request: ([command]) => ({ provider: PROVIDER, model: modelOf(command) }),
    answer: readConversation,
    piece(piece, notes) {
      readEvent(piece, notes);
      return undefined;
    },
    stream,
    conversation: converseConversation,
  },
  invoke: {
    request([command]) {
      const model = modelOf(command);
      return { provider: PROVIDER, model, ...(model?.includes('embed') && { operation: 'embeddings' }) };
    },
    answer: (answer, notes) => readJson(property(answer, 'body'), readBody, notes),
    piece(piece, notes) {
      readJson(at(piece, 'chunk.bytes'), readChunk, notes);
      return undefined;
    },
    stream,
  },
};

/** Bodies beyond it hold images or many vectors: nothing that is worth to be parsed twice. */
const LONGEST_BODY = 1024 * 1024;
const decoder = new TextDecoder();

/** Reads a copy of the bytes: those of the caller stay as they are. */
function readJson(bytes: unknown, read: (body: unknown, notes: LlmNotes) => void, notes: LlmNotes): void {
  if (!(bytes instanceof Uint8Array) || bytes.length > LONGEST_BODY || bytes[0] !== OPENING_BRACE) return;
  read(JSON.parse(decoder.decode(bytes)), notes);
}

const OPENING_BRACE = 0x7b;

const TOKEN_HEADERS = {
  inputTokens: 'x-amzn-bedrock-input-token-count',
  outputTokens: 'x-amzn-bedrock-output-token-count',
  cacheReadInputTokens: 'x-amzn-bedrock-cache-read-input-token-count',
  cacheWriteInputTokens: 'x-amzn-bedrock-cache-write-input-token-count',
};

/** Tokens that stand in the headers of an invocation alone, where the model's body tells none. */
export function tokensInHeaders(answer: unknown): LlmCallFacts | undefined {
  const headers = at(answer, 'response.headers');
  const told = Object.entries(TOKEN_HEADERS).map(([key, header]) => [key, property(headers, header)] as const);
  const numbers = told.filter(([, text]) => typeof text === 'string' && /^\d+$/.test(text));
  if (numbers.length === 0) return undefined;
  return { usage: partition(Object.fromEntries(numbers.map(([key, text]) => [key, Number(text)]))) };
}
