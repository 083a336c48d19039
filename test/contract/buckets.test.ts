import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPromptheus } from '../../src/index.js';

const instance = createPromptheus({ default: false, registry: false });
let scrape: string;

beforeAll(async () => {
  instance.llm.record({ provider: 'openai', model: 'gpt-4o', tenant: 'acme', status: 'success', seconds: 30 });
  instance.vector.record({ tenant: 'acme', collection: 'tickets', seconds: 0.002, rows: 30 });
  scrape = (await instance.scrape()).body.toString();
});

afterAll(() => instance.stop());

function bucket(family: string, le: string): number {
  const line = scrape.split('\n').find((one) => one.startsWith(`${family}_bucket{`) && one.includes(`,le="${le}"}`));
  return Number(line?.split(' ')[1]);
}

describe('B35: buckets that suit what is measured', () => {
  it('a model call of half a minute falls between bounds, not past the last', () => {
    expect(bucket('llm_request_duration_seconds', '20.48')).toBe(0);
    expect(bucket('llm_request_duration_seconds', '40.96')).toBe(1);
  });

  it('row counts fall between whole numbers of rows', () => {
    expect(bucket('vector_search_results_count', '20')).toBe(0);
    expect(bucket('vector_search_results_count', '50')).toBe(1);
  });
});
