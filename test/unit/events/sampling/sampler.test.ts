import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainSampling } from '../../../../src/events/sampling/explain.js';
import type { SamplingOptions } from '../../../../src/events/sampling/options.js';
import { type SampledFacts, Sampler } from '../../../../src/events/sampling/sampler.js';
import { keeps, randomnessOf, sampleRateOf, thresholdOf } from '../../../../src/events/sampling/threshold.js';

const decide = (options: SamplingOptions, facts: SampledFacts) => new Sampler(options).decide(facts, 0);

describe('the hash of a request', () => {
  it.each([
    ['', 'request-1', '19f1064b619d49'],
    ['', '4bf92f3577b34da6a3ce929d0e0e4736', '398acaee65c4e5'],
    ['salt', 'request-1', '3767c94fdd67ec'],
  ])('is that of SHA-256 over salt %j and id %j, in its first 56 bits', (salt, id, r) => {
    expect(randomnessOf(salt, id)).toBe(r);
  });

  it.each([
    [1, '00000000000000', 1],
    [0.5, '80000000000000', 2],
    [0.25, 'c0000000000000', 4],
    [0.05, 'f3333333333333', 20],
    [0.01, 'fd70a3d70a3d70', 100],
  ])('has for the rate %d the threshold %s, and a kept event stands for %d', (rate, threshold, stands) => {
    expect(thresholdOf(rate).slice(0, 12)).toBe(threshold.slice(0, 12));
    expect(sampleRateOf(thresholdOf(rate))).toBeCloseTo(stands, 6);
  });

  it('keeps nothing at the rate 0, and all at 1', () => {
    expect([keeps('ffffffffffffff', thresholdOf(0)), keeps('00000000000000', thresholdOf(1))]).toEqual([false, true]);
  });

  it('keeps at a higher rate what it keeps at a lower one', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (id, a, b) => {
          const r = randomnessOf('', id);
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          return !keeps(r, thresholdOf(low)) || keeps(r, thresholdOf(high));
        },
      ),
    );
  });

  it('is spread evenly', () => {
    const buckets = new Array(16).fill(0);
    const all = 64_000;
    for (let n = 0; n < all; n++) buckets[Number.parseInt(randomnessOf('', `request-${n}`).slice(0, 1), 16)]++;
    const chiSquared = buckets.reduce((sum, count) => sum + (count - all / 16) ** 2 / (all / 16), 0);
    // 15 degrees of freedom: a fair spread is above this once in ten thousand.
    expect(chiSquared).toBeLessThan(44.3);
  });
});

describe('the rules', () => {
  const options: SamplingOptions = {
    rate: 0,
    slowMsByRoute: { '/chat': 5_000 },
    criticalRoutes: ['/pay/*', '/login'],
    drop: [{ route: '/health' }],
    rules: [{ id: 'posts', when: { method: 'POST', status: [200, 299] }, rate: 1 }],
  };

  it.each<[string, SampledFacts, string, boolean]>([
    ['an error code', { requestId: 'a', errorCode: 'E1', route: '/health' }, 'error', true],
    ['a server error', { requestId: 'a', status: 503, durationMs: 9_999 }, 'error', true],
    ['a health check, slow or not', { requestId: 'a', route: '/health', durationMs: 9_999 }, 'drop', false],
    ['what is slow', { requestId: 'a', durationMs: 1_001 }, 'slow', true],
    ['what is not', { requestId: 'a', durationMs: 1_000 }, 'default', false],
    ["a route's own threshold", { requestId: 'a', route: '/chat', durationMs: 4_000 }, 'default', false],
    ['a critical route', { requestId: 'a', route: '/pay/:id' }, 'critical_route', true],
    ['one of exactly this name', { requestId: 'a', route: '/login/now' }, 'default', false],
    ['a rule of the application', { requestId: 'a', method: 'POST', status: 201 }, 'posts', true],
    ['a client that erred', { requestId: 'a', method: 'POST', status: 404 }, 'default', false],
  ])('decide of %s', (_what, facts, rule, keep) => {
    expect(decide(options, facts)).toMatchObject({ rule, keep });
  });

  it('give what they keep whole the weight 1', () => {
    expect(decide(options, { requestId: 'a', status: 500 }).sampleRate).toBe(1);
  });

  it('keep an event that has no id, since no process could decide it again', () => {
    expect(decide({ rate: 0.01 }, {}).keep).toBe(true);
    expect(decide({ rate: 0 }, {}).keep).toBe(false);
  });

  it('are the same of a policy, and others of another', () => {
    const version = (given: SamplingOptions) => new Sampler(given).policyVersion;
    expect([version({}), version({ rate: 0.05 }), version({ rate: 0.01 }) === version({})]).toEqual([
      version({}),
      version({}),
      false,
    ]);
  });

  it.each<[SamplingOptions, string]>([
    [{ rate: 1.5 }, 'events.sampling.rate must be a number from 0 to 1, got 1.5'],
    [{ rates: 1 } as SamplingOptions, 'events.sampling.rates'],
    [{ rules: [{ id: 'slow', when: {}, rate: 1 }] }, 'events.sampling.rules[0].id'],
    [
      {
        rules: [
          { id: 'all', when: {}, rate: 1 },
          { id: 'never', when: { method: 'GET' }, rate: 1 },
        ],
      },
      'events.sampling.rules[1] must be before the rule "all"',
    ],
    [{ drop: [{ path: '/' } as never] }, 'events.sampling.drop[0].path'],
    [{ target: { perSecond: 0 } }, 'events.sampling.target.perSecond'],
    [{ target: { perSecond: 5 }, rate: 0.1 }, 'events.sampling.rate'],
  ])('refuse %j', (options, message) => {
    expect(() => new Sampler(options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(message) }),
    );
  });
});

