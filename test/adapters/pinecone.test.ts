import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { instrumentPinecone, type PineconeOptions } from '../../adapters/pinecone/index.js';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { describeVectorClient, QUERY, type VectorRow } from '../contract/vector-client.contract.js';
import { linesOf } from '../unit/instruments/default-instance.js';
import { type InstalledClient, onEveryClient } from './client-rows.js';
import type { JsonServer } from './json-server.js';
import { runPageExample } from './page-example.js';
import { INDEX, startPineconeServer } from './pinecone-server.js';

const ROWS: readonly InstalledClient[] = [
  { name: '@pinecone-database/pinecone 7', folder: 'pinecone', alias: 'pinecone-7' },
  { name: '@pinecone-database/pinecone 8', folder: 'pinecone', alias: 'pinecone-8' },
  { name: '@pinecone-database/pinecone 9', folder: 'pinecone', alias: 'pinecone-9' },
];

const LABELS = `company_id="unknown",collection="${INDEX}"`;
const REGION = { name: INDEX, cloud: 'aws', region: 'us-east-1' };
const PLACE = { name: INDEX, spec: { serverless: { cloud: 'aws', region: 'us-east-1' } } };
const EMBED = { model: 'multilingual-e5-large', fieldMap: { text: 'text' } };
const FILTER = { genre: { $eq: 'nothing' } };

// biome-ignore lint/suspicious/noExplicitAny: the client's types are of an optional install.
type Client = any;
type Connect = (url: string) => Client;

onEveryClient(ROWS, (row, load) => {
  const connect: Connect = (url) => new (load().Pinecone)({ apiKey: 'test', controllerHostUrl: url, maxRetries: 0 });
  contracts(row, connect);
  describe(`${row.name}: instrumentPinecone`, () => {
    const on = new Setting(connect);
    beforeAll(() => on.open());
    afterAll(() => on.server.close());
    beforeEach(() => on.renew());
    indexCases(on);
    metricCases(on);
    recordCases(on);
    if (row.alias === 'pinecone-9') documentCases(on);
    setUpCases(on);

    it('runs the example of its page', async () => {
      const env = { PINECONE_API_KEY: 'test', PINECONE_INDEX_HOST: on.server.url };
      const printed = await runPageExample('pinecone.md', row, '@pinecone-database/pinecone', env);
      expect(printed).toContain('2 tickets\n');
      expect(printed).toContain(`vector_search_results_count_sum{${LABELS}} 2\n`);
    });
  });
});

function contracts(row: InstalledClient, connect: Connect): void {
  const base: Omit<VectorRow<Client>, 'name' | 'open' | 'instrument'> = {
    system: 'pinecone',
    collection: INDEX,
    search: (index, { vector, k, none }) => index.query({ vector, topK: k, ...(none && { filter: FILTER }) }),
    writes: {
      upsert: (index, rows) =>
        index.upsert({ records: rows.map(({ id, vector }) => ({ id: `${id}`, values: vector })) }),
      delete: (index, ids) => index.deleteMany({ ids: ids.map(String) }),
    },
  };
  describeVectorClient<Client>({
    ...base,
    name: `${row.name}, query of an index, our own HTTP server`,
    top: { metric: 'cosine', score: 0.96 },
    async open() {
      const { url, close } = await startPineconeServer('cosine');
      return { client: () => connect(url).index({ name: INDEX, host: url }), close };
    },
    instrument: (index, { promptheus }) => instrumentPinecone(index, { promptheus, metric: 'cosine' }),
  });
  /** The client is instrumented, and asked for its namespace at every call. */
  const namespace = ({ client, url }: Client) => client.index({ name: INDEX, host: url }).namespace('en');
  describeVectorClient<Client>({
    ...base,
    name: `${row.name}, searchRecords of a namespace by distance, our own HTTP server`,
    top: { metric: 'euclidean', distance: Math.sqrt(0.08) },
    async open() {
      const { url, close } = await startPineconeServer('euclid');
      return { client: () => ({ client: connect(url), url }), close };
    },
    instrument({ client, url }, { promptheus }) {
      return { client: instrumentPinecone(client, { promptheus, metric: 'euclidean' }), url };
    },
    search: (on, { vector, k, none }) =>
      namespace(on).searchRecords({ query: { topK: k, vector: { values: vector }, ...(none && { filter: FILTER }) } }),
    writes: {
      upsert: (on, rows) => base.writes?.upsert(namespace(on), rows) as Promise<unknown>,
      delete: (on, ids) => base.writes?.delete(namespace(on), ids) as Promise<unknown>,
    },
  });
}

