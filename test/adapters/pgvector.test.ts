import { once } from 'node:events';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instrumentPgVector } from '../../adapters/pgvector/index.js';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { describeVectorClient, type VectorEntry, type VectorRow } from '../contract/vector-client.contract.js';
import { onEveryClient } from './client-rows.js';
import { alsoInstalled, type Pg, startPostgres } from './pgvector-server.js';

const SEARCH = 'SELECT id, embedding <=> $1 AS distance FROM notes ORDER BY distance LIMIT $2';
const COUNT = 'vector_searches_total{company_id="unknown",collection="notes",system="postgresql",status="success"}';

onEveryClient(
  [{ name: 'pg 8 on PGlite with pgvector, over a socket', folder: 'pgvector', alias: 'pg' }],
  (row, load) => {
    const pg = load();
    let started: Promise<Server> | undefined;
    const server = () => (started ??= startPostgres(pg));
    afterAll(async () => (await started)?.stop());
    const contract = (form: Form) => describeVectorClient(contractRow(row.name, pg, server, form));
    contract({ name: 'pool, cosine distance', pooled: true, text: SEARCH, top: { metric: 'cosine', score: 0.96 } });
    contract({
      name: 'client, L2',
      text: 'SELECT *, embedding <-> $1 AS "How far" FROM notes WHERE id > 0 ORDER BY 3 LIMIT $2::int',
      top: { metric: 'l2', distance: Math.sqrt(0.08) },
    });
    contract({
      name: 'client, inner product turned round',
      text: 'SELECT n.id, (n.embedding <#> $1::vector) * -1 AS score FROM public.notes n ORDER BY score DESC LIMIT $2',
      collection: 'public.notes',
      top: { metric: 'dot', score: 0.96 },
    });
    describe(`${row.name}: instrumentPgVector`, () => {
      const on = new Setting(pg);
      beforeEach(async () => on.renew(await server()));
      afterEach(() => on.end());
      formCases(on);
      poolCases(on);
      passingCases(on);
      setUpCases(on);
    });
  },
);

type Server = Awaited<ReturnType<typeof startPostgres>>;

interface Form {
  readonly name: string;
  readonly text: string;
  readonly pooled?: boolean;
  readonly collection?: string;
  readonly top: NonNullable<VectorRow<Pg>['top']>;
}

function contractRow(
  name: string,
  pg: Pg,
  server: () => Promise<Server>,
  { text, pooled = false, collection = 'notes', ...form }: Form,
): VectorRow<Pg> {
  const unmatched = text.replace(/(?:WHERE id > 0 )?ORDER/, 'WHERE id < 0 ORDER');
  return {
    name: `${name}: ${form.name}`,
    system: 'postgresql',
    collection,
    top: form.top,
    async open() {
      const { config } = await server();
      const opened: Pg[] = [];
      return {
        async client() {
          const client = pooled ? new pg.Pool({ ...config, max: 2 }) : new pg.Client(config);
          if (!pooled) await client.connect();
          opened.push(client);
          return client;
        },
        async close() {
          for (const client of opened) await client.end();
        },
      };
    },
    instrument: instrumentPgVector,
    search: (client, { vector, k, none }) => client.query(none ? unmatched : text, [literal(vector), k]),
    interrupted: {
      status: 'error',
      search: (client) =>
        client.query({
          text: `SELECT id, pg_sleep(1) FROM ${collection} ORDER BY embedding <=> '[1,0]'`,
          query_timeout: 20,
        }),
    },
    writes: {
      upsert: (client, rows) => client.query(insert(collection, rows)),
      delete: (client, ids) =>
        client.query(`DELETE FROM ${collection} WHERE id = ANY($1) AND embedding <=> '[1,1]' >= 0`, [ids]),
    },
    comparable: (result) => ({ rows: (result as Pg).rows, rowCount: (result as Pg).rowCount }),
  };
}

function literal(vector: readonly number[]): string {
  return `[${vector.join(',')}]`;
}

function insert(table: string, rows: readonly VectorEntry[]): { text: string; values: unknown[] } {
  const places = rows.map((_, index) => `($${2 * index + 1}, $${2 * index + 2}::vector)`);
  return {
    text: `INSERT INTO ${table} (id, embedding) VALUES ${places}`,
    values: rows.flatMap(({ id, vector }) => [id, literal(vector)]),
  };
}