describe('adaptive rates', () => {
  const traffic = (sampler: Sampler, window: number) => {
    let kept = 0;
    for (let n = 0; n < 10_000; n++) {
      const route = n % 100 === 0 ? '/rare' : '/frequent';
      if (sampler.decide({ requestId: `${window}-${n}`, route, status: 200 }, window * 1_000 + n / 10).keep) kept++;
    }
    return kept;
  };

  it('come near the target once a window is known, and keep what is rare', () => {
    const sampler = new Sampler({ target: { perSecond: 500, windowMs: 1_000 } });
    expect(traffic(sampler, 0)).toBe(10_000);
    const kept = traffic(sampler, 1);
    expect(kept).toBeGreaterThan(400);
    expect(kept).toBeLessThan(600);
    expect(sampler.decide({ requestId: 'x', route: '/rare', status: 200 }, 2_000)).toMatchObject({
      sampleRate: 1,
      windowId: 2,
    });
  });

  it('are decided alike by two that saw the same', () => {
    const [one, other] = [0, 1].map(() => new Sampler({ target: { perSecond: 50, windowMs: 1_000 } })) as [
      Sampler,
      Sampler,
    ];
    for (const window of [0, 1, 2]) expect(traffic(one, window)).toBe(traffic(other, window));
  });
});

describe('a million requests, of which one in twenty is an error or slow', () => {
  it('leave a tenth of their volume, every error, and totals within two in a hundred', () => {
    const sampler = new Sampler({});
    let kept = 0;
    let weight = 0;
    let errors = 0;
    for (let n = 0; n < 1_000_000; n++) {
      const facts = {
        requestId: `request-${n}`,
        route: '/chat',
        status: n % 40 === 0 ? 500 : 200,
        durationMs: n % 40 === 1 ? 2_000 : 20,
      };
      const decision = sampler.decide(facts, 0);
      if (!decision.keep) continue;
      kept++;
      weight += decision.sampleRate;
      if (facts.status === 500) errors++;
    }
    expect(kept).toBeLessThanOrEqual(100_000);
    expect(errors).toBe(25_000);
    expect(Math.abs(weight / 1_000_000 - 1)).toBeLessThan(0.02);
    expect(sampler.retention()).toMatchObject({
      error: { seen: 25_000, kept: 25_000 },
      slow: { seen: 25_000, kept: 25_000 },
    });
  }, 60_000);
});

describe('explainSampling', () => {
  it('tells of each rule whether it fits, of an event in either spelling', () => {
    const { rule, keep, rules } = explainSampling(
      {},
      { request_id: 'a', duration_ms: 1_500, route: '/chat', status_code: 200 },
    );
    expect([rule, keep]).toEqual(['slow', true]);
    expect(rules.map((one) => [one.rule, one.matched])).toEqual([
      ['error', false],
      ['drop', false],
      ['slow', true],
      ['critical_route', false],
      ['default', true],
    ]);
    expect(explainSampling({}, { requestId: 'a', durationMs: 1_500 }).reason).toBe('duration_ms 1500 > 1000');
    expect(explainSampling({}, { requestId: 'a', error: { code: 'E' } }).rule).toBe('error');
  });
});
