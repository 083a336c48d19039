import { count, property } from '../../src/adapter.js';
import { at } from '../shared/ai/instrument.js';
import type { SearchReader } from '../shared/ai/observe-search-method.js';
import { type ScoreMetrics, topOf } from '../shared/ai/score-metrics.js';

/** Reads `query`, `searchRecords` and the search of documents, of one index. */
export function searchReader(collection: string | undefined, metrics: ScoreMetrics): SearchReader {
  return {
    request: ([request]) => ({ system: 'pinecone', collection, topK: askedOf(request) }),
    result(result, [request]) {
      const rows = (property(result, 'matches') ?? at(result, 'result.hits')) as unknown[];
      const meaning = meaningOf(request);
      if (meaning === undefined) return { rows: rows.length };
      const metric = 'metric' in meaning ? meaning.metric : metrics.of(collection, meaning.field);
      return { rows: rows.length, top: topOf(metric, [scoreOf(rows[0]), scoreOf(rows.at(-1))]) };
    },
  };
}

/** Records have `score`, what is found by its text `_score`. */
function scoreOf(row: unknown): unknown {
  return property(row, 'score') ?? property(row, '_score');
}

/** A reranker leaves fewer rows than the search is asked for. */
function askedOf(request: unknown): number | undefined {
  return count(at(request, 'rerank.topN')) ?? count(property(request, 'topK')) ?? count(at(request, 'query.topK'));
}

/** What the scores are: the index's metric, that of one of its fields, or one of their own; `undefined`: no nearness. */
function meaningOf(request: unknown): { readonly metric: string } | { readonly field?: unknown } | undefined {
  if (property(request, 'rerank') !== undefined) return { metric: 'rerank' };
  const ways = property(request, 'scoreBy');
  if (!Array.isArray(ways)) return {};
  const [way] = ways;
  if (ways.length > 1) return undefined;
  if (property(way, 'type') === 'dense_vector') return { field: property(way, 'field') };
  return property(way, 'type') === 'sparse_vector' ? { metric: 'dotproduct' } : undefined;
}
