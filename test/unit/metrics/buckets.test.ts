import { describe, expect, it } from 'vitest';
import { exponentialBuckets, linearBuckets, resolveBuckets } from '../../../src/metrics/buckets.js';

const coded = (code: string, part: string) => expect.objectContaining({ code, message: expect.stringContaining(part) });

describe('buckets', () => {
  it('linearBuckets are a width apart', () => {
    expect(linearBuckets(-5, 2.5, 4)).toEqual([-5, -2.5, 0, 2.5]);
  });

  it('exponentialBuckets are a factor apart', () => {
    expect(exponentialBuckets(0.01, 2, 4)).toEqual([0.01, 0.02, 0.04, 0.08]);
  });

  it.each([
    [() => linearBuckets(0, 0, 3), 'ascend'],
    [() => linearBuckets(0, -1, 3), 'ascend'],
    [() => linearBuckets(Number.NaN, 1, 3), 'NaN'],
    [() => linearBuckets(0, 1, 0), 'got 0'],
    [() => linearBuckets(0, 1, 2.5), 'got 2.5'],
    [() => linearBuckets(0, 1, 1e9), 'got 1000000000'],
    [() => exponentialBuckets(0, 2, 3), 'got 0'],
    [() => exponentialBuckets(1, 1, 3), 'ascend'],
    [() => exponentialBuckets(1, 1e300, 3), 'Infinity'],
    [() => resolveBuckets('a_seconds', []), 'a_seconds'],
    [() => resolveBuckets('a_seconds', [1, 1]), 'a_seconds'],
    [() => resolveBuckets('a_seconds', [2, 1]), '1'],
    [() => resolveBuckets('a_seconds', [1, Number.NaN]), 'NaN'],
    [() => resolveBuckets('a_seconds', ['1'] as never), '1'],
    [() => resolveBuckets('a_seconds', 5 as never), 'got 5'],
    [() => resolveBuckets('a_seconds', [Number.POSITIVE_INFINITY]), 'a_seconds'],
  ])('refuses %s', (make, part) => {
    expect(make).toThrow(coded('INVALID_BUCKETS', part));
  });

  it('takes a last +Infinity for what it is anyway, and copies what it is given', () => {
    const given = [1, 2, Number.POSITIVE_INFINITY];
    const resolved = resolveBuckets('a_seconds', given);
    given[0] = 7;
    expect(resolved).toEqual([1, 2]);
    expect(Object.isFrozen(resolved)).toBe(true);
  });
});
