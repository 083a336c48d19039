import { describe, expect, it } from 'vitest';
import { observeQuery } from '../../../../src/instruments/wrappers/observe-query.js';
import { useDefaultInstance } from '../default-instance.js';

describe('observeQuery', () => {
  const on = useDefaultInstance();

  it('observes each query under its type and tenant', async () => {
    const select = observeQuery(async (_by: { companyId: string }) => ['row'], { queryType: 'select' });
    expect(await select({ companyId: 'acme' })).toEqual(['row']);
    const failing = observeQuery(() => Promise.reject(new Error('down')), {
      queryType: () => 'insert',
      tenant: 'acme',
    });
    await failing().catch(() => {});
    expect(await on.lines('db_query_duration_seconds')).toEqual([
      'db_query_duration_seconds_count{query_type="insert",company_id="acme"} 1',
      'db_query_duration_seconds_count{query_type="select",company_id="acme"} 1',
    ]);
  });
});
