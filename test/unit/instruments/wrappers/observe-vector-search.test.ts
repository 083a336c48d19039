import { describe, expect, it } from 'vitest';
import { observeVectorSearch } from '../../../../src/instruments/wrappers/observe-vector-search.js';
import { useDefaultInstance } from '../default-instance.js';

const LABELS = 'company_id="acme",collection="tickets"';
const QUERY = { company_id: 'acme', collection_name: 'tickets' };

describe('observeVectorSearch', () => {
  const on = useDefaultInstance();

  it.each([
    ['an array', [1, 2, 3]],
    ['Qdrant', { points: [1, 2, 3] }],
    ['Pinecone', { matches: [1, 2, 3] }],
    ['Milvus', { results: [1, 2, 3] }],
    ['hits', { hits: [1, 2, 3] }],
    ['Chroma', { ids: [['a', 'b', 'c']] }],
    ['a length', { length: 3 }],
  ])('counts the rows of %s, under the labels of the arguments', async (_, result) => {
    expect(await observeVectorSearch(async (_query: object) => result)(QUERY)).toBe(result);
    expect(await on.lines('vector_')).toEqual([
      `vector_search_duration_seconds_count{${LABELS}} 1`,
      `vector_search_results_count_count{${LABELS}} 1`,
      `vector_search_results_count_sum{${LABELS}} 3`,
      `vector_searches_total{${LABELS},system="unknown",status="success"} 1`,
    ]);
  });

  it('takes rows from a count function, and the collection from an option', async () => {
    const search = observeVectorSearch((_query: object) => ({ total: 5 }), {
      collection: 'tickets',
      count: ({ total }) => total,
    });
    search({ companyId: 'acme' });
    expect(await on.lines('vector_search_results_count_sum')).toEqual([`vector_search_results_count_sum{${LABELS}} 5`]);
  });

  it('observes the time of a failed search, and no rows', async () => {
    await observeVectorSearch(async (_query: object) => Promise.reject(new Error('down')))(QUERY).catch(() => {});
    expect(await on.lines('vector_')).toEqual([
      `vector_search_duration_seconds_count{${LABELS}} 1`,
      `vector_searches_total{${LABELS},system="unknown",status="error"} 1`,
    ]);
  });

  it('counts rows that it cannot read as unknown, never as 0', async () => {
    observeVectorSearch((_query: object) => 'odd')(QUERY);
    expect(await on.lines('vector_search_results_count')).toEqual([]);
    expect(await on.lines('promptheus_internal_errors_total')).toEqual([
      'promptheus_internal_errors_total{part="vector_rows_unknown"} 1',
    ]);
  });

  it('counts the rows of a stream', async () => {
    const search = observeVectorSearch(async function* (_query: object) {
      yield ['a', 'b'];
      yield ['c'];
    });
    for await (const _ of search(QUERY));
    expect(await on.lines('vector_search_results_count_sum')).toEqual([`vector_search_results_count_sum{${LABELS}} 3`]);
  });
});
