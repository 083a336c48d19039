import { describe, expect, it } from 'vitest';
import { criticalBy } from '../../../../src/events/sampling/critical.js';
import { estimateTotals } from '../../../../src/events/sampling/estimate.js';
import type { SamplingFacts } from '../../../../src/events/sampling/facts.js';
import { resolveSampling } from '../../../../src/events/sampling/resolve.js';
import { Sampler } from '../../../../src/events/sampling/sampler.js';

const COUNT = 1_000_000;

/** Deterministic: 2 % errors, 3 % slow, the rest with durations and costs that differ. */
function requestAt(index: number): Required<Pick<SamplingFacts, 'requestId' | 'route' | 'status' | 'durationMs'>> {
  const kind = index % 100;
  return {
    requestId: `req-${index.toString(36)}`,
    route: `/route-${index % 13}`,
    status: kind < 2 ? 503 : 200,
    durationMs: kind >= 2 && kind < 5 ? 1_001 + (index % 9_000) : 1 + ((index * 7_919) % 900),
  };
}

describe('a million requests, five in a hundred of them errors or slow', () => {
  it('lose 90 % of their volume and no error, and their totals are told within 2 %', () => {
    const sampler = new Sampler({ rate: 0.05 });
    const critical = criticalBy(resolveSampling({ rate: 0.05 }));
    const kept: { route: string; status: number; durationMs: number; sampleRate: number }[] = [];
    const truth = { count: 0, sum: 0, ofRoute: 0, errors: 0, critical: 0 };
    for (let index = 0; index < COUNT; index++) {
      const request = requestAt(index);
      truth.count++;
      truth.sum += request.durationMs;
      if (request.route === '/route-5') truth.ofRoute++;
      if (request.status >= 500) truth.errors++;
      const isCritical = critical(request);
      if (isCritical) truth.critical++;
      const { keep, sampleRate } = sampler.decide(request, 0);
      if (keep) kept.push({ ...request, sampleRate });
      else if (isCritical) throw new Error(`${request.requestId} was to be kept`);
    }

    // By expectation 0.05 + 0.95 · 0.05 = 0.0975; the deviation of what is drawn is 0.0002.
    expect(kept.length / COUNT).toBeGreaterThan(0.0965);
    expect(kept.length / COUNT).toBeLessThanOrEqual(0.1);
    expect(truth).toMatchObject({ errors: 20_000, critical: 50_000 });
    const errors = kept.filter(({ status }) => status >= 500);
    expect(errors).toHaveLength(truth.errors);
    expect(estimateTotals(errors)).toEqual({ count: truth.errors, sum: 0, countVariance: 0 });

    const totals = estimateTotals(kept, ({ durationMs }) => durationMs);
    expect(Math.abs(totals.count / truth.count - 1)).toBeLessThan(0.02);
    expect(Math.abs(totals.sum / truth.sum - 1)).toBeLessThan(0.02);
    expect(Math.abs(totals.count - truth.count)).toBeLessThan(4 * Math.sqrt(totals.countVariance));
    const ofRoute = estimateTotals(kept.filter(({ route }) => route === '/route-5'));
    expect(Math.abs(ofRoute.count / truth.ofRoute - 1)).toBeLessThan(0.06);
  });

  it('are estimated from stored events, too; an event that was not sampled stands for itself', () => {
    expect(estimateTotals([{ sample_rate: 20 }, { sampleRate: 2 }, {}], () => 10)).toEqual({
      count: 23,
      sum: 230,
      countVariance: 382,
    });
  });
});

describe('criticalBy', () => {
  it('tells what the sampler always keeps, with its routes and limits', () => {
    const options = { criticalRoutes: ['/pay*'], slowMsByRoute: { '/chat': 5_000 }, slowMs: 100 };
    const critical = criticalBy(resolveSampling(options));
    expect(critical({ route: '/payments' })).toBe(true);
    expect(critical({ route: '/chat', durationMs: 4_000 })).toBe(false);
    expect(critical({ route: '/chat', durationMs: 5_001 })).toBe(true);
    expect(critical({ outcome: 'error' })).toBe(true);
    expect(critical({ errorCode: 'X' })).toBe(true);
    expect(critical({ route: '/other', durationMs: 100, status: 404, outcome: 'success' })).toBe(false);
  });
});
