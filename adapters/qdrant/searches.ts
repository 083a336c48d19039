import { count, labelText, property, type TopScore, type VectorSearchFacts } from '../../src/adapter.js';
import type { SearchReader } from '../shared/ai/observe-search-method.js';
import { bestOf, type ScoreMetrics, topOf } from '../shared/ai/score-metrics.js';
import { type Meaning, meaningOf } from './meaning.js';

/** What the server takes where a query says nothing. */
const LIMIT = 10;
const GROUP_SIZE = 3;

/** Reads every search: one query, or a batch of them, for rows or for groups of rows. */
export function searchReader(metrics: ScoreMetrics): SearchReader {
  return {
    request: ([collection, query]) => ({
      system: 'qdrant',
      collection: labelText(collection),
      topK: queriesOf(query).reduce<number>((sum, each) => sum + askedOf(each), 0),
    }),
    result: (result, [collection, query]) => found(result, (meaning) => metricOf(metrics, collection, meaning), query),
  };
}

function found(result: unknown, metric: (meaning: Meaning) => string | undefined, query: unknown): VectorSearchFacts {
  const queries = queriesOf(query);
  const answers = isBatch(query) ? (result as unknown[]) : [result];
  let rows = 0;
  const tops: Array<TopScore | undefined> = [];
  for (const [index, answer] of answers.entries()) {
    const points = pointsOf(answer);
    const meaning = meaningOf(queries[index]);
    rows += points.length;
    if (meaning !== undefined) tops.push(topOf(metric(meaning), [scoreOf(points[0]), scoreOf(points.at(-1))]));
  }
  return { rows, top: bestOf(tops) };
}

function metricOf(metrics: ScoreMetrics, collection: unknown, meaning: Meaning): string | undefined {
  return meaning.metric ?? metrics.of(collection, meaning.vector);
}

function isBatch(query: unknown): boolean {
  return Array.isArray(property(query, 'searches'));
}

function queriesOf(query: unknown): readonly unknown[] {
  return isBatch(query) ? (property(query, 'searches') as unknown[]) : [query];
}

function askedOf(query: unknown): number {
  const limit = count(property(query, 'limit')) ?? LIMIT;
  if (property(query, 'group_by') === undefined) return limit;
  return limit * (count(property(query, 'group_size')) ?? GROUP_SIZE);
}

/** `search` gives points, `query` puts them under `points`, each of the groups, the nearest first, under `hits`. */
function pointsOf(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return answer;
  const groups = property(answer, 'groups');
  if (Array.isArray(groups)) return groups.flatMap((group) => property(group, 'hits') as unknown[]);
  return property(answer, 'points') as unknown[];
}

function scoreOf(point: unknown): unknown {
  return property(point, 'score');
}
