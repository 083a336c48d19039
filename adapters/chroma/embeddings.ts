import { labelText, property } from '../../src/adapter.js';
import type { LlmReader } from '../shared/ai/llm-reader.js';
import { ADAPTER } from './searches.js';

/** Texts that a collection's embedding function turns into vectors: a store that embeds by itself is the provider. */
export function embeddingReader(embeddingFunction: unknown): LlmReader {
  return {
    request: ([texts]) => ({
      provider: ADAPTER,
      model: labelText(property(embeddingFunction, 'modelName')),
      operation: 'embeddings',
      batchSize: Array.isArray(texts) ? texts.length : undefined,
    }),
    answer() {},
  };
}