/** A server for all cases; for each, an instance and an instrumented client. */
class Setting {
  server!: JsonServer;
  instance!: Promptheus;
  client!: Client;

  constructor(readonly connect: Connect) {}

  async open(): Promise<void> {
    this.server = await startPineconeServer('cosine');
  }

  renew(options: PineconeOptions = {}): void {
    this.instance = createPromptheus({ default: false, registry: false, logger: false });
    this.client = instrumentPinecone(this.connect(this.server.url), { promptheus: this.instance, ...options });
  }

  /** An index of the instrumented client. */
  index(): Client {
    return this.client.index({ name: INDEX, host: this.server.url });
  }

  lines(name: string): Promise<string[]> {
    return linesOf(this.instance, name);
  }

  searches(): Promise<string[]> {
    return this.lines('vector_searches_total');
  }

  /** The metric and the best score of the searches, and what they asked for. */
  async found(): Promise<{ asked: number; top: string[] }> {
    const asked = Number((await this.lines('vector_search_top_k_sum'))[0]?.split(' ').at(-1));
    const top = [
      ...(await this.lines('vector_search_top_score_sum')),
      ...(await this.lines('vector_search_top_distance_sum')),
    ];
    expect(await this.lines('promptheus_internal_errors_total{')).toEqual([]);
    return { asked, top: top.map((line) => line.replace(/^.*metric="(\w+)"\} (\d+(\.\d\d)?).*$/, '$1 $2')) };
  }
}

function searched(count: number, collection = INDEX): string[] {
  const labels = `company_id="unknown",collection="${collection}",system="pinecone",status="success"`;
  return [`vector_searches_total{${labels}} ${count}`];
}

function indexCases(on: Setting): void {
  const query = { vector: QUERY, topK: 2 };

  it('observes every index of a client, and every namespace of an index', async () => {
    const { url } = on.server;
    await on.client.index(INDEX, url).query(query);
    await on.client.Index(INDEX, url).query(query);
    await on.client.index({ name: INDEX, host: url, namespace: 'en' }).query(query);
    await on.index().namespace('en').query(query);
    await on.index().namespace('en').namespace('de').query(query);
    expect(await on.searches()).toEqual(searched(5));
  });

  it('names an index that was opened by its host alone', async () => {
    const named = on.client.index({ host: `http://my-tickets-abc1234.svc.localhost:${new URL(on.server.url).port}` });
    await named.query(query).catch(() => {});
    expect((await on.searches())[0]).toContain('collection="my-tickets"');
    await on.client.index({ host: on.server.url }).query(query);
    expect(await on.searches()).toContain(searched(1, 'unknown')[0]);
  });

  it('leaves what is no search alone', async () => {
    await on.client.describeIndex(INDEX);
    expect(await on.lines('vector_')).toEqual([]);
  });
}

function metricCases(on: Setting): void {
  const search = (k: number) => on.index().query({ vector: QUERY, topK: k });

  it('says nothing of a score that nothing tells the meaning of, and asks nothing', async () => {
    const before = on.server.asked.length;
    await search(1);
    expect(await on.found()).toEqual({ asked: 1, top: [] });
    expect(on.server.asked.length - before).toBe(1);
  });

  it('tells the direction of scores by the order of the rows', async () => {
    await search(2);
    expect(await on.found()).toEqual({ asked: 2, top: ['unknown 0.96'] });
  });

  it.each([
    ['describes', (client: Client) => client.describeIndex(INDEX)],
    ['lists', (client: Client) => client.listIndexes()],
    ['creates', (client: Client) => client.createIndex({ ...PLACE, dimension: 2, metric: 'cosine' })],
    ['creates for a model', (client: Client) => client.createIndexForModel({ ...REGION, embed: EMBED })],
  ])('learns the metric of an index that the application %s', async (_, learn) => {
    await learn(on.client);
    await search(1);
    expect(await on.found()).toEqual({ asked: 1, top: ['cosine 0.96'] });
  });

  it('takes the metric that it is given where it learned none', async () => {
    on.renew({ metric: 'euclidean' });
    await search(1);
    expect(await on.found()).toEqual({ asked: 1, top: ['euclidean 0.96'] });
  });
}

