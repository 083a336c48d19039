import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { instrumentRedisSearch, type RedisSearchOptions } from '../../adapters/redis-search/index.js';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { describeVectorClient, QUERY, ROWS } from '../contract/vector-client.contract.js';
import { linesOf } from '../unit/instruments/default-instance.js';
import { type InstalledClient, onEveryClient } from './client-rows.js';
import { runPageExample } from './page-example.js';
import { type RedisSearchServer, redisSearchServer } from './redis-search-server.js';

const CLIENTS: readonly InstalledClient[] = [
  { name: 'redis 5.0', folder: 'redis-search', alias: 'redis-5-0' },
  { name: 'redis 5.12', folder: 'redis-search', alias: 'redis-5-12' },
  { name: 'redis 6.3', folder: 'redis-search', alias: 'redis-6-3' },
];
const INDEX = 'tickets';
const LABELS = `company_id="unknown",collection="${INDEX}"`;
/** Of the client's RESP_TYPES, which 5.0 does not export. */
const BLOB_STRING = '$'.charCodeAt(0);
const KNN = '*=>[KNN $k @vector $blob AS distance]';

// biome-ignore lint/suspicious/noExplicitAny: the client's types are of an optional install.
type Client = any;

const params = (vector: readonly number[], k = 2) => ({ blob: Buffer.from(Float32Array.from(vector).buffer), k });
const search = (client: Client, query = KNN, vector = QUERY, more: object = {}): Promise<Client> =>
  client.ft.search(INDEX, query, { PARAMS: params(vector), DIALECT: 2, ...more });

