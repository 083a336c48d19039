import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deadline } from '../../../src/internal/deadline.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => {});

describe('a deadline', () => {
  it('gives what comes in time, also a failure, and leaves no timer behind', async () => {
    expect(await new Deadline(100).within(Promise.resolve(1))).toBe(1);
    expect(await new Deadline(100).answerOf(Promise.resolve(undefined))).toBeUndefined();
    await expect(new Deadline(100).within(Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(new Deadline(100).answerOf(Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for the rest no longer', async () => {
    const late = new Deadline(100).within(never);
    const missing = expect(new Deadline(100).answerOf(never)).rejects.toThrow('no answer within 100 ms');
    vi.advanceTimersByTime(100);
    expect(await late).toBeUndefined();
    await missing;
  });

  it('is brought forward, and never put off', async () => {
    const deadline = new Deadline(100);
    const late = deadline.within(never);
    expect(deadline.bringForward(200)).toBe(false);
    expect(deadline.bringForward(50)).toBe(true);
    expect(deadline.leftMs).toBe(50);
    vi.advanceTimersByTime(50);
    expect(await late).toBeUndefined();
    expect(deadline.bringForward(10), 'nobody waits any more').toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
