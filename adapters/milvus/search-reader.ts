import { count, labelText, property } from '../../src/adapter.js';
import type { SearchReader } from '../shared/ai/observe-search-method.js';
import { bestOf, topOf } from '../shared/ai/score-metrics.js';
import { failureOf } from './status.js';

export const milvusSearches: SearchReader = {
  request: ([body]) => ({
    system: 'milvus',
    collection: labelText(property(body, 'collection_name')),
    topK: askedRows(body),
  }),
  result(answer, [body]) {
    const results = property(answer, 'results');
    if (!Array.isArray(results)) return {};
    // A list of rows, or of such lists for several vectors: each was to find as many rows as were asked for.
    const lists: ReadonlyArray<readonly unknown[]> = Array.isArray(results[0]) ? results : [results];
    const asked = askedRows(body);
    return {
      rows: lists.reduce((sum, rows) => sum + rows.length, 0),
      topK: asked === undefined ? undefined : asked * lists.length,
      top: isHybrid(body) ? undefined : bestOf(lists.map((rows) => topOf(metricOf(body), rows.map(scoreOf)))),
    };
  },
  failure: failureOf,
};

function askedRows(body: unknown): number | undefined {
  const asked = property(body, 'limit') ?? property(body, 'topk') ?? property(property(body, 'search_params'), 'topk');
  return count(typeof asked === 'string' ? Number(asked) : asked);
}

/** The score of a hybrid search is a fusion of several, so tells no nearness. */
function isHybrid(body: unknown): boolean {
  const data = property(body, 'data');
  return Array.isArray(data) && property(data[0], 'anns_field') !== undefined;
}

/** The metric that the call names; the server knows it otherwise, from the index. */
function metricOf(body: unknown): string | undefined {
  const metric =
    property(property(body, 'search_params'), 'metric_type') ??
    property(property(body, 'params'), 'metric_type') ??
    property(body, 'metric_type');
  return labelText(metric)?.toLowerCase();
}

function scoreOf(row: unknown): unknown {
  return property(row, 'score');
}
