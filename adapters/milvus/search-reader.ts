import { count, labelText, property, type TopScore } from '../../src/adapter.js';
import type { SearchReader } from '../shared/ai/observe-search-method.js';
import { failureOf } from './status.js';

const SIMILARITIES = new Set(['cosine', 'ip']);
const DISTANCES = new Set(['l2', 'hamming', 'jaccard']);

export const milvusSearches: SearchReader = {
  request([body]) {
    return {
      system: 'milvus',
      collection: labelText(property(body, 'collection_name')),
      topK: askedRows(body),
    };
  },
  result(answer, [body]) {
    const results = property(answer, 'results');
    if (!Array.isArray(results)) return {};
    // A list of rows; a list of such lists for several vectors, each of which was to find as many rows as were asked for.
    const many = Array.isArray(results[0]);
    const rows: readonly unknown[] = many ? results.flat() : results;
    const asked = askedRows(body);
    const topK = many && asked !== undefined ? asked * results.length : asked;
    return { rows: rows.length, topK, top: topOf(rows, metricOf(body)) };
  },
  failure: failureOf,
};

function askedRows(body: unknown): number | undefined {
  const asked = property(body, 'limit') ?? property(body, 'topk') ?? property(property(body, 'search_params'), 'topk');
  return count(typeof asked === 'string' ? Number(asked) : asked);
}

/**
 * The metric that the call names; the server knows it otherwise, from the index. Nothing for a hybrid search, whose score
 * is a fusion of several.
 */
function metricOf(body: unknown): string | undefined {
  const data = property(body, 'data');
  if (Array.isArray(data) && property(data[0], 'anns_field') !== undefined) return undefined;
  const metric =
    property(property(body, 'search_params'), 'metric_type') ??
    property(property(body, 'params'), 'metric_type') ??
    property(body, 'metric_type');
  return labelText(metric)?.toLowerCase();
}

/** `score` is a distance for some metrics and a similarity for others. */
function topOf(rows: readonly unknown[], metric: string | undefined): TopScore | undefined {
  if (metric === undefined || rows.length === 0) return undefined;
  const scores = rows.map((row) => property(row, 'score')).filter((score) => typeof score === 'number');
  if (SIMILARITIES.has(metric)) return { metric, score: Math.max(...scores) };
  return DISTANCES.has(metric) ? { metric, distance: Math.min(...scores) } : undefined;
}