/** For each case a fresh instance, with a client and a pool that record into it. */
class Setting {
  server!: Server;
  instance!: Promptheus;
  client!: Pg;
  pool!: Pg;

  constructor(readonly pg: Pg) {}

  async renew(server: Server): Promise<void> {
    this.server = server;
    this.instance = createPromptheus({ default: false, registry: false, logger: false });
    const { config } = this.server;
    this.client = instrumentPgVector(new this.pg.Client(config), { promptheus: this.instance });
    this.pool = instrumentPgVector(new this.pg.Pool({ ...config, max: 1 }), { promptheus: this.instance });
    await this.client.connect();
  }

  async end(): Promise<void> {
    await this.client.end();
    await this.pool.end();
  }

  async lines(pattern = /^vector_(searches|writes)_total/): Promise<string[]> {
    const text = (await this.instance.scrape()).body.toString();
    return text.split('\n').filter((line) => pattern.test(line));
  }
}

const VALUES = ['[0.6,0.8]', 2];

function formCases(on: Setting): void {
  it('counts a text, a config, a config with values beside it and a prepared statement alike', async () => {
    await on.client.query(SEARCH, VALUES);
    await on.client.query({ text: SEARCH, values: VALUES });
    await on.client.query({ text: SEARCH }, VALUES);
    await on.client.query({ name: 'nearest', text: SEARCH, values: VALUES });
    await on.client.query({ name: 'nearest', text: SEARCH, values: VALUES });
    expect(await on.lines()).toEqual([`${COUNT} 5`]);
    expect(await on.lines(/^vector_search_top_k_sum/)).toEqual([expect.stringMatching(/ 10$/)]);
  });

  it('counts the callback form, with what it gives and what it fails with', async () => {
    const result = await new Promise<Pg>((give, fail) => {
      const returned = on.client.query(SEARCH, VALUES, (error: unknown, found: Pg) =>
        error ? fail(error) : give(found),
      );
      expect(returned).toBeUndefined();
    });
    expect(result.rows.map(({ id }: Pg) => id)).toEqual([2, 3]);
    const error = await new Promise((give) => on.client.query(SEARCH, ['[1,2,3]', 2], give));
    expect(error).toHaveProperty('code', '22000');
    expect(await on.lines()).toEqual([`${COUNT} 1`, `${COUNT.replace('success', 'error')} 1`]);
    expect(await on.lines(/^vector_search_results_count_sum/)).toEqual([expect.stringMatching(/ 2$/)]);
  });

  it('throws what pg throws at once', () => {
    expect(() => on.client.query(null)).toThrow(TypeError);
  });

  it('finds the search among several statements of one text', async () => {
    await on.client.query(
      `BEGIN; SET LOCAL hnsw.ef_search = 50; SELECT id FROM notes ORDER BY embedding <-> '[1,0]' LIMIT 1; COMMIT`,
    );
    expect(await on.lines()).toEqual([`${COUNT} 1`]);
    expect(await on.lines(/^vector_search_results_count_sum/)).toEqual([expect.stringMatching(/ 1$/)]);
  });

  it('takes the nearest of the rows in whatever order they come', async () => {
    await on.client.query(`SELECT id, 1 - (embedding <=> '[0.6,0.8]') AS similarity FROM notes ORDER BY id`);
    const [sum] = await on.lines(/^vector_search_top_score_sum/);
    expect(Number(sum?.split(' ').at(-1))).toBeCloseTo(0.96, 5);
  });

  it('tells no score of rows that are arrays', async () => {
    await on.client.query({ text: SEARCH, values: VALUES, rowMode: 'array' });
    expect(await on.lines()).toEqual([`${COUNT} 1`]);
    expect(await on.lines(/^vector_search_top_(score|distance)/)).toEqual([]);
  });
}

