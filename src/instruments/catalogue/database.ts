import type { CatalogueRow, OtelColumn } from './row.js';

/** Vector searches and queries share the convention's one family, so they share its definition to the letter. */
const OTEL_DURATION = {
  name: 'db_client_operation_duration_seconds',
  help: 'Time of a database operation, vector searches included.',
  labels: {
    db_system_name: 'system',
    db_operation_name: 'operation',
    db_collection_name: 'collection',
    error_type: 'errorType',
    tenant: 'tenant',
  },
  buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  exemplars: 'auto',
} as const satisfies OtelColumn;

export const VECTOR_ROWS = [
  {
    name: 'vector_search_duration_seconds',
    help: 'Time of a vector search.',
    type: 'histogram',
    unit: 'seconds',
    labels: { tenant: 'tenant', collection: 'collection' },
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10],
    exemplars: 'auto',
    otel: OTEL_DURATION,
  },
  {
    name: 'vector_search_results_count',
    help: 'Rows that a vector search found: a histogram, so that its series end in _count_bucket, _count_sum and _count_count.',
    type: 'histogram',
    labels: { tenant: 'tenant', collection: 'collection' },
    buckets: [0, 1, 2, 5, 10, 20, 50, 100, 500],
    otel: {
      name: 'db_client_response_returned_rows',
      help: 'Rows that a database operation returned.',
      labels: {
        db_system_name: 'system',
        db_operation_name: 'operation',
        db_collection_name: 'collection',
        tenant: 'tenant',
      },
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000],
    },
  },
] as const satisfies readonly CatalogueRow[];

export const QUERY_ROWS = [
  {
    name: 'db_query_duration_seconds',
    help: 'Time of a database query.',
    type: 'histogram',
    unit: 'seconds',
    labels: { query_type: 'queryType', tenant: 'tenant' },
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    otel: OTEL_DURATION,
  },
] as const satisfies readonly CatalogueRow[];
