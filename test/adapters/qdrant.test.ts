import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { instrumentQdrant, type QdrantOptions } from '../../adapters/qdrant/index.js';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { describeVectorClient, QUERY, type VectorQuery, type VectorRow } from '../contract/vector-client.contract.js';
import { linesOf } from '../unit/instruments/default-instance.js';
import { type InstalledClient, onEveryClient } from './client-rows.js';
import type { JsonServer } from './json-server.js';
import type { Metric } from './near.js';
import { runPageExample } from './page-example.js';
import { COLLECTION, SILENT, startQdrantServer } from './qdrant-server.js';

const ROWS: readonly InstalledClient[] = [
  { name: '@qdrant/js-client-rest 1.11', folder: 'qdrant', alias: 'qdrant-1-11' },
  { name: '@qdrant/js-client-rest 1.18', folder: 'qdrant', alias: 'qdrant-1-18' },
  { name: '@qdrant/js-client-rest 1.19', folder: 'qdrant', alias: 'qdrant-1-19' },
];

const LABELS = `company_id="unknown",collection="${COLLECTION}"`;

/** A client of either version, and one whose server never answers. */
interface Clients {
  readonly client: Client;
  readonly unanswered: Client;
}
// biome-ignore lint/suspicious/noExplicitAny: the client's types are of an optional install.
type Client = any;

onEveryClient(ROWS, (row, load) => {
  const connect = (url: string, options: object = {}): Client =>
    new (load().QdrantClient)({ url, checkCompatibility: false, ...options });
  contracts(row, connect);
  describe(`${row.name}: instrumentQdrant`, () => {
    const on = new Setting(connect);
    beforeAll(() => on.open());
    afterAll(() => on.server.close());
    beforeEach(() => on.renew());
    formCases(on, row.alias !== 'qdrant-1-19');
    metricCases(on);
    writeCases(on);
    setUpCases(on);

    it('runs the example of its page', async () => {
      const printed = await runPageExample('qdrant.md', row, '@qdrant/js-client-rest', { QDRANT_URL: on.server.url });
      expect(printed).toContain('2 tickets\n');
      expect(printed).toContain(`vector_search_results_count_sum{${LABELS}} 2\n`);
    });
  });
});

function contracts(row: InstalledClient, connect: (url: string, options?: object) => Client): void {
  const filter = { must: [{ key: 'id', match: { value: 'nothing' } }] };
  const query = ({ client }: Clients, { vector, k, none = false }: VectorQuery) =>
    client.query(COLLECTION, { query: vector, limit: k, ...(none && { filter }) });
  const base = (
    metric: Metric,
    options: Omit<QdrantOptions, 'promptheus'>,
  ): Omit<VectorRow<Clients>, 'name' | 'search'> => ({
    system: 'qdrant',
    collection: COLLECTION,
    async open() {
      const server = await startQdrantServer(metric);
      const unanswered = () => connect(server.url, { prefix: SILENT, timeout: 50 });
      return { client: () => ({ client: connect(server.url), unanswered: unanswered() }), close: server.close };
    },
    instrument(clients, { promptheus }) {
      for (const client of Object.values(clients)) instrumentQdrant(client, { promptheus, ...options });
      return clients;
    },
    interrupted: {
      status: 'error',
      search: ({ unanswered }) => query({ client: unanswered, unanswered }, { vector: QUERY, k: 2 }),
    },
    searchMany: ({ client }, vectors, k) =>
      client.queryBatch(COLLECTION, { searches: vectors.map((vector) => ({ query: vector, limit: k })) }),
    writes: {
      upsert: ({ client }, points) => client.upsert(COLLECTION, { points }),
      delete: ({ client }, points) => client.delete(COLLECTION, { points }),
    },
  });
  const server = 'our own HTTP server';
  const cosine = { metric: 'cosine', score: 0.96 };
  describeVectorClient<Clients>({
    ...base('cosine', { metric: 'cosine' }),
    name: `${row.name}, query, ${server}`,
    top: cosine,
    search: query,
  });
  describeVectorClient<Clients>({
    ...base('euclid', {}),
    name: `${row.name}, query by distance, metric told by the rows, ${server}`,
    top: { metric: 'unknown', distance: Math.sqrt(0.08) },
    search: query,
  });
  if (row.alias === 'qdrant-1-19') return;
  describeVectorClient<Clients>({
    ...base('cosine', { metric: 'cosine' }),
    name: `${row.name}, search, ${server}`,
    top: cosine,
    search: ({ client }, { vector, k, none }) =>
      client.search(COLLECTION, { vector, limit: k, ...(none && { filter }) }),
    searchMany: ({ client }, vectors, k) =>
      client.searchBatch(COLLECTION, { searches: vectors.map((vector) => ({ vector, limit: k })) }),
  });
}

