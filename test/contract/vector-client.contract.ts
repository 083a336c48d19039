import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { context, observeVectorSearch, type Promptheus } from '../../src/index.js';
import { createInstance } from '../../src/promptheus.js';
import { MemorySink } from './memory-sink.js';

/**
 * What every adapter of a vector store must pass, on its real client.
 *
 * A test file calls `describeVectorClient(row)` for each version of the client that it supports. A row opens a store whose
 * collection holds the three rows of `ROWS`, and says how a search, an upsert and a delete are written with that client.
 * Every method gets the client of the case, bare or instrumented, and returns what the client returned, untouched: results
 * and errors are compared with the bare client's. All lines are read from a scrape.
 */
export interface VectorRow<C> {
  /** The client with its version, and the server it is driven against: `@qdrant/js-client-rest 1.19, our own HTTP server`. */
  readonly name: string;
  /** The labels that the adapter has to find out. */
  readonly system: string;
  readonly collection: string;
  /** What the adapter has to tell of the best answer to `QUERY`; left out: this client tells no score. */
  readonly top?: { readonly metric: string; readonly score?: number; readonly distance?: number };
  /** Starts the store (or connects to it) and fills the collection, once for all cases. */
  open(): Promise<OpenStore<C>>;
  /** Instruments that client by the adapter's own function; gives what that function returned. */
  instrument(client: C, options: { readonly promptheus: Promptheus }): C;
  /** One search. `BAD_VECTOR` must fail in this store. */
  search(client: C, query: VectorQuery): Promise<unknown>;
  /** Several query vectors in one call, where the client has that: rows and rows asked for are told as sums. */
  searchMany?(client: C, vectors: ReadonlyArray<readonly number[]>, k: number): Promise<unknown>;
  /** A search that the caller ends (`aborted`) or that times out (`error`), where the client has that. */
  readonly interrupted?: { readonly status: 'aborted' | 'error'; search(client: C): Promise<unknown> };
  /** Writes, where the adapter observes any. `BAD_VECTOR` must fail here too. */
  readonly writes?: {
    upsert(client: C, rows: readonly VectorEntry[]): Promise<unknown>;
    delete(client: C, ids: readonly number[]): Promise<unknown>;
    /** `false`: nobody knows how many rows a delete meant, so no batch size is told. */
    readonly deletedRowsKnown?: boolean;
  };
  /** What of a result can be compared with another's; default: all. Leaves out times and the like. */
  comparable?(result: unknown): unknown;
}

export interface OpenStore<C> {
  /** A client that nothing has instrumented; asked for anew in every case. */
  client(): C | Promise<C>;
  close?(): void | Promise<void>;
}

/** A row to write, or a vector to search by. */
export interface VectorEntry {
  readonly id: number;
  readonly vector: readonly number[];
}

export interface VectorQuery {
  readonly vector: readonly number[];
  readonly k: number;
  /** Whether to give a filter that no row passes. */
  readonly none?: boolean;
}

/** What the collection holds. By cosine and by L2, row 2 is the nearest to `QUERY`, then 3, then 1. */
export const ROWS: readonly VectorEntry[] = [
  { id: 1, vector: [1, 0] },
  { id: 2, vector: [0.8, 0.6] },
  { id: 3, vector: [0, 1] },
];
/** Its cosine similarity to row 2 is 0.96, its L2 distance √0.08. */
export const QUERY: readonly number[] = [0.6, 0.8];
export const BAD_VECTOR: readonly number[] = [1, 2, 3];

export function describeVectorClient<C>(row: VectorRow<C>): void {
  describe(`vector client contract: ${row.name}`, () => {
    const on = new Subject(row);
    beforeAll(() => on.open());
    afterAll(() => on.close());
    beforeEach(() => on.renew());
    searchCases(on, row);
    failureCases(on);
    countingCases(on);
    writeCases(on);
  });
}

/** The open store of a row, and for each case a fresh instance, a bare client and an instrumented one. */
class Subject<C> {
  store!: OpenStore<C>;
  instance!: Promptheus;
  sink!: MemorySink;
  bare!: C;
  observed!: C;

  constructor(readonly row: VectorRow<C>) {}

  async open(): Promise<void> {
    this.store = await this.row.open();
  }

  async close(): Promise<void> {
    await this.store?.close?.();
  }

  async renew(): Promise<void> {
    this.sink = new MemorySink();
    this.instance = createInstance({ default: false, registry: false, logger: false }, this.sink.parts());
    this.bare = await this.store.client();
    this.observed = this.row.instrument(await this.store.client(), { promptheus: this.instance });
  }

