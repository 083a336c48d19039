import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { instrumentChroma } from '../../adapters/chroma/index.js';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { describeVectorClient, ROWS, type VectorEntry, type VectorRow } from '../contract/vector-client.contract.js';
import { type Chroma, startChroma } from './chroma-server.js';
import { onEveryClient } from './client-rows.js';

/** Sees only how long a text is. */
const LENGTHS = {
  name: 'lengths',
  modelName: 'length-of-text',
  generate: async (texts: string[]) => texts.map((text) => [text.length, 0]),
};

const records = (rows: readonly VectorEntry[]) => ({
  ids: rows.map(({ id }) => String(id)),
  embeddings: rows.map(({ vector }) => [...vector]),
});

onEveryClient([{ name: 'chromadb 3 on a Chroma server', folder: 'chroma', alias: 'chromadb' }], (row, load) => {
  const chromadb = load();
  let started: ReturnType<typeof startChroma> | undefined;
  const server = () => (started ??= startChroma(chromadb));
  afterAll(async () => (await started)?.stop());

  const contract = (collection: string, options: object, top: NonNullable<VectorRow<Chroma>['top']>) =>
    describeVectorClient(contractRow(`${row.name}: ${collection}`, server, collection, options, top));
  contract('by-default', {}, { metric: 'l2', distance: 0.08 });
  contract('by-cosine', { configuration: { hnsw: { space: 'cosine' } } }, { metric: 'cosine', score: 0.96 });
  contract('by-product', { metadata: { 'hnsw:space': 'ip' } }, { metric: 'dot', score: 0.96 });

  describe(`${row.name}: instrumentChroma`, () => {
    const on = new Setting();
    beforeAll(async () => on.open((await server()).client()));
    beforeEach(async () => on.renew((await server()).client()));
    collectionCases(on);
    embeddingCases(on);
    searchCases(on, chromadb);
  });
});

function contractRow(
  name: string,
  server: () => ReturnType<typeof startChroma>,
  collection: string,
  options: object,
  top: NonNullable<VectorRow<Chroma>['top']>,
): VectorRow<Chroma> {
  return {
    name,
    system: 'chroma',
    collection,
    top,
    async open() {
      const { client } = await server();
      const made = await client().createCollection({ name: collection, embeddingFunction: LENGTHS, ...options });
      await made.add(records(ROWS));
      return { client: () => client().getCollection({ name: collection, embeddingFunction: LENGTHS }) };
    },
    instrument: instrumentChroma,
    search: (client, { vector, k, none }) =>
      client.query({ queryEmbeddings: [[...vector]], nResults: k, ...(none && { where: { none: true } }) }),
    searchMany: (client, vectors, k) =>
      client.query({ queryEmbeddings: vectors.map((vector) => [...vector]), nResults: k }),
    writes: {
      upsert: (client, rows) => client.upsert(records(rows)),
      delete: (client, ids) => client.delete({ ids: ids.map(String) }),
    },
  };
}

/** For each case a fresh instance, and a client that records into it. */
class Setting {
  instance!: Promptheus;
  client!: Chroma;

  async open(client: Chroma): Promise<void> {
    const notes = await client.createCollection({ name: 'notes', embeddingFunction: LENGTHS });
    await notes.add(records(ROWS));
  }

  renew(client: Chroma): void {
    this.instance = createPromptheus({ default: false, registry: false, logger: false });
    this.client = instrumentChroma(client, { promptheus: this.instance });
  }

  notes(): Promise<Chroma> {
    return this.client.getCollection({ name: 'notes', embeddingFunction: { ...LENGTHS } });
  }

  async lines(pattern: RegExp): Promise<string[]> {
    const text = (await this.instance.scrape()).body.toString();
    return text.split('\n').filter((line) => pattern.test(line));
  }
}

const searched = (collection: string, count: number) =>
  `vector_searches_total{company_id="unknown",collection="${collection}",system="chroma",status="success"} ${count}`;

