import { property } from '../../src/adapter.js';
import type { LlmReader } from '../shared/ai/llm-reader.js';
import { type ClientFacts, requestFacts, usageOf } from './facts.js';

/** Reads embeddings. */
export function embeddingsReader(facts: ClientFacts): LlmReader {
  return {
    request: ([body]) => ({
      ...requestFacts(facts, body, 'embeddings'),
      batchSize: textsIn(property(body, 'input')),
    }),
    answer(answer, notes) {
      const usage = usageOf(answer);
      if (usage !== undefined) notes.usage(usage);
    },
  };
}

/** One text may come as an array of its token numbers. */
function textsIn(input: unknown): number | undefined {
  if (Array.isArray(input)) return typeof input[0] === 'number' ? 1 : input.length;
  return typeof input === 'string' ? 1 : undefined;
}
