import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { instrumentWeaviate } from '../../adapters/weaviate/index.js';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { BAD_VECTOR, describeVectorClient, QUERY, ROWS, type VectorRow } from '../contract/vector-client.contract.js';
import { linesOf } from '../unit/instruments/default-instance.js';
import { type InstalledClient, onEveryClient } from './client-rows.js';
import { runPageExample } from './page-example.js';
import { SILENT, uuidOf, type WeaviateServer, weaviateServer } from './weaviate-server.js';

const CLIENTS: readonly InstalledClient[] = [
  { name: 'weaviate-client 3.0', folder: 'weaviate', alias: 'weaviate-3-0' },
  { name: 'weaviate-client 3.14', folder: 'weaviate', alias: 'weaviate-3-14' },
];
const LABELS = 'company_id="unknown",collection="Tickets"';
const ASKED = { limit: 2, returnMetadata: ['distance', 'certainty', 'score'] };

// biome-ignore lint/suspicious/noExplicitAny: the client's types are of an optional install.
type Client = any;

onEveryClient(CLIENTS, (row, load, entry) => {
  const open: Client[] = [];
  const connect = async ({ httpPort, grpcPort }: WeaviateServer): Promise<Client> => {
    const client = await load().default.connectToLocal({ host: '127.0.0.1', port: httpPort, grpcPort });
    open.push(client);
    return client;
  };
  const closeAll = () => Promise.all(open.splice(0).map((client) => client.close()));
  // It takes no signal, and an image as text only.
  const oldest = row.alias === 'weaviate-3-0';
  const deleteMany = ({ data, filter }: Client, ids: readonly number[], options?: object) =>
    data.deleteMany(filter.byId().containsAny(ids.map(uuidOf)), options);
  const interrupted: VectorRow<Client>['interrupted'] = {
    status: 'aborted',
    search(client) {
      const abort = new AbortController();
      const asked = { ...ASKED, limit: SILENT };
      const { query } = client.collections.get('Tickets');
      const found = query.nearVector([...QUERY], asked, { abortSignal: abort.signal });
      abort.abort();
      return found;
    },
  };

  describeVectorClient<Client>({
    name: `${row.name}, our own gRPC server`,
    system: 'weaviate',
    collection: 'Tickets',
    top: { metric: 'cosine', score: 0.96 },
    async open() {
      const server = await weaviateServer(entry, ROWS);
      return { client: () => connect(server), close: () => closeAll().then(() => server.close()) };
    },
    instrument: (client, options) => instrumentWeaviate(client, options),
    search(client, { vector, k, none }) {
      const { query, filter } = client.collections.get('Tickets');
      const filters = none ? filter.byProperty('kind').equal('none') : undefined;
      return query.nearVector([...vector], { ...ASKED, limit: k, filters });
    },
    ...(!oldest && { interrupted }),
    writes: {
      upsert: (client, rows) =>
        client.collections
          .get('Tickets')
          .data.insertMany(rows.map(({ id, vector }) => ({ id: uuidOf(id), properties: {}, vectors: [...vector] }))),
      delete: (client, ids) => deleteMany(client.collections.get('Tickets'), ids),
    },
    comparable: (result) => ({ ...(result as object), elapsedSeconds: undefined }),
  });

  describe(`${row.name}: instrumentWeaviate`, () => {
    let server: WeaviateServer;
    let instance: Promptheus;
    let client: Client;
    beforeAll(async () => {
      server = await weaviateServer(entry, ROWS);
    });
    afterAll(() => server.close());
    beforeEach(async () => {
      instance = createPromptheus({ default: false, registry: false, logger: false });
      client = instrumentWeaviate(await connect(server), { promptheus: instance });
    });
    afterEach(closeAll);
    const lines = (name: string) => linesOf(instance, name);
    const searches = (count: number, collection = 'Tickets') => [
      `vector_searches_total{company_id="unknown",collection="${collection}",system="weaviate",status="success"} ${count}`,
    ];

    it('tells no score that was not asked for, and a distance alone as one of an unknown metric', async () => {
      const { query } = client.collections.get('Tickets');
      await query.nearVector([...QUERY], { limit: 2 });
      expect(await lines('vector_search_top_')).toEqual([
        `vector_search_top_k_count{${LABELS}} 1`,
        `vector_search_top_k_sum{${LABELS}} 2`,
      ]);
      await query.nearVector([...QUERY], { limit: 2, returnMetadata: ['distance'] });
      const [count, sum] = await lines('vector_search_top_distance');
      expect(count).toBe(`vector_search_top_distance_count{${LABELS},metric="unknown"} 1`);
      expect(Number(sum?.split(' ').at(-1))).toBeCloseTo(0.04, 4);
    });

    it('takes no dot product, which is told as a distance below 0, for a distance', async () => {
      await client.collections.get('Dots').query.nearVector([...QUERY], ASKED);
      expect(await lines('vector_search_results_count_sum')).toHaveLength(1);
      expect(await lines('vector_search_top_distance')).toEqual([]);
    });

    it('tells every vector search of query and generate, and what was asked of it', async () => {
      const { query, generate } = client.collections.get('Tickets');
      const image = oldest ? btoa('image') : Buffer.from('image');
      const prompt = { singlePrompt: 'summarize' };
      await query.nearText('refund', ASKED);
      await query.nearObject(uuidOf(1), ASKED);
      await query.nearImage(image, ASKED);
      await query.nearMedia(image, 'audio', ASKED);
      await query.hybrid('refund', ASKED);
      await query.nearVector([...QUERY], {
        ...ASKED,
        groupBy: { property: 'kind', numberOfGroups: 1, objectsPerGroup: 2 },
      });
      await generate.nearText('refund', prompt, ASKED);
      await generate.nearObject(uuidOf(1), prompt, ASKED);
      await generate.nearImage(image, prompt, ASKED);
      await generate.nearMedia(image, 'audio', prompt, ASKED);
      await generate.hybrid('refund', prompt, ASKED);
      const { objects } = await generate.nearVector([...QUERY], prompt, ASKED);
      expect(objects[0].generated).toBe('a summary');
      expect((await lines('vector_')).filter((line) => !line.includes('score_sum'))).toEqual([
        `vector_search_duration_seconds_count{${LABELS}} 12`,
        `vector_search_results_count_count{${LABELS}} 12`,
        `vector_search_results_count_sum{${LABELS}} 24`,
        `vector_search_top_k_count{${LABELS}} 12`,
        `vector_search_top_k_sum{${LABELS}} 24`,
        `vector_search_top_score_count{${LABELS},metric="cosine"} 10`,
        ...searches(12),
      ]);
    });

    it('leaves what searches no vectors unrecorded', async () => {
      const { query, generate } = client.collections.get('Tickets');
      await query.bm25('refund', ASKED);
      await query.fetchObjects(ASKED);
      await generate.bm25('refund', { singlePrompt: 'summarize' }, ASKED);
      expect(await lines('vector_')).toEqual([]);
    });

    it('observes whatever collection the client makes, by the one name that the server knows', async () => {
      const { collections } = client;
      const made = [
        collections.get('tickets'),
        ...(collections.use ? [collections.use('Tickets')] : []),
        await collections.create({ name: 'Tickets' }),
        await collections.createFromSchema({ class: 'Tickets' }),
        collections.get('tickets').withTenant('acme'),
        collections.get('Tickets').withConsistency('ONE').withTenant('acme'),
      ];
      for (const collection of made) await collection.query.nearVector([...QUERY], ASKED);
      expect(await lines('vector_searches_total')).toEqual(searches(made.length));
    });

    it('observes one collection of a client that is not', async () => {
      const bare = await connect(server);
      const collection = bare.collections.get('Notes');
      expect(instrumentWeaviate(collection, { promptheus: instance })).toBe(collection);
      await collection.query.nearVector([...QUERY], ASKED);
      await bare.collections.get('Notes').query.nearVector([...QUERY], ASKED);
      expect(await lines('vector_searches_total')).toEqual(searches(1, 'Notes'));
    });

    it('tells writes of one object, the stored part of many, and no dry run', async () => {
      const tickets = client.collections.get('Tickets');
      const { data } = tickets;
      const id = uuidOf(8);
      await data.insert({ id, properties: {}, vectors: [1, 0] });
      await data.replace({ id, properties: {}, vectors: [1, 0] });
      await data.update({ id, properties: {}, vectors: [1, 0] });
      await deleteMany(tickets, [8], { dryRun: true });
      await data.deleteById(id);
      const { hasErrors } = await data.insertMany([
        { id, properties: {}, vectors: [1, 0] },
        { id: uuidOf(9), properties: {}, vectors: [...BAD_VECTOR] },
      ]);
      expect(hasErrors).toBe(true);
      await deleteMany(tickets, [8, 9]);
      expect(await lines('vector_write')).toEqual([
        `vector_write_batch_size_count{${LABELS},operation="delete"} 2`,
        `vector_write_batch_size_count{${LABELS},operation="upsert"} 4`,
        `vector_write_batch_size_sum{${LABELS},operation="delete"} 2`,
        `vector_write_batch_size_sum{${LABELS},operation="upsert"} 4`,
        `vector_writes_total{${LABELS},operation="delete"} 2`,
        `vector_writes_total{${LABELS},operation="upsert"} 4`,
      ]);
    });

    it('runs the example of its page', async () => {
      const ports = { WEAVIATE_PORT: String(server.httpPort), WEAVIATE_GRPC_PORT: String(server.grpcPort) };
      const env = { WEAVIATE_HOST: '127.0.0.1', ...ports };
      const printed = await runPageExample('weaviate.md', row, 'weaviate-client', env);
      expect(printed).toContain('2 tickets\n');
      expect(printed).toContain(`vector_search_top_score_count{${LABELS},metric="cosine"} 1\n`);
    });

    it('refuses what is no client, and options that it does not know', () => {
      expect(() => instrumentWeaviate({})).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
      const options = { metric: 'cosine' } as object;
      expect(() => instrumentWeaviate(client, options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    });
  });
});
