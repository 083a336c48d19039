import { describe, expect, it } from 'vitest';
import { catalogue, isClosed, rowOf } from '../../../src/instruments/catalogue.js';
import { defineFamily } from '../../../src/metrics/definition.js';
import { ownedNames } from '../../../src/metrics/names.js';

/** S3.14: name, type, labels. */
const SOURCE = [
  ['http_request_duration_seconds', 'histogram', 'method endpoint tenant status_code'],
  ['llm_request_duration_seconds', 'histogram', 'provider model tenant'],
  ['llm_requests_total', 'counter', 'provider model tenant status'],
  ['llm_token_usage_total', 'counter', 'provider model tenant token_type'],
  ['vector_search_duration_seconds', 'histogram', 'tenant collection'],
  ['vector_search_results_count', 'histogram', 'tenant collection'],
  ['cache_operations_total', 'counter', 'operation result cache_type'],
  ['cache_hit_rate_percent', 'gauge', 'cache_type tenant'],
  ['db_query_duration_seconds', 'histogram', 'query_type tenant'],
  ['active_sessions_current', 'gauge', 'tenant'],
  ['memory_usage_bytes', 'gauge', 'component'],
] as const;

describe('the catalogue', () => {
  it.each(SOURCE)('has %s of S3.14, a %s of %s', (name, type, labels) => {
    const row = rowOf(name);
    expect(row.type).toBe(type);
    expect(Object.keys(row.labels)).toEqual(labels.split(' '));
  });

  it('prints no name twice, under either naming', () => {
    for (const naming of ['promptheus', 'otel'] as const) {
      const names = catalogue
        .map((row) => (naming === 'otel' && 'otel' in row ? { ...row, ...row.otel } : row))
        .filter((row, at, all) => all.findIndex((other) => other.name === row.name) === at)
        .flatMap((row) => ownedNames(row.type, row.name));
      expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    }
  });

  it.each(catalogue.map((row) => [row.name, row] as const))('%s is a legal definition under both namings', (_, row) => {
    for (const column of [row, 'otel' in row ? { ...row, ...row.otel } : row]) {
      const { name, help, type, labels } = column;
      const rest = {
        ...('unit' in column && { unit: column.unit }),
        ...('buckets' in column && { buckets: column.buckets }),
      };
      expect(() => defineFamily(type, { name, help, labelNames: Object.keys(labels), ...rest })).not.toThrow();
    }
  });

  it('leaves only the labels free that users fill without bound', () => {
    expect((['tenant', 'model', 'collection'] as const).map(isClosed)).toEqual([false, false, false]);
    expect((['method', 'endpoint', 'status', 'provider'] as const).map(isClosed)).toEqual([true, true, true, true]);
  });

  it('gives the HTTP duration 10,000 series and the buckets of the page', () => {
    expect(rowOf('http_request_duration_seconds')).toMatchObject({
      seriesLimit: 10_000,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120],
    });
    expect(rowOf('llm_request_duration_seconds').buckets?.at(-1)).toBe(655.36);
  });
});
