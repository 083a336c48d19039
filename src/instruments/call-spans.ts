import type { LlmCallFacts } from './llm-facts.js';
import type { SpanShape } from './open-call.js';
import type { VectorSearchFacts } from './vector-facts.js';

/**
 * Model calls by OpenTelemetry's conventions for generative AI (in development; names of 2026-11). What was asked and
 * answered is not among them: a recorder that knows it shows it where that is wanted.
 */
export const LLM_SPAN: SpanShape<LlmCallFacts> = {
  name: ({ operation = 'chat', model }) => named(operation, model),
  attributes: ({ operation = 'chat', provider, model, usage, finishReasons, errorType }) => ({
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
    'gen_ai.usage.input_tokens': usage?.prompt,
    'gen_ai.usage.output_tokens': usage?.completion,
    'gen_ai.usage.cache_read.input_tokens': usage?.cached,
    'gen_ai.usage.cache_write.input_tokens': usage?.cacheWrite,
    'gen_ai.usage.reasoning.output_tokens': usage?.reasoning,
    'gen_ai.response.finish_reasons': finishReasons,
    'error.type': errorType,
  }),
};

/** Vector searches by the conventions for database clients. */
export const SEARCH_SPAN: SpanShape<VectorSearchFacts> = {
  name: ({ collection }) => named('search', collection),
  attributes: ({ system, collection, rows, errorType }) => ({
    'db.system.name': system,
    'db.operation.name': 'search',
    'db.collection.name': collection,
    'db.response.returned_rows': rows,
    'error.type': errorType,
  }),
};

function named(operation: string, of: string | undefined): string {
  return of === undefined ? operation : `${operation} ${of}`;
}
