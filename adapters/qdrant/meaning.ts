import { property } from '../../src/adapter.js';

/** What the scores of a query mean: the metric of one of the collection's vectors, or one of their own. */
export interface Meaning {
  readonly vector?: unknown;
  readonly metric?: string | undefined;
}

/** Queries whose scores are those of no metric, or none at all. */
const WITHOUT_METRIC = ['discover', 'context', 'order_by', 'sample', 'formula', 'relevance_feedback'];

/** What a query's scores mean; `undefined` where they tell no nearness. */
export function meaningOf(request: unknown): Meaning | undefined {
  const using = property(request, 'using') ?? undefined;
  const vector = property(request, 'vector');
  if (vector !== undefined) return ofSearch(vector);
  if (property(request, 'positive') !== undefined) return ofRecommendation(request, using);
  const query = property(request, 'query');
  if (query === undefined || query === null) return undefined;
  if (WITHOUT_METRIC.some((kind) => property(query, kind) !== undefined)) return undefined;
  const fusion = property(query, 'rrf') === undefined ? property(query, 'fusion') : 'rrf';
  if (typeof fusion === 'string') return { metric: fusion };
  const recommend = property(query, 'recommend');
  if (recommend !== undefined) return ofRecommendation(recommend, using);
  return ofVector(property(query, 'nearest') ?? query, using);
}

/** `search` takes a vector, or one with its name. */
function ofSearch(given: unknown): Meaning {
  const name = property(given, 'name');
  return name === undefined ? ofVector(given, undefined) : ofVector(property(given, 'vector'), name);
}

function ofRecommendation(request: unknown, using: unknown): Meaning | undefined {
  const strategy = property(request, 'strategy') ?? 'average_vector';
  return strategy === 'average_vector' ? { vector: using } : undefined;
}

function ofVector(given: unknown, name: unknown): Meaning {
  if (property(given, 'indices') !== undefined) return { metric: 'dot' };
  if (Array.isArray(given) && Array.isArray(given[0])) return { metric: 'max_sim' };
  return { vector: name };
}
