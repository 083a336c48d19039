import type { OnInstance } from '../../src/adapter.js';
import { at } from '../shared/ai/instrument.js';
import type { ScoreMetrics } from '../shared/ai/score-metrics.js';
import { watchMade } from '../shared/ai/watch-made.js';

/** Learns the distances of collections from what the application itself asks and creates. */
export function learnMetrics(client: object, metrics: ScoreMetrics, options: OnInstance): void {
  watchMade(client, 'getCollection', 'qdrant', options, (info, [collection]) => {
    learn(metrics, collection, at(info, 'config.params'));
  });
  for (const method of ['createCollection', 'recreateCollection']) {
    watchMade(client, method, 'qdrant', options, (_, [collection, config]) => learn(metrics, collection, config));
  }
}

/** `params`: either one vector without a name, or several by their names, and sparse ones. */
function learn(metrics: ScoreMetrics, collection: unknown, params: unknown): void {
  const vectors = at(params, 'vectors');
  metrics.learn(collection, metricOf(vectors));
  for (const [name, vector] of entriesOf(vectors)) metrics.learn(collection, metricOf(vector), name);
  for (const [name] of entriesOf(at(params, 'sparse_vectors'))) metrics.learn(collection, 'dot', name);
}

/** Several vectors a row are compared by a sum of nearnesses. */
function metricOf(vector: unknown): unknown {
  return at(vector, 'multivector_config.comparator') ?? at(vector, 'distance');
}

function entriesOf(value: unknown): Array<[string, unknown]> {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
