import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { instrumentMilvus } from '../../adapters/milvus/index.js';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { BAD_VECTOR, describeVectorClient, QUERY, ROWS, type VectorRow } from '../contract/vector-client.contract.js';
import { linesOf } from '../unit/instruments/default-instance.js';
import { type InstalledClient, onEveryClient } from './client-rows.js';
import { type Metric, type MilvusServer, milvusServer, NONE, SILENT } from './milvus-server.js';
import { runPageExample } from './page-example.js';

const CLIENTS: readonly InstalledClient[] = [
  { name: '@zilliz/milvus2-sdk-node 2.5', folder: 'milvus', alias: 'milvus-2-5' },
  { name: '@zilliz/milvus2-sdk-node 3', folder: 'milvus', alias: 'milvus-3-0' },
];
const COLLECTION = 'tickets';
const LABELS = `company_id="unknown",collection="${COLLECTION}"`;

// biome-ignore lint/suspicious/noExplicitAny: the client's types are of an optional install.
type Client = any;

onEveryClient(CLIENTS, (row, load, entry) => {
  const clients: Client[] = [];
  const connect = async ({ address }: MilvusServer, options: object = {}): Promise<Client> => {
    const client = new (load().MilvusClient)({ address, logLevel: 'none', maxRetries: 0, ...options });
    clients.push(client);
    await client.connectPromise;
    return client;
  };
  const closeAll = () => Promise.all(clients.splice(0).map((client) => client.closeConnection()));
  const search = (client: Client, vector: unknown, k: number, more: object = {}) =>
    client.search({ collection_name: COLLECTION, anns_field: 'vector', data: vector, limit: k, ...more });

  const contract = (metric: Metric, top: VectorRow<Client>['top']): void =>
    describeVectorClient<Client>({
      name: `${row.name}, ${metric}, our own gRPC server`,
      system: 'milvus',
      collection: COLLECTION,
      ...(top && { top }),
      async open() {
        const server = await milvusServer(entry, metric, ROWS);
        const close = () => closeAll().then(() => server.close());
        return { client: () => connect(server), close };
      },
      instrument: (client, options) => instrumentMilvus(client, options),
      search: (client, { vector, k, none }) =>
        search(client, vector, k, { metric_type: metric, ...(none && { filter: NONE }) }),
      searchMany: (client, vectors, k) => search(client, vectors, k, { metric_type: metric }),
      interrupted: {
        status: 'error',
        search: (client) => search(client, QUERY, 2, { filter: SILENT, timeout: 50 }),
      },
      writes: {
        upsert: (client, data) =>
          client.upsert({
            collection_name: COLLECTION,
            data: data.map(({ id, vector }) => ({ id, vector: [...vector] })),
          }),
        delete: (client, ids) => client.delete({ collection_name: COLLECTION, ids }),
      },
    });
  contract('COSINE', { metric: 'cosine', score: 0.96 });
  if (row.alias === 'milvus-3-0') contract('L2', { metric: 'l2', distance: 0.08 });

  describe(`${row.name}: instrumentMilvus`, () => {
    let server: MilvusServer;
    let instance: Promptheus;
    let client: Client;
    beforeAll(async () => {
      server = await milvusServer(entry, 'L2', ROWS);
    });
    afterAll(() => server.close());
    beforeEach(async () => {
      instance = createPromptheus({ default: false, registry: false, logger: false });
      client = instrumentMilvus(await connect(server), { promptheus: instance });
    });
    afterEach(closeAll);

    it('takes what a search does not name from the order of its rows, and no score from a single one', async () => {
      await search(client, QUERY, 1);
      expect(await linesOf(instance, 'vector_search_top_')).toEqual([
        `vector_search_top_k_count{${LABELS}} 1`,
        `vector_search_top_k_sum{${LABELS}} 1`,
      ]);
      await search(client, QUERY, 3);
      const [count] = await linesOf(instance, 'vector_search_top_distance_count');
      expect(count).toBe(`vector_search_top_distance_count{${LABELS},metric="unknown"} 1`);
    });

    it('reads the metric and the limit in search_params and params too', async () => {
      const old = { topk: 2, metric_type: 'L2', params: '{}', anns_field: 'vector' };
      await client.search({ collection_name: COLLECTION, data: QUERY, search_params: old });
      await search(client, QUERY, 2, { params: { metric_type: 'L2' } });
      expect(await linesOf(instance, 'vector_search_top_distance_count')).toEqual([
        `vector_search_top_distance_count{${LABELS},metric="l2"} 2`,
      ]);
      expect(await linesOf(instance, 'vector_search_top_k_sum')).toEqual([`vector_search_top_k_sum{${LABELS}} 4`]);
    });

    it('counts a hybrid search once, by either method, and takes no score from it', async () => {
      const data = [
        { anns_field: 'vector', data: QUERY },
        { anns_field: 'vector', data: QUERY },
      ];
      await client.search({ collection_name: COLLECTION, data, limit: 2 });
      await client.hybridSearch({ collection_name: COLLECTION, data, limit: 2 });
      expect(await linesOf(instance, 'vector_search')).toEqual([
        `vector_search_duration_seconds_count{${LABELS}} 2`,
        `vector_search_results_count_count{${LABELS}} 2`,
        `vector_search_results_count_sum{${LABELS}} 4`,
        `vector_search_top_k_count{${LABELS}} 2`,
        `vector_search_top_k_sum{${LABELS}} 4`,
        `vector_searches_total{${LABELS},system="milvus",status="success"} 2`,
      ]);
    });

    // 2.5 has no such methods.
    if (row.alias === 'milvus-3-0') {
      it('counts the pages of an iterator, and the searches of a session', async () => {
        const asked = { collection_name: COLLECTION, data: QUERY, batchSize: 2, limit: 3, anns_field: 'vector' };
        const pages: number[] = [];
        for await (const page of await client.searchIterator(asked)) pages.push(page.length);
        expect(pages).toEqual([2, 1]);
        await client.session('one').search({ collection_name: COLLECTION, data: QUERY, limit: 2 });
        expect(await linesOf(instance, 'vector_searches_total')).toEqual([
          `vector_searches_total{${LABELS},system="milvus",status="success"} 3`,
        ]);
      });
    }

    it('counts deleteEntities and insert', async () => {
      await client.insert({ collection_name: COLLECTION, data: [{ id: 9, vector: [1, 0] }] });
      await client.deleteEntities({ collection_name: COLLECTION, filter: 'id in [9]' });
      expect(await linesOf(instance, 'vector_write')).toEqual([
        `vector_write_batch_size_count{${LABELS},operation="delete"} 1`,
        `vector_write_batch_size_count{${LABELS},operation="upsert"} 1`,
        `vector_write_batch_size_sum{${LABELS},operation="delete"} 1`,
        `vector_write_batch_size_sum{${LABELS},operation="upsert"} 1`,
        `vector_writes_total{${LABELS},operation="delete"} 1`,
        `vector_writes_total{${LABELS},operation="upsert"} 1`,
      ]);
    });

    it("tells the status's word as the type of the error", async () => {
      const otel = createPromptheus({ default: false, registry: false, logger: false, naming: 'otel' });
      const observed = instrumentMilvus(await connect(server), { promptheus: otel });
      const { status } = await search(observed, BAD_VECTOR, 2);
      expect(status.error_code).toBe('IllegalArgument');
      expect((await linesOf(otel, 'db_client_operation_duration'))[0]).toContain('error_type="IllegalArgument"');
    });

    it('runs the example of its page', async () => {
      const env = { MILVUS_ADDRESS: server.address };
      const printed = await runPageExample('milvus.md', row, '@zilliz/milvus2-sdk-node', env);
      expect(printed).toContain('2 tickets\n');
      expect(printed).toContain(`vector_search_results_count_sum{${LABELS}} 2\n`);
    });

    it('refuses what is no client, and options that it does not know', () => {
      expect(() => instrumentMilvus({})).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
      const options = { metric: 'L2' } as object;
      expect(() => instrumentMilvus(client, options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    });
  });
});