onEveryClient(CLIENTS, (row, load) => {
  const open: Client[] = [];
  const connect = async ({ url }: RedisSearchServer, options: object = {}): Promise<Client> => {
    const client = load().createClient({ url, ...options });
    open.push(client);
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const closeAll = () => {
    for (const client of open.splice(0)) client.destroy();
  };
  // Redis 5 has no transformed replies of searches for RESP3.
  const protocols = row.alias === 'redis-6-3' ? [2, 3] : [2];

  for (const RESP of protocols) {
    describeVectorClient<Client>({
      name: `${row.name}, RESP${RESP}, our own server`,
      system: 'redis',
      collection: INDEX,
      top: { metric: 'cosine', score: 0.96 },
      async open() {
        const server = await redisSearchServer(ROWS);
        return { client: () => connect(server, { RESP }), close: () => (closeAll(), server.close()) };
      },
      instrument: (client, options) => instrumentRedisSearch(client, { ...options, metric: 'cosine' }),
      search: (client, { vector, k, none = false }) =>
        search(client, none ? KNN.replace('*', '(@kind:{none})') : KNN, vector, { PARAMS: params(vector, k) }),
      interrupted: {
        status: 'aborted',
        search: (client) => search(client.withAbortSignal(AbortSignal.abort())),
      },
    });
  }

  describe(`${row.name}: instrumentRedisSearch`, () => {
    let server: RedisSearchServer;
    let instance: Promptheus;
    const observed = async (options: RedisSearchOptions = {}, of: object = {}) =>
      instrumentRedisSearch(await connect(server, of), { promptheus: instance, ...options });
    beforeAll(async () => {
      server = await redisSearchServer(ROWS);
    });
    afterAll(() => server.close());
    beforeEach(() => {
      instance = createPromptheus({ default: false, registry: false, logger: false });
    });
    afterEach(closeAll);
    const lines = (name: string) => linesOf(instance, name);

    it('leaves queries without a vector, and those that only count, unrecorded', async () => {
      const client = await observed();
      expect((await search(client, '@title:knn')).documents).toHaveLength(3);
      await search(client, KNN, QUERY, { LIMIT: { from: 0, size: 0 } });
      await client.ft.aggregate(INDEX, '*');
      expect(await lines('vector_')).toEqual([]);
    });

    it('tells the rows that came, not those that matched', async () => {
      const { total, documents } = await search(await observed());
      expect([total, documents.length]).toEqual([9, 2]);
      expect(await lines('vector_search_results_count_sum')).toEqual([`vector_search_results_count_sum{${LABELS}} 2`]);
    });

    it.each([
      ['a number of neighbours', '*=>[KNN 2 @vector $blob AS distance]'],
      ['a runtime attribute', '(@open:{yes})=>[KNN 2 @vector $blob EF_RUNTIME 50 AS distance]'],
      ['the default name of the distance', '*=>[knn 2 @vector $blob]'],
      ['a name given by an attribute', '*=>[KNN 2 @vector $blob]=>{$YIELD_DISTANCE_AS: near}'],
      ['bytes as the query', Buffer.from(KNN)],
    ])('reads a query with %s', async (_, query) => {
      await search(await observed(), query as string);
      const top = 'vector_search_top_distance_count';
      expect(await lines('vector_search_top_k_sum')).toEqual([`vector_search_top_k_sum{${LABELS}} 2`]);
      expect(await lines(top)).toEqual([`${top}{${LABELS},metric="unknown"} 1`]);
    });

    it('takes the metric of an index from a function, and turns the distance of ip round', async () => {
      await search(await observed({ metric: (index) => (index === INDEX ? 'ip' : undefined) }));
      const [count, sum] = await lines('vector_search_top_score');
      expect(count).toBe(`vector_search_top_score_count{${LABELS},metric="ip"} 1`);
      expect(Number(sum?.split(' ').at(-1))).toBeCloseTo(0.96, 4);
    });

    it('counts a function that throws, and tells the rest', async () => {
      const metric = () => {
        throw new Error('not an index of ours');
      };
      await search(await observed({ metric }));
      expect(await lines('promptheus_internal_errors_total')).toEqual([
        'promptheus_internal_errors_total{part="redis_search_metric"} 1',
      ]);
      expect(await lines('vector_search_results_count_sum')).toEqual([`vector_search_results_count_sum{${LABELS}} 2`]);
      expect(await lines('vector_search_top_distance_count')).toHaveLength(1);
    });

    it('tells aggregations, and searches for ids, which have no score', async () => {
      const client = await observed();
      await client.ft.aggregate(INDEX, KNN, { PARAMS: params(QUERY), DIALECT: 2 });
      await client.ft.searchNoContent(INDEX, KNN, { PARAMS: params(QUERY), DIALECT: 2 });
      expect(await lines('vector_')).toEqual([
        `vector_search_duration_seconds_count{${LABELS}} 2`,
        `vector_search_results_count_count{${LABELS}} 2`,
        `vector_search_results_count_sum{${LABELS}} 4`,
        `vector_search_top_distance_count{${LABELS},metric="unknown"} 1`,
        expect.stringContaining('vector_search_top_distance_sum'),
        `vector_search_top_k_count{${LABELS}} 2`,
        `vector_search_top_k_sum{${LABELS}} 4`,
        `vector_searches_total{${LABELS},system="redis",status="success"} 2`,
      ]);
    });

    // 5.0 has no such method.
    if (row.alias !== 'redis-5-0') {
      it('tells hybrid searches, and no score of them', async () => {
        const client = await observed();
        const method = { type: 'KNN', K: 2 };
        await client.ft.hybrid(INDEX, {
          SEARCH: { query: '*' },
          VSIM: { field: '@vector', vector: params(QUERY).blob, method },
        });
        expect(await lines('vector_')).toEqual([
          `vector_search_duration_seconds_count{${LABELS}} 1`,
          `vector_search_results_count_count{${LABELS}} 1`,
          `vector_search_results_count_sum{${LABELS}} 2`,
          `vector_search_top_k_count{${LABELS}} 1`,
          `vector_search_top_k_sum{${LABELS}} 2`,
          `vector_searches_total{${LABELS},system="redis",status="success"} 1`,
        ]);
      });
    }

    it('keeps the views of a client and of its duplicate as they are, and counts their searches', async () => {
      const bytes = { [BLOB_STRING]: Buffer };
      const views = async (client: Client): Promise<Client[]> => {
        const duplicate = client.duplicate();
        open.push(duplicate);
        await duplicate.connect();
        return [client.withTypeMapping(bytes), client.asap().withTypeMapping(bytes), duplicate.withTypeMapping(bytes)];
      };
      const found = (of: Client[]) => Promise.all(of.map((view) => search(view)));
      const expected = await found(await views(await connect(server)));
      const results = await found(await views(await observed()));
      expect(results).toEqual(expected);
      for (const { documents } of results) expect(Buffer.isBuffer(documents[0].value.distance)).toBe(true);
      const top = 'vector_search_top_distance_count';
      expect(await lines(top)).toEqual([`${top}{${LABELS},metric="unknown"} 3`]);
    });

    it('keeps the views of a client that inherit from it, as those of a duplicate do', async () => {
      const duplicate = (await connect(server)).duplicate();
      open.push(duplicate);
      await duplicate.connect();
      const client = instrumentRedisSearch(duplicate, { promptheus: instance });
      const { documents } = await search(client.withTypeMapping({ [BLOB_STRING]: Buffer }));
      expect(Buffer.isBuffer(documents[0].value.distance)).toBe(true);
      expect(await lines('vector_search_top_distance_count')).toHaveLength(1);
    });

    it('counts once on a client whose commands were used before, and on one that is instrumented twice', async () => {
      const used = await connect(server);
      await search(used);
      await search(instrumentRedisSearch(used, { promptheus: instance }));
      await search(instrumentRedisSearch(await observed(), { promptheus: instance }));
      expect(await lines('vector_searches_total')).toEqual([
        `vector_searches_total{${LABELS},system="redis",status="success"} 2`,
      ]);
    });

    it('counts the searches of a duplicate and of a pool', async () => {
      const client = await observed();
      const duplicate = client.duplicate();
      const pool = client.createPool();
      await Promise.all([duplicate.connect(), pool.connect()]);
      await Promise.all([search(duplicate), search(pool)]);
      expect(await lines('vector_searches_total')).toEqual([
        `vector_searches_total{${LABELS},system="redis",status="success"} 2`,
      ]);
      await pool.close();
      duplicate.destroy();
    });

    it('runs the example of its page', async () => {
      const printed = await runPageExample('redis-search.md', row, 'redis', { REDIS_URL: server.url });
      expect(printed).toContain('2 tickets\n');
      expect(printed).toContain(`vector_search_top_score_count{${LABELS},metric="cosine"} 1\n`);
    });

    it('refuses what is no client, and options that cannot be', async () => {
      const client = await connect(server);
      const refuses = (of: object, options: object, code: string) =>
        expect(() => instrumentRedisSearch(of, options)).toThrow(expect.objectContaining({ code }));
      refuses({}, {}, 'NOT_A_CLIENT');
      refuses(client, { metric: 'COSINE' }, 'INVALID_OPTION');
      refuses(client, { index: 'tickets' }, 'INVALID_OPTION');
    });
  });
});
