import type { CatalogueRow } from './row.js';

/** Seconds: from a cache hit to a slow model behind a route. */
export const HTTP_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120,
] as const;

const OTEL_HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;

const BYTES = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000] as const;

const OTEL_HTTP_LABELS = {
  http_request_method: 'method',
  http_route: 'route',
  http_response_status_code: 'status',
  error_type: 'errorType',
  url_scheme: 'scheme',
} as const;

export const HTTP_ROWS = [
  {
    name: 'http_request_duration_seconds',
    help: 'Time from a request to the last byte of its response, or to its abort (status_code 499).',
    type: 'histogram',
    unit: 'seconds',
    labels: { method: 'method', endpoint: 'endpoint', tenant: 'tenant', status_code: 'status' },
    buckets: HTTP_BUCKETS,
    exemplars: 'auto',
    seriesLimit: 10_000,
    otel: {
      name: 'http_server_request_duration_seconds',
      labels: { ...OTEL_HTTP_LABELS, tenant: 'tenant' },
      buckets: OTEL_HTTP_BUCKETS,
    },
  },
  {
    name: 'http_response_headers_duration_seconds',
    help: 'Time from a request to the headers of its response; below the total where the response is a stream.',
    type: 'histogram',
    unit: 'seconds',
    labels: { method: 'method', endpoint: 'endpoint', tenant: 'tenant' },
    buckets: HTTP_BUCKETS,
  },
  {
    name: 'http_requests_in_flight',
    help: 'Requests that are being answered.',
    type: 'gauge',
    labels: { method: 'method' },
    otel: { name: 'http_server_active_requests', labels: { http_request_method: 'method', url_scheme: 'scheme' } },
  },
  {
    name: 'http_request_body_bytes',
    help: 'Bytes of request bodies that were really received.',
    type: 'histogram',
    unit: 'bytes',
    labels: { method: 'method', endpoint: 'endpoint' },
    buckets: BYTES,
    otel: { name: 'http_server_request_body_size_bytes', labels: OTEL_HTTP_LABELS },
  },
  {
    name: 'http_response_body_bytes',
    help: 'Bytes of response bodies that were really sent.',
    type: 'histogram',
    unit: 'bytes',
    labels: { method: 'method', endpoint: 'endpoint' },
    buckets: BYTES,
    otel: { name: 'http_server_response_body_size_bytes', labels: OTEL_HTTP_LABELS },
  },
  {
    name: 'http_requests_aborted_total',
    help: 'Requests whose client went away before the response was complete.',
    type: 'counter',
    labels: { method: 'method', endpoint: 'endpoint' },
  },
  {
    name: 'http_client_request_duration_seconds',
    help: 'Time from an outgoing request to the last byte of its response, or to its failure.',
    type: 'histogram',
    unit: 'seconds',
    labels: { method: 'method', host: 'host', status_code: 'status' },
    buckets: HTTP_BUCKETS,
    exemplars: 'auto',
    otel: {
      name: 'http_client_request_duration_seconds',
      labels: {
        http_request_method: 'method',
        server_address: 'serverAddress',
        server_port: 'serverPort',
        http_response_status_code: 'responseStatus',
        error_type: 'errorType',
        url_scheme: 'scheme',
      },
      buckets: OTEL_HTTP_BUCKETS,
    },
  },
  {
    name: 'operation_duration_seconds',
    help: 'Run time of operations that are no requests: calls, jobs, messages.',
    type: 'histogram',
    unit: 'seconds',
    labels: { operation_type: 'operationType', operation_name: 'operationName', outcome: 'outcome' },
    buckets: [...HTTP_BUCKETS, 300],
  },
] as const satisfies readonly CatalogueRow[];
