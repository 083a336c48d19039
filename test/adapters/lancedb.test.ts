import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect, Index, type Table, type VectorQuery } from '@lancedb/lancedb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { instrumentLanceDB } from '../../adapters/lancedb/index.js';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { describeVectorClient, ROWS, type VectorEntry, type VectorRow } from '../contract/vector-client.contract.js';

/** LanceDB cuts a vector that is too long; what it refuses is a row with a column that the table lacks. */
const entries = (rows: readonly VectorEntry[]) =>
  rows.map(({ id, vector }) => (vector.length === 2 ? { id, vector: [...vector] } : { id, vector, stranger: true }));

async function openDatabase(): Promise<{ db: Connection; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'promptheus-lancedb-'));
  const db = await connect(folder);
  return {
    db,
    async close() {
      db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function row(
  metric: 'l2' | 'cosine' | 'dot',
  top: NonNullable<VectorRow<Table>['top']>,
  upsert: (table: Table, rows: Record<string, unknown>[]) => Promise<unknown>,
): VectorRow<Table> {
  return {
    name: `@lancedb/lancedb 0.31, embedded, ${metric}`,
    system: 'lancedb',
    collection: 'notes',
    top,
    async open() {
      const { db, close } = await openDatabase();
      await db.createTable('notes', entries(ROWS));
      return { client: () => db.openTable('notes'), close };
    },
    instrument: instrumentLanceDB,
    search(table, { vector, k, none }) {
      const query = table
        .query()
        .nearestTo([...vector])
        .distanceType(metric)
        .limit(k);
      return (none ? query.where('id < 0') : query).toArray();
    },
    searchMany: (table, vectors, k) =>
      (table.search(vectors.map((vector) => [...vector])) as VectorQuery).distanceType(metric).limit(k).toArray(),
    writes: {
      upsert: (table, rows) => upsert(table, entries(rows)),
      delete: (table, ids) => table.delete(`id in (${ids.join(', ')})`),
    },
    // Rows are views of Arrow's buffers. A version goes up with each write.
    comparable: (result) => (Array.isArray(result) ? JSON.parse(JSON.stringify(result)) : typeof result),
  };
}

describeVectorClient(row('cosine', { metric: 'cosine', score: 0.96 }, (table, rows) => table.add(rows)));
describeVectorClient(
  row('l2', { metric: 'l2', distance: 0.08 }, (table, rows) =>
    table.mergeInsert('id').whenMatchedUpdateAll().whenNotMatchedInsertAll().useIndex(false).execute(rows),
  ),
);
describeVectorClient(row('dot', { metric: 'dot', score: 0.96 }, (table, rows) => table.add(rows)));

describe('LanceDB', () => {
  let database: Awaited<ReturnType<typeof openDatabase>>;
  let instance: Promptheus;
  let table: Table;

  const lines = async () => {
    const text = (await instance.scrape()).body.toString();
    return text.split('\n').filter((line) => /^(vector_|promptheus_internal)/.test(line) && !/_bucket|_sum/.test(line));
  };
  const searches = async () => (await lines()).filter((line) => line.startsWith('vector_searches_total'));
  const tops = async () => (await lines()).filter((line) => line.startsWith('vector_search_top_')).slice(0, -1);

  beforeAll(async () => {
    database = await openDatabase();
    const words = ['red fox', 'brown fox', 'blue whale'];
    const made = await database.db.createTable(
      'texts',
      ROWS.map(({ id, vector }) => ({ id, vector: [...vector], text: words[id - 1] ?? '' })),
    );
    await made.createIndex('text', { config: Index.fts() });
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    instance = createPromptheus({ default: false, registry: false, logger: false });
    table = instrumentLanceDB(await database.db.openTable('texts'), { promptheus: instance });
  });

  const counted = (status: string, count = 1) => [
    `vector_searches_total{company_id="unknown",collection="texts",system="lancedb",status="${status}"} ${count}`,
  ];

  it('stays with a builder through every method of a chain', async () => {
    const found = await table
      .vectorSearch([0.6, 0.8])
      .where('id > 0')
      .select(['id', '_distance'])
      .distanceType('cosine')
      .nprobes(4)
      .refineFactor(2)
      .column('vector')
      .bypassVectorIndex()
      .postfilter()
      .withRowId()
      .offset(0)
      .limit(2)
      .toArray();
    expect(found).toHaveLength(2);
    expect(await searches()).toEqual(counted('success'));
    expect(await tops()).toEqual([
      'vector_search_top_score_count{company_id="unknown",collection="texts",metric="cosine"} 1',
    ]);
  });

  it('stays with the new builder that a vector yet to come gives', async () => {
    const query = table
      .query()
      .limit(1)
      .nearestTo(Promise.resolve([0.6, 0.8]));
    await query.addQueryVector(Promise.resolve([1, 0])).toArray();
    expect(await searches()).toEqual(counted('success'));
    expect((await instance.scrape()).body.toString()).toMatch(/vector_search_top_k_sum\{[^}]*} 2\n/);
  });

  it('counts each time that a builder is asked for rows, and none that only reads', async () => {
    const query = table.vectorSearch([0.6, 0.8]).limit(2);
    await query.toArray();
    await query.toArrow();
    await query.explainPlan();
    await table.query().limit(2).toArray();
    await table.query().where('id = 1').toArrow();
    expect(await searches()).toEqual(counted('success', 2));
  });

  it('counts batches as their rows, also where there is none', async () => {
    const ids: number[] = [];
    for await (const batch of table.vectorSearch([0.6, 0.8]).distanceType('l2')) ids.push(...batch.getChild('id')!);
    expect(ids).toHaveLength(3);
    for await (const _ of table.vectorSearch([0.6, 0.8]).where('id < 0')) throw new Error('there is a batch');
    const text = (await instance.scrape()).body.toString();
    expect(await searches()).toEqual(counted('success', 2));
    expect(text).toMatch(/vector_search_results_count_sum\{[^}]*} 3\n/);
    expect(text).toMatch(/vector_search_empty_total\{[^}]*} 1\n/);
    expect(text).toMatch(/vector_search_top_distance_count\{[^}]*metric="l2"} 1\n/);
  });

  it('tells of a loop that was left early', async () => {
    for await (const _ of table.vectorSearch([0.6, 0.8])) break;
    expect(await searches()).toEqual(counted('incomplete'));
  });

  it('tells what a full-text search and a hybrid one rank by', async () => {
    const found = await table.search('fox', 'fts').limit(2).toArray();
    expect(found).toHaveLength(2);
    await table.query().nearestTo([0.6, 0.8]).fullTextSearch('fox').limit(2).toArray();
    expect(await searches()).toEqual(counted('success', 2));
    expect(await tops()).toEqual([
      'vector_search_top_score_count{company_id="unknown",collection="texts",metric="bm25"} 1',
      'vector_search_top_score_count{company_id="unknown",collection="texts",metric="relevance"} 1',
    ]);
  });

  it('calls a metric unknown that neither the search nor the user tells', async () => {
    await table.search([0.6, 0.8]).limit(1).toArray();
    const told = instrumentLanceDB(await database.db.openTable('texts'), { promptheus: instance, metric: 'l2' });
    await told.search([0.6, 0.8]).limit(1).toArray();
    expect(await tops()).toEqual([
      'vector_search_top_distance_count{company_id="unknown",collection="texts",metric="unknown"} 1',
      'vector_search_top_distance_count{company_id="unknown",collection="texts",metric="l2"} 1',
    ]);
  });

  it('calls no row the nearest where the rows come in an order of their own', async () => {
    await table.vectorSearch([0.6, 0.8]).limit(3).distanceType('l2').toArray();
    expect(await tops()).toHaveLength(1);
    await table.vectorSearch([0.6, 0.8]).distanceType('cosine').orderBy({ columnName: 'id' }).toArray();
    expect(await tops()).toHaveLength(1);
  });

  describe('a connection', () => {
    let db: Connection;
    let other: Awaited<ReturnType<typeof openDatabase>>;
    beforeEach(async () => {
      other = await openDatabase();
      db = instrumentLanceDB(other.db, { promptheus: instance });
    });
    afterEach(() => other.close());

    it('gives observed tables, however they are had, and tells the rows of a new one', async () => {
      const made = await db.createTable('made', entries(ROWS));
      await made.search([1, 0]).toArray();
      await (await db.openTable('made')).search([1, 0]).toArray();
      await (await db.createTable({ name: 'named', data: entries(ROWS) })).search([1, 0]).toArray();
      await (await db.createEmptyTable('empty', await made.schema())).search([1, 0]).toArray();
      const counts = (await lines()).filter((line) => /^vector_(searches|writes)_total/.test(line));
      expect(counts.sort()).toEqual([
        'vector_searches_total{company_id="unknown",collection="empty",system="lancedb",status="success"} 1',
        'vector_searches_total{company_id="unknown",collection="made",system="lancedb",status="success"} 2',
        'vector_searches_total{company_id="unknown",collection="named",system="lancedb",status="success"} 1',
        'vector_writes_total{company_id="unknown",collection="made",operation="upsert"} 1',
        'vector_writes_total{company_id="unknown",collection="named",operation="upsert"} 1',
      ]);
    });

    it('tells no rows of a table that may have been there', async () => {
      await db.createTable('made', entries(ROWS), { existOk: true });
      expect(await lines()).toEqual([]);
    });

    it('tells an update with the rows that it changed', async () => {
      const made = await db.createTable('made', entries(ROWS), { existOk: true });
      await made.update({ where: 'id > 1', values: { id: 9 } });
      const text = (await instance.scrape()).body.toString();
      expect(text).toContain(
        'vector_write_batch_size_sum{company_id="unknown",collection="made",operation="upsert"} 2\n',
      );
    });
  });

  it('refuses what is no table and no connection, and options that are none', () => {
    expect(() => instrumentLanceDB({})).toThrow(expect.objectContaining({ code: 'NOT_A_CLIENT' }));
    expect(() => instrumentLanceDB(table, { metric: 'hamming' as 'l2' })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
    expect(() => instrumentLanceDB(table, { collection: 'x' } as object)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
