import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWarn } from '../../../src/internal/warnings.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('warnings', () => {
  it('say each thing at most once a minute', () => {
    const warn = vi.fn();
    const say = createWarn({ warn, info() {} });
    for (const key of ['a', 'a', 'b']) say(key, key);
    vi.advanceTimersByTime(59_999);
    say('a', 'a');
    expect(warn.mock.calls).toEqual([['[promptheus] a'], ['[promptheus] b']]);
    vi.advanceTimersByTime(1);
    say('a', 'a');
    expect(warn).toHaveBeenCalledTimes(3);
  });

  it('survive a logger that throws', () => {
    const say = createWarn({
      warn: () => {
        throw new Error('no');
      },
      info() {},
    });
    expect(() => say('a', 'a')).not.toThrow();
  });
});