function poolCases(on: Setting): void {
  it('counts a statement of a pool once, also where it waited for a client that was lent out before', async () => {
    const lent = await on.pool.connect();
    const waiting = [on.pool.query(SEARCH, VALUES), on.pool.query(SEARCH, VALUES)];
    await lent.query(SEARCH, VALUES);
    lent.release();
    await Promise.all(waiting);
    expect(await on.lines()).toEqual([`${COUNT} 3`]);
  });

  it('observes the clients that a pool lends, by promise and by callback, and again when they come back', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const client = await on.pool.connect();
      await client.query(SEARCH, VALUES);
      client.release();
    }
    await new Promise<void>((give) => {
      on.pool.connect((_: unknown, client: Pg, release: () => void) => {
        client.query(SEARCH, VALUES, () => give(release()));
      });
    });
    expect(await on.lines()).toEqual([`${COUNT} 3`]);
  });

  it('counts once where the clients of a pool were given to it for themselves too', async () => {
    const pool = new on.pg.Pool({ ...on.server.config, max: 1 });
    pool.on('connect', (client: Pg) => instrumentPgVector(client, { promptheus: on.instance }));
    instrumentPgVector(pool, { promptheus: on.instance });
    const lent = await pool.connect();
    const waiting = [pool.query(SEARCH, VALUES), pool.query(SEARCH, VALUES)];
    lent.release();
    await Promise.all(waiting);
    await pool.end();
    expect(await on.lines()).toEqual([`${COUNT} 2`]);
  });

  it('counts the callback form of a pool', async () => {
    await new Promise((give) => on.pool.query(SEARCH, VALUES, give));
    expect(await on.lines()).toEqual([`${COUNT} 1`]);
  });

  it('counts a search that got no connection', async () => {
    const nowhere = new on.pg.Pool({ ...on.server.config, port: 1 });
    const pool = instrumentPgVector(nowhere, { promptheus: on.instance });
    await expect(pool.query(SEARCH, VALUES)).rejects.toThrow('ECONNREFUSED');
    expect(await on.lines()).toEqual([`${COUNT.replace('success', 'error')} 1`]);
  });
}

function passingCases(on: Setting): void {
  it('leaves other statements alone', async () => {
    await on.client.query('SELECT 1');
    await on.client.query(`SELECT * FROM notes WHERE id = ANY($1)`, [[1, 2]]);
    await on.client.query(`SELECT 'a <=> b' AS text -- ORDER BY a <-> b`);
    await on.client.query(`SELECT point '(0,0)' <-> point '(3,4)'`);
    await on.client.query(`SELECT to_tsquery('fox <-> whale')`);
    await on.client.query(`EXPLAIN ${SEARCH.replace('$1', `'[1,0]'`).replace('$2', '1')}`);
    await on.pool.query('SELECT 1');
    expect(await on.lines(/^vector_|^promptheus_internal/)).toEqual([]);
  });

  it('hands a cursor on itself', async () => {
    const Cursor = alsoInstalled('pg-cursor');
    const cursor = new Cursor(SEARCH, VALUES);
    expect(on.client.query(cursor)).toBe(cursor);
    expect((await cursor.read(1)).map(({ id }: Pg) => id)).toEqual([2]);
    await cursor.close();
    expect(await on.lines()).toEqual([]);
  });

  it('hands a query that submits itself on itself', async () => {
    const query = new on.pg.Query('SELECT 1 AS one');
    const answer = Promise.all([once(query, 'row'), once(query, 'end')]);
    expect(on.client.query(query)).toBe(query);
    expect((await answer)[0][0]).toEqual({ one: 1 });
  });

  it('works beside the types of the pgvector package', async () => {
    const pgvector = alsoInstalled('pgvector/pg');
    await pgvector.registerTypes(on.client);
    const { rows } = await on.client.query('SELECT embedding FROM notes ORDER BY embedding <-> $1 LIMIT 1', [
      pgvector.toSql([1, 0]),
    ]);
    expect(rows).toEqual([{ embedding: [1, 0] }]);
    expect(await on.lines()).toEqual([`${COUNT} 1`]);
  });
}

function setUpCases(on: Setting): void {
  it('names the collection as it is told to', async () => {
    const client = new on.pg.Client(on.server.config);
    instrumentPgVector(client, { promptheus: on.instance, collection: 'kept' });
    await client.connect();
    await client.query(SEARCH, VALUES);
    await client.end();
    expect(await on.lines()).toEqual([`${COUNT.replace('notes', 'kept')} 1`]);
  });

  it('refuses what is no client, and options that are none', () => {
    const refused = (code: string) => expect.objectContaining({ code });
    expect(() => instrumentPgVector({})).toThrow(refused('NOT_A_CLIENT'));
    expect(() => instrumentPgVector(on.client, { table: 'notes' } as object)).toThrow(refused('INVALID_OPTION'));
    expect(() => instrumentPgVector(on.client, { collection: '' })).toThrow(refused('INVALID_OPTION'));
  });
}
