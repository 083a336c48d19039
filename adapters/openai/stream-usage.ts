import { type Begin, type OnInstance, property, type TokenUsage } from '../../src/adapter.js';
import type { LlmNotes } from '../shared/ai/llm-notes.js';
import type { LlmReader } from '../shared/ai/llm-reader.js';
import { llmBegin } from '../shared/ai/observe-llm-method.js';
import { textsOf } from './chat-reader.js';
import { items, usageOf } from './facts.js';

/** How the tokens of a stream that tells none are found out. */
export type StreamUsage = 'request' | 'estimate';

/** Begins each call in a way that its tokens are known, or guessed. */
export function beginWithUsage(usage: StreamUsage, reader: LlmReader, adapter: string, options: OnInstance): Begin {
  if (usage === 'estimate') return (args) => llmBegin(adapter, estimating(reader, args[0]), options)(args);
  const asking = llmBegin(adapter, hidingUsage(reader), options);
  const plain = llmBegin(adapter, reader, options);
  return (args) => {
    const asked = askingForUsage(args);
    if (asked === undefined) return plain(args);
    const observation = asking(args);
    if (observation !== undefined) observation.args = asked;
    return observation;
  };
}

/** The arguments that ask for usage; `undefined` for a call that does not stream, or says itself whether it wants it. */
function askingForUsage([body, ...rest]: readonly unknown[]): readonly unknown[] | undefined {
  const given = property(body, 'stream_options');
  if (property(body, 'stream') !== true || typeof property(given, 'include_usage') === 'boolean') return undefined;
  return [{ ...(body as object), stream_options: { ...(given as object | undefined), include_usage: true } }, ...rest];
}

/** The piece that has usage and no choice is the one that the caller did not ask for; Azure's first has neither. */
function hidingUsage(reader: LlmReader): LlmReader {
  return {
    ...reader,
    piece(piece, notes) {
      reader.piece?.(piece, notes);
      const usageAlone = items(property(piece, 'choices')).length === 0 && usageOf(piece) !== undefined;
      return usageAlone ? 'hidden' : undefined;
    },
  };
}

function estimating(reader: LlmReader, body: unknown): LlmReader {
  const estimate = new Estimate(body);
  const add = (from: unknown, notes: LlmNotes) => {
    const texts = items(property(from, 'choices')).flatMap(textsOf);
    if (texts.length > 0 && estimate.add(texts)) notes.note({ estimated: estimate });
  };
  return {
    ...reader,
    answer(answer, notes) {
      reader.answer(answer, notes);
      add(answer, notes);
    },
    piece(piece, notes) {
      add(piece, notes);
      return reader.piece?.(piece, notes);
    },
  };
}

/** Near enough for English, code and Chinese alike, and needs no table of any model. */
const BYTES_PER_TOKEN = 4;

/** A guess, made when it is read: a quarter of the bytes of the texts. Images and audio count nothing. */
class Estimate implements TokenUsage {
  private answered = 0;

  constructor(private readonly body: unknown) {}

  /** True for the first texts. */
  add(texts: readonly string[]): boolean {
    const isFirst = this.answered === 0;
    for (const text of texts) this.answered += Buffer.byteLength(text);
    return isFirst;
  }

  get completion(): number {
    return Math.ceil(this.answered / BYTES_PER_TOKEN);
  }

  get prompt(): number {
    const messages = items(property(this.body, 'messages')).flatMap((message) => textsIn(property(message, 'content')));
    const tools = property(this.body, 'tools');
    const texts = [
      ...messages,
      ...textsIn(property(this.body, 'prompt')),
      tools === undefined ? '' : JSON.stringify(tools),
    ];
    return Math.ceil(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / BYTES_PER_TOKEN);
  }
}

/** A content is a text, or parts of which some are. */
function textsIn(content: unknown): string[] {
  if (typeof content === 'string') return [content];
  return items(content).flatMap((part) => textsIn(typeof part === 'string' ? part : property(part, 'text')));
}
