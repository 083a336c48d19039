import { describe, expect, it } from 'vitest';
import { PromptheusError } from '../../../../src/errors/promptheus-error.js';
import type { SamplingMatch, SamplingOptions } from '../../../../src/events/sampling/options.js';
import { versionOf } from '../../../../src/events/sampling/policy.js';
import { resolveSampling } from '../../../../src/events/sampling/resolve.js';

function refusal(options: unknown): string {
  try {
    resolveSampling(options as SamplingOptions);
  } catch (error) {
    if (PromptheusError.is(error) && error.code === 'INVALID_OPTION') return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}
const rule = (id: string, when: SamplingMatch) => ({ id, when, rate: 0.5 });

describe('a policy', () => {
  it('has the defaults of the source', () => {
    expect(resolveSampling({})).toEqual({
      rate: 0.05,
      slowMs: 1_000,
      slowMsByRoute: {},
      criticalRoutes: [],
      drop: [],
      rules: [],
      target: undefined,
      salt: 'promptheus:',
    });
  });

  it.each<[unknown, RegExp]>([
    [null, /sampling must be an object, got null/],
    [{ rates: 1 }, /no option "events\.sampling\.rates".*rate, slowMs/],
    [{ rate: 1e-7 }, /events\.sampling\.rate must be 0, or a number from 0\.000001 to 1, got 1e-7/],
    [{ rate: 1.5 }, /got 1\.5/],
    [{ rate: '0.5' }, /got "0\.5"/],
    [{ rate: Number.NaN }, /got NaN/],
    [{ slowMs: -1 }, /sampling\.slowMs must be a number of milliseconds/],
    [{ slowMs: Number.POSITIVE_INFINITY }, /sampling\.slowMs/],
    [{ slowMsByRoute: { '/a': '5' } }, /slowMsByRoute\["\/a"\] must be/],
    [{ slowMsByRoute: [] }, /slowMsByRoute must be an object/],
    [{ criticalRoutes: '/a' }, /criticalRoutes must be an array of texts/],
    [{ criticalRoutes: [''] }, /criticalRoutes/],
    [{ salt: 1 }, /salt must be a string/],
    [{ target: {} }, /target\.perSecond must be a number above 0/],
    [{ target: { perSecond: 1, windowMs: 10 } }, /target\.windowMs must be .*at least 1,000, got 10/],
    [{ target: { perSecond: 1, keys: 5 } }, /no option "events\.sampling\.target\.keys"/],
    [{ drop: {} }, /drop must be an array of rules/],
    [{ drop: ['x'] }, /drop\[0\] must be a rule/],
    [{ drop: [{ id: 'a' }] }, /drop\[0\]\.when must be an object/],
    [{ drop: [{ id: 'a', when: {}, rate: 1 }] }, /no option "events\.sampling\.drop\[0\]\.rate"/],
    [{ rules: [{ id: 'a', when: {} }] }, /rules\[0\]\.rate must be/],
    [{ rules: [{ ...rule('a', {}), rate: -1 }] }, /rules\[0\]\.rate must be 0, or a number/],
    [{ rules: [rule('a b', {})] }, /id of a sampling rule must be/],
    [{ rules: [rule('slow', {})] }, /Two sampling rules are called "slow"/],
    [{ drop: [{ id: 'a', when: { route: '/x' } }], rules: [rule('a', {})] }, /Two sampling rules are called "a"/],
    [{ rules: [{ ...rule('a', {}), when: { path: '/' } }] }, /no option "events\.sampling\.rules\[0\]\.when\.path"/],
    [{ rules: [{ ...rule('a', {}), when: { status: '6xx' } }] }, /when\.status must be/],
    [{ rules: [{ ...rule('a', {}), when: { status: [500, 400] } }] }, /when\.status must be/],
    [{ rules: [{ ...rule('a', {}), when: { status: [1, 2, 3] } }] }, /when\.status must be/],
    [{ rules: [{ ...rule('a', {}), when: { route: [] } }] }, /when\.route must be/],
    [{ rules: [{ ...rule('a', {}), when: { route: () => true } }] }, /when\.route must be/],
    [
      { rules: Array.from({ length: 101 }, (_, index) => rule(`r${index}`, { tenant: `${index}` })) },
      /100 rules at most/,
    ],
  ])('refuses %o', (options, message) => {
    expect(refusal(options)).toMatch(message);
  });

  it.each<[string, SamplingOptions]>([
    ['a status that is an error', { rules: [rule('it', { status: '5xx' })] }],
    ['an outcome that is an error', { rules: [rule('it', { outcome: 'error', route: '/a' })] }],
    [
      'routes that are critical',
      { criticalRoutes: ['/pay*', '/in'], rules: [rule('it', { route: ['/pay/:id', '/in'] })] },
    ],
    [
      'what is dropped',
      { drop: [{ id: 'first', when: { route: '/h*' } }], rules: [rule('it', { route: '/health*', method: 'GET' })] },
    ],
    [
      'what an earlier rule takes',
      {
        rules: [rule('first', { tenant: ['a', 'b'], status: '2xx' }), rule('it', { tenant: 'b', status: [200, 204] })],
      },
    ],
    ['anything after a rule for everything', { rules: [rule('first', {}), rule('it', { method: 'GET' })] }],
    ['a rule for everything after another', { rules: [rule('first', {}), rule('it', {})] }],
  ])('refuses a rule that never decides: %s', (_, options) => {
    expect(refusal(options)).toMatch(
      /The sampling rule "it" never decides: "(error|critical_route|first)" stands before it/,
    );
  });

  it.each<SamplingOptions>([
    { rules: [rule('one', { status: [400, 500] })] },
    { rules: [rule('one', { outcome: ['error', 'aborted'] })] },
    { criticalRoutes: ['/pay'], rules: [rule('one', { route: ['/pay', '/b'] }), rule('two', { route: '/pay*' })] },
    { rules: [rule('one', { route: '/a', method: 'GET' }), rule('two', { route: '/a' }), rule('three', {})] },
    { rules: [rule('one', { status: '2xx' }), rule('two', { status: [200, 300] })] },
    { rules: [rule('one', { tenant: 'a' }), rule('two', { tenant: ['a', 'b'] })] },
    { rules: [rule('one', { tenant: 'a' }), rule('two', { status: 200 })] },
  ])('takes rules that can decide: %o', (options) => {
    expect(() => resolveSampling(options)).not.toThrow();
  });

  it('is plain data that no one can change any more', () => {
    const drop = [{ id: 'a', when: { route: '/x' } }];
    const policy = resolveSampling({ drop });
    expect(structuredClone(policy)).toEqual(policy);
    (drop[0] as { when: object }).when = { route: '/y' };
    expect(policy.drop[0]?.when.route).toEqual(['/x']);
    expect(Object.isFrozen(policy) && Object.isFrozen(policy.drop)).toBe(true);
  });
});

describe('the version of a policy', () => {
  const version = (options: SamplingOptions) => versionOf(resolveSampling(options));

  it('is the same for the same policy, however it is written', () => {
    expect(version({})).toMatch(/^[0-9a-f]{12}$/);
    expect(version({ slowMs: 1_000, rate: 0.05, salt: 'promptheus:' })).toBe(version({}));
    expect(version({ slowMsByRoute: { b: 1, a: 2 } })).toBe(version({ slowMsByRoute: { a: 2, b: 1 } }));
    expect(version({ rules: [rule('a', { method: 'get' })] })).toBe(
      version({ rules: [rule('a', { method: ['GET'] })] }),
    );
  });

  it('is another one for any other policy', () => {
    const others: SamplingOptions[] = [
      {},
      { rate: 0.01 },
      { slowMs: 999 },
      { slowMsByRoute: { '/a': 5 } },
      { criticalRoutes: ['/a'] },
      { drop: [{ id: 'a', when: { route: '/a' } }] },
      { rules: [rule('a', { route: '/a' })] },
      { target: { perSecond: 5 } },
      { salt: '' },
    ];
    expect(new Set(others.map(version)).size).toBe(others.length);
  });
});
