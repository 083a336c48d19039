import { count, type OnInstance, property, type TopScore, type VectorSearchFacts } from '../../src/adapter.js';
import { observeSearchMethod, type SearchReader } from '../shared/ai/observe-search-method.js';
import { watchMade } from '../shared/ai/watch-made.js';
import { ADAPTER, rowsIn } from './facts.js';

export const METRICS: readonly string[] = ['l2', 'cosine', 'dot'];

export interface SearchOptions extends OnInstance {
  /** Of searches that name none. */
  readonly metric?: string | undefined;
}

/** What the calls of a builder have asked for so far. */
interface Asked {
  readonly collection: string | undefined;
  /** Whether the query searches; a plain one reads rows, and is no search. */
  searches: boolean;
  vectors: number;
  limit: number | undefined;
  /** As `distanceType()` said, else as the user did. */
  metric: string;
  /** Whether the rows come in another order than that of their nearness. */
  ordered: boolean;
}

/** LanceDB's own limit of a vector query. */
const VECTOR_LIMIT = 10;

/** Observes a query that a table made. It is a builder: what counts is asking it for rows, as often as that is done. */
export function watchQuery(query: unknown, collection: string | undefined, options: SearchOptions): void {
  const { metric = 'unknown' } = options;
  const asked: Asked = { collection, searches: false, vectors: 0, limit: undefined, metric, ordered: false };
  if (isVectorQuery(query)) nearestTo(asked);
  watchBuilder(query, asked, options);
}

function isVectorQuery(query: unknown): boolean {
  return typeof property(query, 'distanceType') === 'function';
}

function nearestTo(asked: Asked): void {
  asked.searches = true;
  asked.vectors += 1;
}

/** A builder returns itself from its methods, or a new one that goes on with what was asked of it. */
function watchBuilder(builder: unknown, asked: Asked, options: SearchOptions): void {
  const learn = (key: string, what: (next: Asked, args: readonly unknown[]) => void): void => {
    watchMade(builder, key, ADAPTER, options, (result, args) => {
      const next = result === builder ? asked : { ...asked };
      what(next, args);
      if (result !== builder) watchBuilder(result, next, options);
      else if (next.searches) watchEnds(builder, next, options);
    });
  };
  learn('nearestTo', nearestTo);
  learn('addQueryVector', nearestTo);
  for (const key of ['fullTextSearch', 'nearestToText']) learn(key, (next) => (next.searches = true));
  learn('limit', (next, [limit]) => (next.limit = count(limit)));
  learn('distanceType', (next, [type]) => (next.metric = String(type).toLowerCase()));
  learn('orderBy', (next) => (next.ordered = true));
  if (asked.searches) watchEnds(builder, asked, options);
}

/** Where a builder is asked for rows. `toArray` asks `toArrow`; the outer of two counts. */
function watchEnds(builder: unknown, asked: Asked, options: SearchOptions): void {
  for (const key of ['toArray', 'toArrow']) observeSearchMethod(builder, key, ADAPTER, rowsReader(asked), options);
  for (const key of ['execute', Symbol.asyncIterator]) {
    observeSearchMethod(builder, key, ADAPTER, batchesReader(asked), options);
  }
}

function rowsReader(asked: Asked): SearchReader {
  return {
    request: () => ({ collection: asked.collection, system: ADAPTER, topK: topK(asked) }),
    result: (rows) => found(rows, asked),
  };
}

function batchesReader(asked: Asked): SearchReader {
  return {
    ...rowsReader(asked),
    // The end of a stream that had no batch.
    result: () => ({ rows: 0 }),
    piece: (batch) => found(batch, asked),
  };
}

function topK({ limit, vectors }: Asked): number | undefined {
  if (vectors === 0) return limit;
  return (limit ?? VECTOR_LIMIT) * vectors;
}

function found(rows: unknown, asked: Asked): VectorSearchFacts {
  return { rows: rowsIn(rows), top: asked.ordered ? undefined : topOf(firstOf(rows), asked.metric) };
}

/** Of an array, or of an Arrow table or batch. */
function firstOf(rows: unknown): unknown {
  if (Array.isArray(rows)) return rows[0];
  return rowsIn(rows) === 0 ? undefined : (rows as { get?(index: number): unknown }).get?.(0);
}

function topOf(row: unknown, metric: string): TopScore | undefined {
  const relevance = property(row, '_relevance_score');
  if (typeof relevance === 'number') return { metric: 'relevance', score: relevance };
  const distance = property(row, '_distance');
  if (typeof distance === 'number') {
    // LanceDB's dot distance is turned round as its cosine distance is: 1 - dot.
    return metric === 'cosine' || metric === 'dot' ? { metric, score: 1 - distance } : { metric, distance };
  }
  const words = property(row, '_score');
  return typeof words === 'number' ? { metric: 'bm25', score: words } : undefined;
}
