import { PromptheusError, show, type TopScore } from '../../../src/adapter.js';
import { assertOptions } from './options.js';

/** Words by which stores name a distance (the lower the nearer); every other metric is a similarity. */
const DISTANCE = /^(euclid|euclidean|manhattan|l2|hamming|jaccard)$/;

/** Collections whose metric is remembered; more than that, and the oldest is forgotten. */
const REMEMBERED = 1_000;

/**
 * What the scores of a client's collections mean: as the client's own calls tell it, else as the user said, else by the
 * order of the rows, which come nearest first. It asks the store nothing.
 */
export class ScoreMetrics {
  private readonly learned = new Map<string, string>();

  /** `given`: the metric of collections of which nothing is learned. */
  constructor(private readonly given: string | undefined) {}

  /** `vector`: its name, in a collection whose rows have several. */
  learn(collection: unknown, metric: unknown, vector: unknown = ''): void {
    if (typeof collection !== 'string' || typeof metric !== 'string') return;
    this.learned.set(keyOf(collection, vector), metric.toLowerCase());
    for (const oldest of this.learned.keys()) {
      if (this.learned.size <= REMEMBERED) return;
      this.learned.delete(oldest);
    }
  }

  of(collection: unknown, vector: unknown = ''): string | undefined {
    return this.learned.get(keyOf(collection, vector)) ?? this.given;
  }
}

/**
 * Makes what an adapter keeps of metrics, from its options.
 *
 * @throws {INVALID_OPTION} for options that are not known, or a metric that the store does not have
 */
export function metricsOf(
  adapter: string,
  options: { readonly metric?: string | undefined },
  known: readonly string[],
): ScoreMetrics {
  assertOptions(adapter, options, ['promptheus', 'metric']);
  const { metric } = options;
  if (metric === undefined || known.includes(metric)) return new ScoreMetrics(metric);
  const words = known.map((word) => JSON.stringify(word)).join(', ');
  throw new PromptheusError('INVALID_OPTION', `${adapter}: metric must be one of ${words}, got ${show(metric)}.`);
}

function keyOf(collection: unknown, vector: unknown): string {
  return JSON.stringify([collection, vector]);
}

/** The best of rows that come nearest first, of which the first and the last are enough. Nothing, where neither the metric nor two different scores tell what is near. */
export function topOf(metric: string | undefined, scores: readonly unknown[]): TopScore | undefined {
  const [best] = scores;
  if (typeof best !== 'number') return undefined;
  if (metric !== undefined) return DISTANCE.test(metric) ? { metric, distance: best } : { metric, score: best };
  const last = scores.at(-1);
  if (typeof last !== 'number' || last === best) return undefined;
  return best < last ? { metric: 'unknown', distance: best } : { metric: 'unknown', score: best };
}

/** The best of several lists of rows, as far as they can be compared with the first that tells. */
export function bestOf(tops: ReadonlyArray<TopScore | undefined>): TopScore | undefined {
  let best: TopScore | undefined;
  for (const top of tops) if (top !== undefined && (best === undefined || isNearer(top, best))) best = top;
  return best;
}

function isNearer(top: TopScore, than: TopScore): boolean {
  if (top.metric !== than.metric) return false;
  if (top.score !== undefined && than.score !== undefined) return top.score > than.score;
  return top.distance !== undefined && than.distance !== undefined && top.distance < than.distance;
}