function collectionCases(on: Setting): void {
  it('observes every collection that a client gives', async () => {
    const { client } = on;
    const given = [
      await on.notes(),
      await client.getOrCreateCollection({ name: 'notes', embeddingFunction: LENGTHS }),
      ...(await client.getCollections([{ name: 'notes', embeddingFunction: LENGTHS }])),
      ...(await client.listCollections()),
    ].filter(({ name }) => name === 'notes');
    expect(given).toHaveLength(4);
    for (const collection of given) await collection.query({ queryEmbeddings: [[1, 0]] });
    const made = await client.createCollection({ name: 'made', embeddingFunction: LENGTHS });
    await made.query({ queryEmbeddings: [[1, 0]] });
    expect((await on.lines(/^vector_searches_total/)).sort()).toEqual([searched('made', 1), searched('notes', 4)]);
    await client.deleteCollection({ name: 'made' });
  });

  it('names a collection that is had by its id alone by that id', async () => {
    const { id } = await on.notes();
    const { database, tenant } = await on.notes();
    const handle = instrumentChroma(Object.assign(on.client, { _tenant: tenant, _database: database }), {
      promptheus: on.instance,
    }).collection(id);
    await handle.query({ queryEmbeddings: [[1, 0]] });
    expect(await on.lines(/^vector_searches_total/)).toEqual([searched(id, 1)]);
  });

  it('tells no distance that was not asked for', async () => {
    const notes = await on.notes();
    await notes.query({ queryEmbeddings: [[1, 0]], include: ['documents'] });
    expect(await on.lines(/^vector_search_top_(score|distance)/)).toEqual([]);
    expect(await on.lines(/^vector_search_results_count_sum/)).toEqual([expect.stringMatching(/ 3$/)]);
  });

  it('tells no rows of a delete by a condition', async () => {
    const notes = await on.notes();
    await notes.delete({ where: { none: true } });
    expect(await on.lines(/^vector_write/)).toEqual([
      'vector_writes_total{company_id="unknown",collection="notes",operation="delete"} 1',
    ]);
  });

  it('counts no read that is no search', async () => {
    const notes = await on.notes();
    await notes.get({ ids: ['1'] });
    await notes.count();
    await notes.peek({ limit: 1 });
    expect(await on.lines(/^vector_/)).toEqual([]);
  });

  it('refuses what is no client and no collection, and options that are none', () => {
    expect(() => instrumentChroma({})).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
    expect(() => instrumentChroma(on.client, { collection: 'x' } as object)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
}

function embeddingCases(on: Setting): void {
  const embedded = 'embedding_duration_seconds_count{provider="chroma",model="length-of-text"}';

  it('times the embedding that hides in a search by text, and in a write', async () => {
    const notes = await on.notes();
    await notes.query({ queryTexts: ['a', 'to'], nResults: 2 });
    expect(await on.lines(/^embedding_(duration_seconds_count|batch_size_sum)/)).toEqual([
      `${embedded} 1`,
      'embedding_batch_size_sum{provider="chroma",model="length-of-text"} 2',
    ]);
    expect(await on.lines(/^vector_search_(top_k|results_count)_sum/)).toEqual([
      'vector_search_results_count_sum{company_id="unknown",collection="notes"} 4',
      'vector_search_top_k_sum{company_id="unknown",collection="notes"} 4',
    ]);
    await notes.update({ ids: ['1'], documents: ['a'] });
    await notes.update({ ids: ['1'], embeddings: [[1, 0]] });
    expect(await on.lines(/^embedding_duration_seconds_count/)).toEqual([`${embedded} 2`]);
  });

  it('counts a function that embeds queries by another of its own once', async () => {
    const own = {
      ...LENGTHS,
      generateForQueries(texts: string[]) {
        return this.generate(texts);
      },
    };
    const notes = await on.client.getCollection({ name: 'notes', embeddingFunction: own });
    await notes.query({ queryTexts: ['a'] });
    expect(await on.lines(/^embedding_duration_seconds_count/)).toEqual([`${embedded} 1`]);
  });

  it('tells an embedding that fails, and the search that fails by it', async () => {
    const broken = { ...LENGTHS, generate: async () => Promise.reject(new TypeError('no model')) };
    const notes = await on.client.getCollection({ name: 'notes', embeddingFunction: broken });
    await expect(notes.query({ queryTexts: ['a'] })).rejects.toThrow('no model');
    expect(await on.lines(/^llm_errors_total/)).toHaveLength(1);
    expect(await on.lines(/^vector_searches_total/)).toEqual([searched('notes', 1).replace('success', 'error')]);
  });
}

/** The server that runs here has no `search`: the real client is driven against one of ours that answers as Chroma's does. */
function searchCases(on: Setting, chromadb: Chroma): void {
  it('counts a search by its payloads, and calls no rank a score', async () => {
    const paths: string[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url ?? '');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ids: [['1', '2'], ['3']], scores: [[0.1, 0.2], [0.3]], select: [[], []] }));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as { port: number };
    const client = new chromadb.ChromaClient({ host: '127.0.0.1', port, tenant: 't', database: 'd' });
    const collection = instrumentChroma(client, { promptheus: on.instance }).collection('an-id');
    const nearest = new chromadb.Search().rank(chromadb.Knn({ query: [1, 0] }));
    const result = await collection.search([nearest.limit(2), { limit: 5, rank: { $knn: { query: [1, 0] } } }]);
    server.close();
    expect(result.ids).toEqual([['1', '2'], ['3']]);
    expect(paths.at(-1)).toContain('/collections/an-id/search');
    expect(
      await on.lines(/^vector_(searches_total|search_(top_k|results_count)_sum|search_top_(score|distance))/),
    ).toEqual([
      'vector_search_results_count_sum{company_id="unknown",collection="an-id"} 3',
      searched('an-id', 1),
      'vector_search_top_k_sum{company_id="unknown",collection="an-id"} 7',
    ]);
  });
}
