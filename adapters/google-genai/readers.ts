import { count, property, type ReportedUsage } from '../../src/adapter.js';
import { at } from '../shared/ai/instrument.js';
import type { LlmNotes } from '../shared/ai/llm-notes.js';
import type { LlmReader } from '../shared/ai/llm-reader.js';
import { contentConversation } from './content-conversation.js';

/** What a part of an answer may hold that the model put out. */
const OUTPUT = ['text', 'functionCall', 'inlineData', 'executableCode', 'codeExecutionResult'];

/** For a call whose rounds tell what it was made of. */
export function readerAroundRounds(provider: string): LlmReader {
  return {
    request: ([asked]) => ({ provider, model: modelOf(asked), operation: 'generate_content' }),
    answer() {},
    conversation: contentConversation,
    aborted,
  };
}

export function contentReader(provider: string): LlmReader {
  return {
    ...readerAroundRounds(provider),
    answer: readAnswer,
    piece(piece, notes) {
      if (candidatesOf(piece).some((candidate) => partsOf(candidate).some(isOutput))) notes.output();
      readAnswer(piece, notes);
      return undefined;
    },
  };
}

export function embeddingReader(provider: string): LlmReader {
  return {
    request([asked]) {
      const contents = property(asked, 'contents');
      const batchSize = Array.isArray(contents) ? contents.length : 1;
      return { provider, model: modelOf(asked), operation: 'embeddings', batchSize };
    },
    answer(answer, notes) {
      const usage = property(answer, 'usageMetadata');
      if (usage !== undefined) return notes.usage(usage as ReportedUsage);
      // Vertex AI counts the tokens of each text.
      const counts = listOf(answer, 'embeddings').map((embedding) => count(at(embedding, 'statistics.tokenCount')));
      const known = counts.filter((tokens) => tokens !== undefined);
      if (known.length > 0) notes.tokens({ prompt: known.reduce((sum, tokens) => sum + tokens) });
    },
    aborted,
  };
}

function readAnswer(answer: unknown, notes: LlmNotes): void {
  const usage = property(answer, 'usageMetadata');
  if (usage !== undefined) notes.usage(usage as ReportedUsage);
  // A prompt that was blocked has no candidates.
  if (typeof at(answer, 'promptFeedback.blockReason') === 'string') notes.finish('content_filter');
  for (const [position, candidate] of candidatesOf(answer).entries()) {
    const choice = count(property(candidate, 'index')) ?? position;
    notes.finish(property(candidate, 'finishReason'), choice);
    for (const part of partsOf(candidate)) notes.tool(at(part, 'functionCall.name'), choice);
  }
}

/** A time limit of the client's own throws an AbortError too. */
function aborted([asked]: readonly unknown[]): boolean {
  return at(asked, 'config.abortSignal.aborted') === true;
}

/** The name alone of `models/<name>` and `projects/<project>/locations/<location>/publishers/google/models/<name>`. */
function modelOf(asked: unknown): string | undefined {
  const model = property(asked, 'model');
  return typeof model === 'string' ? model.replace(/^(?:.*\/)?models\//, '') : undefined;
}

function candidatesOf(answer: unknown): readonly unknown[] {
  return listOf(answer, 'candidates');
}

function partsOf(candidate: unknown): readonly unknown[] {
  return listOf(property(candidate, 'content'), 'parts');
}

function isOutput(part: unknown): boolean {
  return OUTPUT.some((key) => property(part, key));
}

function listOf(from: unknown, key: string): readonly unknown[] {
  const list = property(from, key);
  return Array.isArray(list) ? list : [];
}
