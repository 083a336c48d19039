import { describe, expect, it } from 'vitest';
import { useDefaultInstance } from './default-instance.js';

describe('the vector instrument', () => {
  const on = useDefaultInstance();

  it('records under the names and labels of S3.14', async () => {
    on.instance.vector.record({ tenant: 'acme', collection: 'tickets', seconds: 0.02, rows: 7 });
    on.instance.vector.record({ tenant: 'acme', collection: 'tickets', seconds: 0.02 });
    expect(await on.lines('vector_')).toEqual([
      'vector_search_duration_seconds_count{company_id="acme",collection="tickets"} 2',
      'vector_search_results_count_count{company_id="acme",collection="tickets"} 1',
      'vector_search_results_count_sum{company_id="acme",collection="tickets"} 7',
      'vector_searches_total{company_id="acme",collection="tickets",system="unknown",status="success"} 2',
    ]);
  });

  it('adds nothing inside an open search, but tells it collection and rows', async () => {
    const outer = on.instance.vector.begin();
    outer.run(() => on.instance.vector.record({ collection: 'tickets', seconds: 0.02, rows: 7 }));
    outer.end('success', { tenant: 'acme' });
    expect(await on.lines('vector_')).toEqual([
      'vector_search_duration_seconds_count{company_id="acme",collection="tickets"} 1',
      'vector_search_results_count_count{company_id="acme",collection="tickets"} 1',
      'vector_search_results_count_sum{company_id="acme",collection="tickets"} 7',
      'vector_searches_total{company_id="acme",collection="tickets",system="unknown",status="success"} 1',
    ]);
  });

  it('never throws', async () => {
    expect(() => on.instance.vector.record(undefined as never)).not.toThrow();
    expect(await on.lines('promptheus_internal_errors_total')).toEqual([
      'promptheus_internal_errors_total{part="vector"} 1',
    ]);
  });
});

describe("searches and queries under naming 'otel'", () => {
  const on = useDefaultInstance({ naming: 'otel' });

  it('share the family of the conventions', async () => {
    on.instance.vector.record({ tenant: 'acme', collection: 'tickets', system: 'qdrant', seconds: 0.02, rows: 7 });
    on.instance.database.record({ tenant: 'acme', queryType: 'select', seconds: 0.02, errorType: 'Error' });
    const search = 'db_system_name="qdrant",db_operation_name="search",db_collection_name="tickets"';
    const query = 'db_system_name="unknown",db_operation_name="select",db_collection_name="unknown"';
    expect(await on.lines('db_')).toEqual([
      `db_client_operation_duration_seconds_count{${search},error_type="",company_id="acme"} 1`,
      `db_client_operation_duration_seconds_count{${query},error_type="Error",company_id="acme"} 1`,
      `db_client_response_returned_rows_count{${search},company_id="acme"} 1`,
      `db_client_response_returned_rows_sum{${search},company_id="acme"} 7`,
    ]);
  });
});
