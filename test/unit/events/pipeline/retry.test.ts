import { describe, expect, it } from 'vitest';
import { backoffMs, failureOf } from '../../../../src/events/pipeline/retry.js';

describe('the pause before another try', () => {
  it('doubles its ceiling up to half a minute, and is any part of it', () => {
    const ceilings = [1, 2, 3, 4, 7, 8, 2_000].map((failures) => backoffMs(failures, () => 1));
    expect(ceilings).toEqual([250, 500, 1_000, 2_000, 16_000, 30_000, 30_000]);
    expect(backoffMs(3, () => 0)).toBe(0);
    expect(backoffMs(3, () => 0.25)).toBe(250);
  });

  it('is as long as the server asks for at least', () => {
    expect(backoffMs(1, () => 0.5, 5_000)).toBe(5_000);
    expect(backoffMs(8, () => 0.5, 5_000)).toBe(15_000);
  });
});

describe('what an error says', () => {
  it.each([
    [new Error('down'), { permanent: false, tooLarge: false, retryAfterMs: 0, reason: 'down' }],
    [Object.assign(new Error('no'), { permanent: true }), { permanent: true, reason: 'no' }],
    [Object.assign(new Error('big'), { code: 'TOO_LARGE' }), { tooLarge: true, permanent: false }],
    [Object.assign(new Error('wait'), { retryAfterMs: 50 }), { retryAfterMs: 50 }],
    [Object.assign(new Error('wait'), { retryAfterMs: -1 }), { retryAfterMs: 0 }],
    [Object.assign(new Error('wait'), { retryAfterMs: Number.POSITIVE_INFINITY }), { retryAfterMs: 3_600_000 }],
    [Object.assign(new Error('wait'), { retryAfterMs: '50' }), { retryAfterMs: 0 }],
    ['text', { permanent: false, reason: 'text' }],
    [undefined, { permanent: false, reason: 'undefined' }],
    [null, { permanent: false, reason: 'null' }],
  ])('%s', (error, expected) => {
    expect(failureOf(error)).toMatchObject(expected);
  });
});
