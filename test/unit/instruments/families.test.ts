import { describe, expect, it } from 'vitest';
import type { InstrumentEnvironment } from '../../../src/instruments/environment.js';
import { counterOf, gaugeOf, handleOf, histogramOf, labelValues } from '../../../src/instruments/families.js';
import { Registry } from '../../../src/registry/registry.js';

function environment(given: Partial<InstrumentEnvironment> = {}): InstrumentEnvironment {
  return {
    metrics: new Registry(),
    naming: 'promptheus',
    tenant: { label: 'company_id', histograms: true },
    warn() {},
    ...given,
  };
}

describe('families', () => {
  it('print the tenant under the label of the options', () => {
    const env = environment({ tenant: { label: 'team', histograms: true } });
    expect(counterOf(env, 'llm_requests_total').family.labelNames).toEqual(['provider', 'model', 'team', 'status']);
  });

  it('print no tenant when it is switched off', () => {
    const { family, facts } = gaugeOf(
      environment({ tenant: { label: false, histograms: true } }),
      'cache_hit_rate_percent',
    );
    expect(family.labelNames).toEqual(['cache_type']);
    expect(facts).toEqual(['cacheType']);
  });

  it('keep the tenant off histograms only, when asked to', () => {
    const env = environment({ tenant: { label: 'company_id', histograms: false } });
    expect(histogramOf(env, 'llm_request_duration_seconds').family.labelNames).toEqual(['provider', 'model']);
    expect(counterOf(env, 'sessions_total').family.labelNames).toEqual(['company_id']);
  });

  it("fill other labels from the same facts under naming 'otel'", () => {
    const { family, facts } = histogramOf(environment({ naming: 'otel' }), 'http_request_duration_seconds');
    expect(family.name).toBe('http_server_request_duration_seconds');
    expect(family.labelNames.slice(0, 5)).toEqual([
      'http_request_method',
      'http_route',
      'http_response_status_code',
      'error_type',
      'url_scheme',
    ]);
    expect(labelValues(facts, { method: 'GET', route: '/a', status: 200, scheme: 'http', tenant: 'acme' })).toEqual([
      'GET',
      '/a',
      200,
      '',
      'http',
      'acme',
    ]);
  });

  it('take buckets and further labels from the application', () => {
    const { family } = histogramOf(environment(), 'http_request_duration_seconds', {
      buckets: [1, 2],
      extraLabels: { plan: ['free', 'paid'] },
    });
    expect(family.buckets).toEqual([1, 2]);
    expect(family.labelNames).toEqual(['method', 'endpoint', 'company_id', 'status_code', 'plan']);
  });

  it('keep closed labels past the series limit', () => {
    const bound = counterOf(environment({ metrics: new Registry({ seriesLimit: 2 }) }), 'llm_requests_total');
    for (let i = 0; i < 5; i++) {
      handleOf(bound, { provider: 'openai', model: `m${i}`, tenant: `t${i}`, status: 'error' }).inc();
    }
    expect(
      bound.family.get({
        provider: 'openai',
        model: '__overflow__',
        company_id: '__overflow__',
        status: 'error',
      } as never),
    ).toBe(3);
  });
});
