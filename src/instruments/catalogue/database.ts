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

const COLLECTION = { tenant: 'tenant', collection: 'collection' } as const;

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
  {
    name: 'vector_searches_total',
    help: 'Vector searches by status: success, error, aborted, incomplete.',
    type: 'counter',
    labels: { ...COLLECTION, system: 'system', status: 'status' },
  },
  {
    name: 'vector_search_empty_total',
    help: 'Vector searches that found nothing.',
    type: 'counter',
    labels: COLLECTION,
  },
  {
    name: 'vector_search_top_score',
    help: 'Similarity of the best row that a search found: higher is better; cosine distances are turned round.',
    type: 'histogram',
    labels: { ...COLLECTION, metric: 'scoreMetric' },
    buckets: [
      -1, -0.9, -0.8, -0.7, -0.6, -0.5, -0.4, -0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.92,
      0.95, 0.97, 0.99, 1,
    ],
  },
  {
    name: 'vector_search_top_distance',
    help: 'Distance of the best row that a search found, where it is no cosine distance: lower is better.',
    type: 'histogram',
    labels: { ...COLLECTION, metric: 'scoreMetric' },
    buckets: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96],
  },
  {
    name: 'vector_search_top_k',
    help: 'Rows that a vector search asked for.',
    type: 'histogram',
    labels: COLLECTION,
    buckets: [1, 3, 5, 10, 20, 50, 100, 500],
  },
  {
    name: 'vector_writes_total',
    help: 'Writes to a vector store, by operation: upsert, delete.',
    type: 'counter',
    labels: { ...COLLECTION, operation: 'operation' },
  },
  {
    name: 'vector_write_batch_size',
    help: 'Rows in a write to a vector store.',
    type: 'histogram',
    labels: { ...COLLECTION, operation: 'operation' },
    buckets: [1, 10, 50, 100, 500, 1_000, 5_000],
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
