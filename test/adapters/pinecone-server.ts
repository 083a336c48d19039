import { type JsonAnswer, type JsonRequest, type JsonServer, startJsonServer } from './json-server.js';
import { type Metric, NearStore } from './near.js';

// biome-ignore lint/suspicious/noExplicitAny: the bodies that Pinecone's client sends.
type Body = any;

export const INDEX = 'tickets';

/**
 * A server that speaks Pinecone's data plane, and the description of an index, as far as the adapter reads them. The answers
 * have the shapes of the models in the client's own `pinecone-generated-ts-fetch` (named beside each), as they go over the wire.
 */
export function startPineconeServer(metric: Metric): Promise<JsonServer> {
  const store = new NearStore(metric);
  return startJsonServer((request) => {
    try {
      return answerTo(request, store, metric);
    } catch (error) {
      return { status: 400, body: { code: 3, message: (error as Error).message, details: [] } };
    }
  });
}

function answerTo({ method, path, body }: JsonRequest, store: NearStore, metric: Metric): JsonAnswer {
  if (path.startsWith('/indexes') && method === 'POST') return { status: 201, body: indexModel(metric) };
  if (path === '/indexes') return { body: { indexes: [indexModel(metric)] } };
  if (path === `/indexes/${INDEX}`) return { body: indexModel(metric) };
  if (path === '/query') return query(body, store);
  if (path === '/vectors/upsert') return upserted(body.vectors, store);
  if (path === '/vectors/delete') return removed(body, store);
  switch (path.split('/').slice(2).join('/')) {
    case 'namespaces/en/search':
    case 'namespaces/__default__/search':
      return searchRecords(body, store);
    case 'namespaces/__default__/upsert':
      return { status: 201 };
    case '__default__/documents/search':
      return searchDocuments(body, store);
    case '__default__/documents/upsert':
      return { body: { upserted_count: body.documents.length } };
    case '__default__/documents/delete':
      return { body: {} };
    default:
      throw new Error(`no such path: ${path}`);
  }
}

/** `IndexModel`, with what 8 reads and what 9 reads. */
function indexModel(metric: Metric): object {
  const words = { metric: metric === 'cosine' ? 'cosine' : 'euclidean', dimension: 2 };
  return {
    ...{ name: INDEX, host: `${INDEX}-abc1234.svc.test.pinecone.io`, status: { ready: true, state: 'Ready' } },
    ...{ ...words, vector_type: 'dense', spec: { serverless: { cloud: 'aws', region: 'us-east-1' } } },
    ...{ deployment: { deployment_type: 'managed' }, deletion_protection: 'disabled' },
    schema: { fields: { _values: { type: 'dense_vector', ...words } } },
  };
}

/** `QueryResponse` */
function query(body: Body, store: NearStore): JsonAnswer {
  const matches = near(body.vector, body.topK, body.filter, store).map(({ id, score }) => ({ id: String(id), score }));
  return { body: { matches, namespace: body.namespace, usage: { readUnits: 1 } } };
}

/** `SearchRecordsResponse`; a reranker gives relevances of its own. */
function searchRecords({ query: asked, rerank }: Body, store: NearStore): JsonAnswer {
  const found = near(asked.vector.values, rerank?.top_n ?? asked.top_k, asked.filter, store);
  const hits = found.map(({ id, score }) => ({ _id: String(id), _score: rerank ? score / 2 : score, fields: {} }));
  return { body: { result: { hits }, usage: { read_units: 1 } } };
}

/** `SearchDocumentsResponse` */
function searchDocuments(body: Body, store: NearStore): JsonAnswer {
  const found = near(body.score_by[0].values ?? [0.6, 0.8], body.top_k, body.filter, store);
  const matches = found.map(({ id, score }) => ({ _id: String(id), _score: score }));
  return { body: { matches, namespace: '__default__', usage: { read_units: 1 } } };
}

/** `UpsertResponse` */
function upserted(vectors: Body[], store: NearStore): JsonAnswer {
  for (const { values } of vectors) assertSize(values);
  store.upsert(vectors.map(({ id, values }) => ({ id: Number(id), vector: values })));
  return { body: { upsertedCount: vectors.length } };
}

function removed(body: Body, store: NearStore): JsonAnswer {
  store.delete((body.ids ?? []).map(Number));
  return { body: {} };
}

function near(vector: readonly number[], k: number, filter: unknown, store: NearStore) {
  assertSize(vector);
  return filter === undefined ? store.nearest(vector, k) : [];
}

function assertSize(vector: readonly number[]): void {
  if (vector.length !== 2) {
    throw new Error(`Vector dimension ${vector.length} does not match the dimension of the index 2`);
  }
}
