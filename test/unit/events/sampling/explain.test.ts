import { describe, expect, it } from 'vitest';
import { explainSampling, replaySampling, Sampler } from '../../../../src/events/sampling/sampler.js';
import { requests } from './facts-of-requests.js';

const OPTIONS = {
  rate: 0.05,
  criticalRoutes: ['/pay*'],
  rules: [{ id: 'reads', when: { method: 'GET', status: '2xx' as const }, rate: 0.5 }],
};

describe('explainSampling', () => {
  it('says of every rule whether it matched, and what was compared', () => {
    const event = { requestId: 'r-1', route: '/tickets', method: 'get', status: 200, durationMs: 1_500 };
    const explained = explainSampling(OPTIONS, event);
    expect(explained).toMatchObject({ keep: true, rule: 'slow', sampleRate: 1, reason: 'durationMs 1500 > 1000' });
    expect(explained.rules).toEqual([
      {
        rule: 'error',
        matched: false,
        decided: false,
        rate: 1,
        compared: [
          { fact: 'error.code', value: undefined, expected: 'is there', holds: false },
          { fact: 'status', value: 200, expected: '>= 500', holds: false },
          { fact: 'outcome', value: undefined, expected: 'is error', holds: false },
        ],
      },
      {
        rule: 'slow',
        matched: true,
        decided: true,
        rate: 1,
        compared: [{ fact: 'durationMs', value: 1_500, expected: '> 1000', holds: true }],
      },
      {
        rule: 'critical_route',
        matched: false,
        decided: false,
        rate: 1,
        compared: [{ fact: 'route', value: '/tickets', expected: 'matches /pay*', holds: false }],
      },
      {
        rule: 'reads',
        matched: true,
        decided: false,
        rate: 0.5,
        compared: [
          { fact: 'method', value: 'GET', expected: 'is GET', holds: true },
          { fact: 'status', value: 200, expected: 'within 200-299', holds: true },
        ],
      },
      { rule: 'default', matched: true, decided: false, rate: 0.05, compared: [] },
    ]);
  });

  it('reads an event by its names and as it is stored', () => {
    const named = {
      eventId: 'e',
      requestId: 'r',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      traceFlags: 3,
      durationMs: 5,
      status: 200,
      route: '/a',
      method: 'POST',
      companyId: 'acme',
      outcome: 'success',
      error: { code: 'E_X' },
    };
    const stored = {
      event_id: 'e',
      request_id: 'r',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      trace_flags: 3,
      duration_ms: 5,
      status_code: 200,
      route: '/a',
      method: 'POST',
      company_id: 'acme',
      outcome: 'success',
      error: { code: 'E_X', type: 'X' },
    };
    const options = { rules: [{ id: 'acme', when: { tenant: 'acme', outcome: 'success', route: '/a' }, rate: 0.5 }] };
    expect(explainSampling(options, stored)).toEqual(explainSampling(options, named));
    expect(explainSampling(options, stored)).toMatchObject({ rule: 'error', r: 'ce929d0e0e4736' });
    expect(explainSampling(options, { ...stored, error: null }).rule).toBe('acme');
    expect(explainSampling(options, { ...stored, error: undefined, duration_ms: 1_001 }).rule).toBe('slow');
    expect(explainSampling(options, {}).rule).toBe('default');
  });

  it('tells what decide does', () => {
    const sampler = new Sampler(OPTIONS);
    for (const facts of requests(500)) {
      const { rules, ...explained } = sampler.explain(facts);
      expect(explained).toEqual(sampler.decide(facts, 0));
      expect(rules.filter(({ decided }) => decided).map(({ rule }) => rule)).toEqual([explained.rule]);
    }
  });

  it('decides a stored event with the threshold that it bears, where rates follow a target', () => {
    const options = { rate: 0.000001, target: { perSecond: 10 } };
    const { policyVersion } = new Sampler(options);
    const sampling = { policy_version: policyVersion, threshold: '80000000000000', window_id: 7 };
    const stored = { request_id: 'kept', sampling };
    const r = explainSampling(options, stored).r;
    expect(explainSampling(options, stored)).toMatchObject({ keep: r >= '80000000000000', sampleRate: 2, windowId: 7 });
    expect(explainSampling(options, stored).rules.at(-1)).toMatchObject({ rule: 'default', rate: 0.5 });
    const strangers = [{ ...sampling, policy_version: 'other' }, { ...sampling, threshold: 'x' }, null];
    for (const other of strangers) {
      expect(explainSampling(options, { ...stored, sampling: other }).sampleRate).toBeCloseTo(1_000_000, 3);
    }
    expect(explainSampling({ rate: 0.5 }, { request_id: 'kept', sampling: {} }).sampleRate).toBe(2);
  });
});

describe('replaySampling', () => {
  it('decides as it was decided, window by window', () => {
    const options = { ...OPTIONS, rules: [], target: { perSecond: 2, windowMs: 1_000 } };
    const sampler = new Sampler(options);
    const start = Date.parse('2025-12-16T08:00:00Z');
    const decided = [];
    const stored = [];
    let index = 0;
    for (const facts of requests(3_000)) {
      const at = start + index++ * 5;
      decided.push(sampler.decide({ ...facts, route: `/${index % 7}` }, at));
      const timestamp = new Date(at).toISOString().replace('Z', '000+00:00');
      stored.push({
        request_id: facts.requestId,
        route: `/${index % 7}`,
        status_code: 200,
        duration_ms: 20,
        timestamp,
      });
    }
    expect(replaySampling(options, stored)).toEqual(decided);
    expect(new Set(decided.map(({ threshold }) => threshold)).size).toBeGreaterThan(2);
  });

  it('takes dates and seconds as times, and an event without one as of the same window', () => {
    const options = { target: { perSecond: 1, windowMs: 1_000 } };
    const windows = (...timestamps: unknown[]) =>
      replaySampling(
        options,
        timestamps.map((timestamp) => ({ requestId: 'a', timestamp })),
      ).map((one) => one.windowId);
    expect(windows(new Date(5_500), 6.2, '1970-01-01T00:00:09.000000+00:00', undefined, 'nonsense')).toEqual([
      5, 6, 9, 9, 9,
    ]);
    expect(windows(undefined, 3)).toEqual([undefined, 3]);
  });
});
