import { describe, expect, it } from 'vitest';
import type { SamplingFacts } from '../../../../src/events/sampling/facts.js';
import type { SamplingOptions } from '../../../../src/events/sampling/options.js';
import { Sampler } from '../../../../src/events/sampling/sampler.js';
import { request } from './facts-of-requests.js';

const decide = (options: SamplingOptions, facts: SamplingFacts) => new Sampler(options).decide(request(facts), 0);
const ruleOf = (options: SamplingOptions, facts: SamplingFacts) => decide(options, facts).rule;

describe('what is always kept', () => {
  const LEAST: SamplingOptions = { rate: 0.000001 };

  it.each<[string, SamplingFacts, string]>([
    ['error', { errorCode: 'RATE_LIMIT' }, 'error.code RATE_LIMIT is there'],
    ['error', { status: 500 }, 'status 500 >= 500'],
    ['error', { outcome: 'error' }, 'outcome error is error'],
    ['error', { errorCode: 'X', status: 503 }, 'error.code X is there and status 503 >= 500'],
    ['slow', { durationMs: 1_000.1 }, 'durationMs 1000.1 > 1000'],
  ])('%s: %o', (rule, facts, reason) => {
    expect(decide(LEAST, facts)).toMatchObject({
      keep: true,
      rule,
      reason,
      sampleRate: 1,
      threshold: '00000000000000',
    });
  });

  it.each<SamplingFacts>([{}, { status: 499 }, { durationMs: 1_000 }, { errorCode: '' }, { outcome: 'aborted' }])(
    'but not %o',
    (facts) => {
      expect(decide(LEAST, facts)).toMatchObject({ keep: false, rule: 'default', reason: 'no other rule matches' });
    },
  );

  it('takes the limit of the route for slow, the longest beginning where none has its name', () => {
    const options = { slowMs: 100, slowMsByRoute: { '/chat': 5_000, '/chat*': 2_000, '/chat/long*': 9_000 } };
    const limits = { '/chat': 5_000, '/chat/:id': 2_000, '/chat/long/:id': 9_000, '/other': 100 };
    for (const [route, limit] of Object.entries(limits)) {
      expect(ruleOf(options, { route, durationMs: limit }), route).toBe('default');
      expect(ruleOf(options, { route, durationMs: limit + 1 }), route).toBe('slow');
    }
  });

  it('takes critical routes by name and by beginning', () => {
    const options = { criticalRoutes: ['/login', '/pay*'] };
    expect(decide(options, { route: '/payments/:id' })).toMatchObject({
      keep: true,
      rule: 'critical_route',
      reason: 'route /payments/:id matches /pay*',
    });
    expect(ruleOf(options, { route: '/login' })).toBe('critical_route');
    expect(ruleOf(options, { route: '/login/again' })).toBe('default');
    expect(new Sampler(options).decide({ requestId: 'a' }, 0).rule).toBe('default');
  });
});

describe('the order of the rules', () => {
  const options: SamplingOptions = {
    criticalRoutes: ['/health/deep'],
    drop: [{ id: 'health', when: { route: '/health*' } }],
    rules: [
      { id: 'reads', when: { method: 'get', tenant: ['acme', 'globex'] }, rate: 0.5 },
      { id: 'acme', when: { tenant: 'acme' }, rate: 1 },
    ],
  };

  it('never drops an error, what is slow, or a critical route', () => {
    expect(decide(options, { route: '/health' })).toMatchObject({ keep: false, rule: 'health', sampleRate: 0, r: '' });
    expect(ruleOf(options, { route: '/health', status: 503 })).toBe('error');
    expect(ruleOf(options, { route: '/health', durationMs: 1_500 })).toBe('slow');
    expect(ruleOf(options, { route: '/health/deep' })).toBe('critical_route');
  });

  it('keeps nothing at a rate of 0, of a rule and of the rest', () => {
    const none = { rate: 0, rules: [{ id: 'noise', when: { tenant: 'noise' }, rate: 0 }] };
    expect(decide(none, { tenant: 'noise' })).toMatchObject({ keep: false, rule: 'noise', sampleRate: 0 });
    expect(decide(none, {})).toMatchObject({ keep: false, rule: 'default', sampleRate: 0 });
    expect(new Sampler(none).decide({}, 0).keep).toBe(false);
    expect(decide(none, { status: 500 }).keep).toBe(true);
  });

  it('drops before any rate, and takes the first rate that matches', () => {
    expect(ruleOf(options, { route: '/health', tenant: 'acme' })).toBe('health');
    expect(ruleOf(options, { tenant: 'acme' })).toBe('reads');
    expect(ruleOf(options, { tenant: 'acme', method: 'POST' })).toBe('acme');
    expect(ruleOf(options, { tenant: 'other' })).toBe('default');
    expect(decide(options, { tenant: 'globex' })).toMatchObject({ sampleRate: 2, threshold: '80000000000000' });
  });

  it('wants every condition of a rule, and one of the values of each', () => {
    const of = (when: NonNullable<SamplingOptions['rules']>[number]['when'], facts: SamplingFacts) =>
      ruleOf({ rules: [{ id: 'it', when, rate: 1 }] }, facts);
    expect(of({ status: '4xx' }, { status: 400 })).toBe('it');
    expect(of({ status: '4xx' }, { status: 499 })).toBe('it');
    expect(of({ status: '4xx' }, { status: 399 })).toBe('default');
    expect(of({ status: 404 }, { status: 404 })).toBe('it');
    expect(of({ status: [300, 404] }, { status: 405 })).toBe('default');
    expect(of({ outcome: ['aborted', 'incomplete'] }, { outcome: 'incomplete' })).toBe('it');
    expect(of({ outcome: 'aborted', route: '/a*' }, { outcome: 'aborted', route: '/b' })).toBe('default');
    expect(of({ status: '4xx' }, { status: Number.NaN })).toBe('default');
    expect(of({}, {})).toBe('it');
  });
});
