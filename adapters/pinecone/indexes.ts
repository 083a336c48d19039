import { labelText, type OnInstance, property } from '../../src/adapter.js';
import { at } from '../shared/ai/instrument.js';
import type { ScoreMetrics } from '../shared/ai/score-metrics.js';
import { watchMade } from '../shared/ai/watch-made.js';

/** Up to 8 on the client, from 9 under `indexes`, where the client's own go too. */
const DESCRIBING = ['describeIndex', 'createIndex', 'createIndexForModel', 'listIndexes'];
const DESCRIBING_INDEXES = ['describe', 'create', 'createForModel', 'list'];

/** A host of Pinecone: the index's name, a code of the project, the region. */
const HOST = /^(?:https?:\/\/)?(.+)-[a-z0-9]{7}\.svc\./;

/** The name of an index. One that was opened by its host alone has it there. */
export function nameOf(index: unknown): string | undefined {
  const host = at(index, 'target.indexHostUrl');
  return labelText(at(index, 'target.indexName')) ?? (typeof host === 'string' ? HOST.exec(host)?.[1] : undefined);
}

/** Learns the metrics of indexes from what the application itself asks and creates. */
export function learnMetrics(client: object, metrics: ScoreMetrics, options: OnInstance): void {
  const indexes = at(client, 'indexes');
  for (const [owner, methods] of [
    [client, DESCRIBING],
    [indexes, DESCRIBING_INDEXES],
  ] as const) {
    for (const method of methods) {
      watchMade(owner, method, 'pinecone', options, (answer) => {
        const list = property(answer, 'indexes');
        for (const model of Array.isArray(list) ? list : [answer]) learn(metrics, model);
      });
    }
  }
}

/** An index has one metric, or one for each vector field of its documents. */
function learn(metrics: ScoreMetrics, model: unknown): void {
  const name = property(model, 'name');
  metrics.learn(name, metricOf(model));
  const fields = at(model, 'schema.fields');
  if (typeof fields !== 'object' || fields === null) return;
  for (const [field, described] of Object.entries(fields)) metrics.learn(name, property(described, 'metric'), field);
}

/** In 9 a getter, which throws where an index of documents has several. */
function metricOf(model: unknown): unknown {
  try {
    return property(model, 'metric');
  } catch {
    return undefined;
  }
}