/** A server for all cases; for each, an instance and an instrumented client. */
class Setting {
  server!: JsonServer;
  instance!: Promptheus;
  client!: Client;

  constructor(readonly connect: (url: string) => Client) {}

  async open(): Promise<void> {
    this.server = await startQdrantServer('cosine');
  }

  renew(options: QdrantOptions = {}): void {
    this.instance = createPromptheus({ default: false, registry: false, logger: false });
    this.client = instrumentQdrant(this.connect(this.server.url), { promptheus: this.instance, ...options });
  }

  lines(name: string): Promise<string[]> {
    return linesOf(this.instance, name);
  }

  /** Rows found and asked for of the one search that was made, and its best score. */
  async found(): Promise<{ rows?: number; asked?: number; top?: string }> {
    const value = async (name: string) => (await this.lines(name))[0]?.split(' ').at(-1);
    const top = (await this.lines('vector_search_top_score_sum')).concat(
      await this.lines('vector_search_top_distance_sum'),
    );
    expect(await this.lines('vector_searches_total')).toEqual([
      `vector_searches_total{${LABELS},system="qdrant",status="success"} 1`,
    ]);
    expect(await this.lines('promptheus_internal_errors_total{')).toEqual([]);
    return {
      rows: Number(await value('vector_search_results_count_sum')),
      asked: Number(await value('vector_search_top_k_sum')),
      ...(top.length > 0 && {
        top: top.map((line) => line.replace(/^.*metric="(\w+)"\} (\d+(\.\d\d)?).*$/, '$1 $2')).join(),
      }),
    };
  }
}

const TOP = 'unknown 0.96';
/** A vector of which a point has several. */
const PAGES = { size: 2, distance: 'Cosine', multivector_config: { comparator: 'max_sim' } };

function formCases(on: Setting, hasSearch: boolean): void {
  const one = { rows: 2, asked: 2, top: TOP };
  const query = { query: QUERY, limit: 2 };
  const search = { vector: QUERY, limit: 2 };
  const recommend = { positive: [2], limit: 2 };
  const groups = { group_by: 'author', group_size: 1 };
  type Case = [method: string, request: object, found: { rows: number; asked: number; top?: string }];
  const cases: Case[] = [
    ['query', query, one],
    ['query', { query: QUERY }, { rows: 3, asked: 10, top: TOP }],
    ['query', { query: { nearest: QUERY }, limit: 2 }, one],
    ['query', { limit: 2 }, { rows: 2, asked: 2 }],
    ['query', { query: { discover: { target: 1, context: [] } }, limit: 2 }, { rows: 2, asked: 2 }],
    ['query', { query: { recommend: { positive: [2] } }, limit: 2 }, { ...one, top: 'unknown 1' }],
    ['query', { query: { recommend: { positive: [2], strategy: 'best_score' } }, limit: 2 }, { rows: 2, asked: 2 }],
    ['query', { prefetch: [query], query: { fusion: 'dbsf' }, limit: 2 }, { ...one, top: 'dbsf 1' }],
    ['query', { prefetch: [query], query: { rrf: { k: 2 } }, limit: 2 }, { ...one, top: 'rrf 1' }],
    ['queryBatch', { searches: [query, { query: QUERY, limit: 1 }] }, { rows: 3, asked: 3, top: TOP }],
    ['queryGroups', { ...query, ...groups }, one],
    ['queryGroups', { ...query, group_by: 'author' }, { ...one, asked: 6 }],
  ];
  const old: Case[] = [
    ['search', search, one],
    ['search', { vector: { name: 'text', vector: QUERY }, limit: 2 }, one],
    ['searchBatch', { searches: [search, search] }, { rows: 4, asked: 4, top: TOP }],
    ['searchPointGroups', { ...search, ...groups }, one],
    ['recommend', recommend, { ...one, top: 'unknown 1' }],
    ['recommendBatch', { searches: [recommend] }, { ...one, top: 'unknown 1' }],
    ['recommend_batch', { searches: [recommend] }, { ...one, top: 'unknown 1' }],
    ['recommendPointGroups', { ...recommend, ...groups }, { ...one, top: 'unknown 1' }],
    ['discoverPoints', { target: 2, context: [], limit: 2 }, { rows: 2, asked: 2 }],
    ['discoverBatchPoints', { searches: [{ target: 2, context: [], limit: 2 }] }, { rows: 2, asked: 2 }],
  ];
  it.each(hasSearch ? [...cases, ...old] : cases)('reads %s %j', async (method, request, found) => {
    await on.client[method](COLLECTION, request);
    expect(await on.found()).toEqual(found);
  });

  it('leaves what is no search alone', async () => {
    await on.client.getCollection(COLLECTION);
    expect(await on.lines('vector_')).toEqual([]);
  });
}

