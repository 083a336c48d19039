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
    [() => linearBuckets(0, 0, 3), 'linearBuckets: the bounds must ascend'],
    [() => linearBuckets(0, -1, 3), 'ascend'],
    [() => linearBuckets(Number.NaN, 1, 3), 'NaN'],
    [() => linearBuckets(0, 1, 0), 'linearBuckets needs a count of 1 to 1000, got 0'],
    [() => linearBuckets(0, 1, 1_001), 'got 1001'],
    [() => linearBuckets(0, 1, 2.5), 'got 2.5'],
    [() => linearBuckets(0, 1, 1e9), 'got 1000000000'],
    [() => exponentialBuckets(0, 2, 3), 'exponentialBuckets needs a start above 0, got 0'],
    [() => exponentialBuckets(1, 2, 0), 'exponentialBuckets needs a count'],
    [() => exponentialBuckets(1, 1, 3), 'ascend'],
    [() => exponentialBuckets(1, 1e300, 3), 'Infinity'],
    [() => resolveBuckets('a_seconds', []), 'a_seconds: at least one bound'],
    [
      () =>
        resolveBuckets(
          'a_seconds',
          Array.from({ length: 1_001 }, (_, at) => at),
        ),
      'at most 1000 bounds',
    ],
    [() => resolveBuckets('a_seconds', [1, 1]), 'a_seconds'],
    [() => resolveBuckets('a_seconds', [2, 1]), '1'],
    [() => resolveBuckets('a_seconds', [1, Number.NaN]), 'every bound must be a finite number, got ["1, NaN"]'],
    [() => resolveBuckets('a_seconds', ['1'] as never), '1'],
    [() => resolveBuckets('a_seconds', 5 as never), 'got 5'],
    [() => resolveBuckets('a_seconds', [Number.POSITIVE_INFINITY]), 'a_seconds'],
  ])('refuses %s', (make, part) => {
    expect(make).toThrow(coded('INVALID_BUCKETS', part));
  });

  it('are one to a thousand', () => {
    expect(linearBuckets(5, 1, 1)).toEqual([5]);
    expect(linearBuckets(0, 1, 1_000)).toHaveLength(1_000);
    expect(resolveBuckets('a_seconds', linearBuckets(0, 1, 1_000))).toHaveLength(1_000);
  });

  it("are copied, so that the list that was given stays its owner's", () => {
    const given = [1, 2];
    expect(resolveBuckets('a_seconds', given)).not.toBe(given);
    expect(Object.isFrozen(given)).toBe(false);
  });

  it('takes a last +Infinity for what it is anyway, and copies what it is given', () => {
    const given = [1, 2, Number.POSITIVE_INFINITY];
    const resolved = resolveBuckets('a_seconds', given);
    given[0] = 7;
    expect(resolved).toEqual([1, 2]);
    expect(Object.isFrozen(resolved)).toBe(true);
  });
});