  search(query: Partial<VectorQuery> = {}): Promise<unknown> {
    return this.row.search(this.observed, { vector: QUERY, k: 2, ...query });
  }

  /** Every vector line of the scrape, without buckets and sums of what floats; and every internal error. */
  async lines(): Promise<string[]> {
    return (await this.all()).filter((line) => !/_bucket\{|_(seconds|score|distance)_sum\{/.test(line)).sort();
  }

  async sum(family: string): Promise<number> {
    const line = (await this.all()).find((found) => found.startsWith(`${family}_sum{`));
    return Number(line?.split(' ').at(-1));
  }

  /** What a search leaves behind; `counts` by family, in the order of their names. */
  searched(told: { status?: string; rows?: number; topK?: number; top?: boolean; tenant?: string }): string[] {
    const { collection, system } = this.row;
    const { status = 'success', rows, topK, top = false, tenant = 'unknown' } = told;
    const labels = `company_id="${tenant}",collection="${collection}"`;
    const family = this.row.top?.distance === undefined ? 'vector_search_top_score' : 'vector_search_top_distance';
    const lines = [
      `vector_search_duration_seconds_count{${labels}} 1`,
      `vector_searches_total{${labels},system="${system}",status="${status}"} 1`,
    ];
    if (rows === 0) lines.push(`vector_search_empty_total{${labels}} 1`);
    if (rows !== undefined) lines.push(...histogram('vector_search_results_count', labels, rows));
    if (topK !== undefined) lines.push(...histogram('vector_search_top_k', labels, topK));
    if (top && this.row.top) lines.push(`${family}_count{${labels},metric="${this.row.top.metric}"} 1`);
    return lines.sort();
  }

  private async all(): Promise<string[]> {
    const text = (await this.instance.scrape()).body.toString();
    return text.split('\n').filter((line) => /^(vector_|promptheus_internal_errors_total\{)/.test(line));
  }
}

function histogram(name: string, labels: string, value: number): string[] {
  return [`${name}_count{${labels}} 1`, `${name}_sum{${labels}} ${value}`];
}

/** What a call gave or threw, in a form that two clients can be compared by. */
async function outcome<C>(row: VectorRow<C>, call: () => Promise<unknown>): Promise<unknown> {
  try {
    const result = await call();
    return { result: row.comparable ? row.comparable(result) : result, made: makerOf(result) };
  } catch (error) {
    return { thrown: String(error), keys: Object.keys(error as object).sort(), made: makerOf(error) };
  }
}

function makerOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? Object.getPrototypeOf(value)?.constructor?.name : typeof value;
}

function searchCases<C>(on: Subject<C>, row: VectorRow<C>): void {
  it('tells a search that finds rows: its collection, rows, rows asked for and the best score', async () => {
    await on.search({ k: 2 });
    expect(await on.lines()).toEqual(on.searched({ rows: 2, topK: 2, top: true }));
    if (row.top?.score !== undefined) expect(await on.sum('vector_search_top_score')).toBeCloseTo(row.top.score, 4);
    if (row.top?.distance !== undefined) {
      expect(await on.sum('vector_search_top_distance')).toBeCloseTo(row.top.distance, 4);
    }
  });

  it('is one search of one wide event, and nothing of what was asked or found is in it', async () => {
    await on.search({ k: 2 });
    const { system, collection, top } = row;
    expect(on.sink.wide).toMatchObject([
      {
        operation_type: 'vector_search',
        vector_search_count: 1,
        vector_result_count: 2,
        vector_searches: [{ system, collection, top_k: 2, results: 2, empty: false, outcome: 'success' }],
      },
    ]);
    const [search] = on.sink.wide[0].vector_searches;
    expect(search.score_metric).toBe(top?.metric);
    if (top?.score !== undefined) expect(search.top_score).toBeCloseTo(top.score, 4);
    if (top?.distance !== undefined) expect(search.top_distance).toBeCloseTo(top.distance, 4);
    expect(JSON.stringify(on.sink.wide)).not.toContain(QUERY.join());
  });

  it('tells fewer rows than asked for', async () => {
    await on.search({ k: 10 });
    expect(await on.lines()).toEqual(on.searched({ rows: ROWS.length, topK: 10, top: true }));
  });

  it('tells a search that finds nothing', async () => {
    await on.search({ none: true });
    expect(await on.lines()).toEqual(on.searched({ rows: 0, topK: 2 }));
  });

  it('takes the tenant from the context', async () => {
    await context.run({ tenant: 'acme' }, () => on.search());
    expect(await on.lines()).toEqual(on.searched({ rows: 2, topK: 2, top: true, tenant: 'acme' }));
  });

  it('gives what a bare client gives', async () => {
    const asked = { vector: QUERY, k: 2 };
    expect(await outcome(on.row, () => on.search(asked))).toEqual(
      await outcome(on.row, () => on.row.search(on.bare, asked)),
    );
  });

  const { searchMany } = row;
  if (searchMany === undefined) return;
  it('tells several query vectors of one call as one search with the rows of all', async () => {
    await searchMany(on.observed, [QUERY, QUERY], 2);
    expect(await on.lines()).toEqual(on.searched({ rows: 4, topK: 4, top: true }));
    if (row.top?.score !== undefined) expect(await on.sum('vector_search_top_score')).toBeCloseTo(row.top.score, 4);
  });
}

function failureCases<C>(on: Subject<C>): void {
  it('tells a search that fails, and no rows of it', async () => {
    await outcome(on.row, () => on.search({ vector: BAD_VECTOR }));
    expect(await on.lines()).toEqual(on.searched({ status: 'error', topK: 2 }));
    expect(on.sink.wide).toMatchObject([{ outcome: 'error', error: { type: expect.stringMatching(/^[A-Za-z]\w+$/) } }]);
  });

  it('fails as a bare client fails', async () => {
    const asked = { vector: BAD_VECTOR, k: 2 };
    expect(await outcome(on.row, () => on.search(asked))).toEqual(
      await outcome(on.row, () => on.row.search(on.bare, asked)),
    );
  });

  const { interrupted } = on.row;
  if (interrupted === undefined) return;
  it('tells a search that its caller or its timeout ended', async () => {
    await expect(interrupted.search(on.observed)).rejects.toThrow();
    const lines = (await on.lines()).filter((line) => !line.startsWith('vector_search_top_k'));
    expect(lines).toEqual(on.searched({ status: interrupted.status }));
  });
}

function countingCases<C>(on: Subject<C>): void {
  it('counts once where it was put on twice', async () => {
    on.observed = on.row.instrument(on.observed, { promptheus: on.instance });
    await on.search();
    expect(await on.lines()).toEqual(on.searched({ rows: 2, topK: 2, top: true }));
  });

  it('counts once inside observeVectorSearch, and tells it what it found', async () => {
    await observeVectorSearch(() => on.search(), { promptheus: on.instance })();
    expect(on.sink.wide).toMatchObject([{ vector_search_count: 1 }]);
    expect(await on.lines()).toEqual(on.searched({ rows: 2, topK: 2, top: true }));
  });

  it('counts searches that run side by side', async () => {
    await Promise.all([on.search(), on.search(), on.search()]);
    const labels = `company_id="unknown",collection="${on.row.collection}"`;
    expect(await on.lines()).toContain(`vector_searches_total{${labels},system="${on.row.system}",status="success"} 3`);
  });
}

function writeCases<C>(on: Subject<C>): void {
  const { writes } = on.row;
  if (writes === undefined) return;
  const written = (operation: string, rows: number | undefined): string[] => {
    const labels = `company_id="unknown",collection="${on.row.collection}",operation="${operation}"`;
    const total = `vector_writes_total{${labels}} 1`;
    return rows === undefined ? [total] : [...histogram('vector_write_batch_size', labels, rows), total];
  };
  // Rows that are far from `QUERY`, and taken out again, so that the other cases find what they expect.
  const extra = [
    { id: 4, vector: [-1, 0] },
    { id: 5, vector: [0, -1] },
  ];

  it('tells an upsert, then a delete, with their rows', async () => {
    await writes.upsert(on.observed, extra);
    const upserted = written('upsert', 2);
    expect(await on.lines()).toEqual(upserted);
    await writes.delete(on.observed, [4, 5]);
    const deleted = written('delete', writes.deletedRowsKnown === false ? undefined : 2);
    expect(await on.lines()).toEqual([...upserted, ...deleted].sort());
  });

  it('counts no write that failed, and fails as a bare client does', async () => {
    const bad = [{ id: 6, vector: BAD_VECTOR }];
    expect(await outcome(on.row, () => writes.upsert(on.observed, bad))).toEqual(
      await outcome(on.row, () => writes.upsert(on.bare, bad)),
    );
    expect(await on.lines()).toEqual([]);
  });
}