function recordCases(on: Setting): void {
  it('reads the search of records, and what a reranker leaves of it', async () => {
    await on.index().searchRecords({
      query: { topK: 3, vector: { values: QUERY } },
      rerank: { model: 'bge-reranker-v2-m3', rankFields: ['text'], topN: 2 },
    });
    expect(await on.found()).toEqual({ asked: 2, top: ['rerank 0.48'] });
    expect(await on.lines('vector_search_results_count_sum')).toEqual([`vector_search_results_count_sum{${LABELS}} 2`]);
  });

  it('counts writes, and their rows where the call names them', async () => {
    const index = on.index();
    await index.upsertRecords({
      records: [
        { id: '7', text: 'a' },
        { id: '8', text: 'b' },
        { id: '9', text: 'c' },
      ],
    });
    await index.deleteOne({ id: '7' });
    await index.deleteMany({ filter: FILTER });
    await index.namespace('en').deleteAll();
    expect(await on.lines('vector_write')).toEqual([
      `vector_write_batch_size_count{${LABELS},operation="delete"} 1`,
      `vector_write_batch_size_count{${LABELS},operation="upsert"} 1`,
      `vector_write_batch_size_sum{${LABELS},operation="delete"} 1`,
      `vector_write_batch_size_sum{${LABELS},operation="upsert"} 3`,
      `vector_writes_total{${LABELS},operation="delete"} 3`,
      `vector_writes_total{${LABELS},operation="upsert"} 1`,
    ]);
  });
}

function documentCases(on: Setting): void {
  it.each([
    ['documents.search', (index: Client, request: object) => index.documents.search(request)],
    ['searchDocuments', (index: Client, request: object) => index.searchDocuments(request)],
  ])('reads %s once', async (_, search) => {
    await on.client.describeIndex(INDEX);
    await search(on.index(), { scoreBy: [{ type: 'dense_vector', field: '_values', values: QUERY }], topK: 2 });
    expect(await on.searches()).toEqual(searched(1));
    expect(await on.found()).toEqual({ asked: 2, top: ['cosine 0.96'] });
  });

  const text = { type: 'text', fields: ['text'], query: 'login' };
  const dense = { type: 'dense_vector', field: '_values', values: QUERY };
  const sparse = { type: 'sparse_vector', field: 'words', sparseValues: { indices: [1], values: [1] } };
  it.each([
    ['no nearness of texts', [text], []],
    ['no nearness of several ways at once', [dense, text], []],
    ['the metric of sparse vectors', [sparse], ['dotproduct 0.96']],
  ])('tells %s', async (_, scoreBy, top) => {
    await on.index().documents.search({ scoreBy, topK: 2 });
    expect(await on.found()).toEqual({ asked: 2, top });
  });

  it('learns metrics through `indexes` too', async () => {
    await on.client.indexes.list();
    await on.index().documents.search({ scoreBy: [dense], topK: 1 });
    expect(await on.found()).toEqual({ asked: 1, top: ['cosine 0.96'] });
  });

  it('counts the writes of documents', async () => {
    await on.index().documents.upsert({ documents: [{ _id: '7' }, { _id: '8' }] });
    await on.index().deleteDocuments({ ids: ['7', '8'] });
    expect(await on.lines('vector_write_batch_size_sum')).toEqual([
      `vector_write_batch_size_sum{${LABELS},operation="delete"} 2`,
      `vector_write_batch_size_sum{${LABELS},operation="upsert"} 2`,
    ]);
  });
}

function setUpCases(on: Setting): void {
  it('gives the same object back', () => {
    const client = on.connect(on.server.url);
    expect(instrumentPinecone(client, { promptheus: on.instance })).toBe(client);
    const index = client.index({ name: INDEX, host: on.server.url });
    expect(instrumentPinecone(index, { promptheus: on.instance })).toBe(index);
  });

  it.each([[undefined], [{}], [{ index: 1 }]])('refuses %o as a client', (client) => {
    expect(() => instrumentPinecone(client as never)).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
  });

  it.each([[{ metric: 'l2' }], [{ metrics: 'cosine' }], [null]])('refuses the options %o', (options) => {
    const wrong = () => instrumentPinecone(on.connect(on.server.url), options as never);
    expect(wrong).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
}
