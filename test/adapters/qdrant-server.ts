import { type JsonAnswer, type JsonRequest, type JsonServer, startJsonServer } from './json-server.js';
import { type Metric, NearStore } from './near.js';

// biome-ignore lint/suspicious/noExplicitAny: the bodies that Qdrant's client sends.
type Body = any;

export const COLLECTION = 'tickets';
/** What stands before the paths of a client that is never answered. */
export const SILENT = '/silent';

/**
 * A server that speaks Qdrant's REST API as far as the adapter reads it. The answers have the shapes of the schemas in the
 * client's own `generated_schema.d.ts` (named beside each), within Qdrant's envelope of `result`, `status` and `time`.
 */
export function startQdrantServer(metric: Metric): Promise<JsonServer> {
  const store = new NearStore(metric);
  return startJsonServer((request) => {
    const { path } = request;
    if (path.startsWith(SILENT)) return undefined;
    if (path === '/') return { body: { title: 'qdrant - vector search engine', version: '1.18.0' } };
    const [, , collection, ...rest] = path.split('/');
    if (collection !== COLLECTION) return failed(404, `Not found: Collection \`${collection}\` doesn't exist!`);
    return rest.length === 0 ? collectionAnswer(request, metric) : pointsAnswer(request, rest.join('/'), store);
  });
}

/** `CollectionInfo`, as far as it tells how vectors are compared. */
function collectionAnswer({ method }: JsonRequest, metric: Metric): JsonAnswer {
  if (method !== 'GET') return done(true);
  const vectors = { size: 2, distance: metric === 'cosine' ? 'Cosine' : 'Euclid' };
  return done({ status: 'green', optimizer_status: 'ok', segments_count: 1, config: { params: { vectors } } });
}

function pointsAnswer({ method, body }: JsonRequest, path: string, store: NearStore): JsonAnswer {
  try {
    if (path === 'points' && method === 'PUT') return updated([{ upsert: body }], store);
    if (path === 'points/delete') return updated([{ delete: body }], store);
    if (path === 'points/batch') return updated(body.operations, store);
    return done(searched(path.split('/').slice(1), body, store));
  } catch (error) {
    return failed(400, String((error as Error).message));
  }
}

/** `UpdateResult`; one for each operation of a batch. */
function updated(operations: Body[], store: NearStore): JsonAnswer {
  for (const { upsert, delete: removed } of operations) {
    const { points = [], batch } = upsert ?? {};
    const rows = batch ? batch.ids.map((id: number, at: number) => ({ id, vector: batch.vectors[at] })) : points;
    for (const { vector } of rows) assertSize(vector);
    store.upsert(rows);
    if (Array.isArray(removed?.points)) store.delete(removed.points);
  }
  const result = { operation_id: 1, status: 'completed' };
  return done(operations.length === 1 ? result : operations.map(() => result));
}

/** `search` and its kind answer `ScoredPoint[]`, `query` a `QueryResponse`, groups a `GroupsResult`; a batch, lists of these. */
function searched([kind = '', form]: string[], body: Body, store: NearStore): unknown {
  if (form === 'batch') return body.searches.map((search: Body) => searched([kind], search, store));
  const points = pointsFor(body, store);
  if (form === 'groups') return { groups: points.slice(0, body.limit).map((hit) => ({ id: hit.id, hits: [hit] })) };
  return kind === 'query' ? { points } : points;
}

function pointsFor(body: Body, store: NearStore): Array<{ id: number; version: number; score: number }> {
  if (body.filter !== undefined) return [];
  const given = body.vector?.vector ?? body.vector ?? body.query?.nearest ?? body.query;
  const dense = Array.isArray(given?.[0]) ? given[0] : given;
  const vector = Array.isArray(dense) ? dense : store.vectorOf(body.positive?.[0] ?? body.target ?? 2);
  assertSize(vector);
  return store.nearest(vector, body.limit ?? 10).map(({ id, score }) => ({ id, version: 1, score }));
}

function assertSize(vector: readonly number[]): void {
  if (vector.length !== 2) {
    throw new Error(`Wrong input: Vector dimension error: expected dim: 2, got ${vector.length}`);
  }
}

function done(result: unknown): JsonAnswer {
  return { body: { result, status: 'ok', time: 0.001 } };
}

/** `ErrorResponse` */
function failed(status: number, error: string): JsonAnswer {
  return { status, body: { status: { error }, time: 0.001 } };
}