function metricCases(on: Setting): void {
  const search = (extra: object = {}) => on.client.query(COLLECTION, { query: QUERY, limit: 1, ...extra });

  it('says nothing of a score that nothing tells the meaning of, and asks nothing', async () => {
    const before = on.server.asked.length;
    await search();
    expect(await on.found()).toEqual({ rows: 1, asked: 1 });
    expect(on.server.asked.length - before).toBe(1);
  });

  it('learns the metric from a collection that the application describes', async () => {
    await on.client.getCollection(COLLECTION);
    await search();
    expect((await on.found()).top).toBe('cosine 0.96');
  });

  it('learns the metric of each vector from a collection that the application creates', async () => {
    const vectors = { text: { size: 2, distance: 'Dot' }, image: { size: 2, distance: 'Manhattan' }, pages: PAGES };
    await on.client.createCollection(COLLECTION, { vectors, sparse_vectors: { words: {} } });
    for (const using of ['text', 'image', 'words', 'pages']) await search({ using });
    expect(await on.lines('vector_search_top_score_count')).toEqual([
      `vector_search_top_score_count{${LABELS},metric="dot"} 2`,
      `vector_search_top_score_count{${LABELS},metric="max_sim"} 1`,
    ]);
    expect(await on.lines('vector_search_top_distance_count')).toEqual([
      `vector_search_top_distance_count{${LABELS},metric="manhattan"} 1`,
    ]);
  });

  it('takes the metric that it is given where it learned none', async () => {
    on.renew({ metric: 'euclid' });
    await search();
    expect((await on.found()).top).toBe('euclid 0.96');
  });

  it('knows sparse vectors and several vectors a row by their form', async () => {
    await search({ query: { indices: [1], values: [2] }, using: 'words' });
    await search({ query: [QUERY, QUERY] });
    expect(await on.lines('vector_search_top_score_count')).toEqual([
      `vector_search_top_score_count{${LABELS},metric="dot"} 1`,
      `vector_search_top_score_count{${LABELS},metric="max_sim"} 1`,
    ]);
  });
}

function writeCases(on: Setting): void {
  const row = (id: number) => ({ id, vector: [0, -1] });
  const batch = { ids: [7, 8], vectors: [row(7).vector, row(8).vector] };

  it('counts the rows of a batch in columns, and none of a filter', async () => {
    await on.client.upsert(COLLECTION, { batch });
    await on.client.delete(COLLECTION, { filter: { must: [] } });
    await on.client.delete(COLLECTION, { points: batch.ids });
    expect(await on.lines('vector_write')).toEqual([
      `vector_write_batch_size_count{${LABELS},operation="delete"} 1`,
      `vector_write_batch_size_count{${LABELS},operation="upsert"} 1`,
      `vector_write_batch_size_sum{${LABELS},operation="delete"} 2`,
      `vector_write_batch_size_sum{${LABELS},operation="upsert"} 2`,
      `vector_writes_total{${LABELS},operation="delete"} 2`,
      `vector_writes_total{${LABELS},operation="upsert"} 1`,
    ]);
  });

  it('counts each kind of write of a batch of operations once', async () => {
    await on.client.batchUpdate(COLLECTION, {
      operations: [
        { upsert: { points: [row(7)] } },
        { upsert: { batch } },
        { set_payload: { payload: {}, points: [7] } },
        { delete: { points: [7, 8] } },
      ],
    });
    expect(await on.lines('vector_write')).toEqual([
      `vector_write_batch_size_count{${LABELS},operation="delete"} 1`,
      `vector_write_batch_size_count{${LABELS},operation="upsert"} 1`,
      `vector_write_batch_size_sum{${LABELS},operation="delete"} 2`,
      `vector_write_batch_size_sum{${LABELS},operation="upsert"} 3`,
      `vector_writes_total{${LABELS},operation="delete"} 1`,
      `vector_writes_total{${LABELS},operation="upsert"} 1`,
    ]);
  });
}

function setUpCases(on: Setting): void {
  it('gives the same client back', () => {
    const client = on.connect(on.server.url);
    expect(instrumentQdrant(client, { promptheus: on.instance })).toBe(client);
  });

  it.each([[undefined], [{}], [{ query: 1 }]])('refuses %o as a client', (client) => {
    expect(() => instrumentQdrant(client as never)).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
  });

  it.each([[{ metric: 'Cosine' }], [{ metrics: 'cosine' }], [null]])('refuses the options %o', (options) => {
    const wrong = () => instrumentQdrant(on.connect(on.server.url), options as never);
    expect(wrong).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
}
