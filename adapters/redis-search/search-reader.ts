import { availableInstruments, property, safely, type TopScore } from '../../src/adapter.js';
import type { SearchReader } from '../shared/ai/observe-search-method.js';
import type { VectorQuery } from './query.js';
import type { DistanceMetric, RedisSearchOptions } from './types.js';

export const METRICS: ReadonlySet<unknown> = new Set<DistanceMetric>(['cosine', 'ip', 'l2']);

export function readerOf(query: VectorQuery, options: RedisSearchOptions): SearchReader {
  const { index, topK, distanceField } = query;
  return {
    request: () => ({ system: 'redis', collection: index, topK }),
    result(result) {
      // `total` counts what matched, `documents` (in an aggregation or a hybrid search: `results`) is what came.
      const rows = property(result, 'documents') ?? property(result, 'results');
      if (!Array.isArray(rows)) return {};
      const top = distanceField === undefined ? undefined : topOf(rows, distanceField, metricOf(index, options));
      return { rows: rows.length, top };
    },
  };
}

function metricOf(index: string, { metric, promptheus }: RedisSearchOptions): DistanceMetric | undefined {
  if (typeof metric !== 'function') return metric;
  const instruments = availableInstruments(promptheus);
  const told = instruments && safely(instruments, 'redis_search_metric', () => metric(index));
  return METRICS.has(told) ? told : undefined;
}

/** Redis tells a distance for every metric: `1 - similarity` for cosine and ip. Rows come in any order that was asked for. */
function topOf(rows: readonly unknown[], field: string, metric: DistanceMetric | undefined): TopScore | undefined {
  let distance = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const told = distanceOf(row, field);
    if (told < distance) distance = told;
  }
  if (distance === Number.POSITIVE_INFINITY) return undefined;
  return metric === 'cosine' || metric === 'ip'
    ? { metric, score: 1 - distance }
    : { metric: metric ?? 'unknown', distance };
}

/** The fields of a document stand in its `value`, those of an aggregation's row in the row. */
function distanceOf(row: unknown, field: string): number {
  const told = property(property(row, 'value') ?? property(row, 'extra_attributes') ?? row, field);
  return told === undefined || told === null ? Number.NaN : Number(String(told));
}
