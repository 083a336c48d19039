import { describe, expect, it, vi } from 'vitest';
import { CHANGES } from '../../../../src/events/store/layout.js';
import { Ownership } from '../../../../src/events/store/ownership.js';

function header(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(64));
}

function take(words: Int32Array<SharedArrayBuffer>): Ownership {
  const owner = Ownership.take(words);
  owner.end();
  return owner;
}

describe('the ownership of the store', () => {
  it('is odd within a change, and even after it', () => {
    const words = header();
    const owner = take(words);
    expect(words[CHANGES]! % 2).toBe(0);
    expect(owner.begin()).toBe(true);
    expect(words[CHANGES]! % 2).toBe(1);
    owner.end();
    expect(words[CHANGES]! % 2).toBe(0);
  });

  it('goes to who comes last; the former owner can change nothing more', () => {
    const words = header();
    const former = take(words);
    const owner = take(words);
    const before = words[CHANGES];
    expect(former.held).toBe(false);
    expect(former.begin()).toBe(false);
    expect(words[CHANGES]).toBe(before);
    expect(owner.begin()).toBe(true);
    expect(owner.life).not.toBe(former.life);
  });

  it('is taken from one that died within a change; should it live after all, its end is no end of the new change', () => {
    const words = header();
    const former = take(words);
    former.begin();
    const owner = Ownership.take(words);
    expect(words[CHANGES]! % 2).toBe(1);
    former.end();
    expect(words[CHANGES]! % 2).toBe(1);
    owner.end();
    expect(words[CHANGES]! % 2).toBe(0);
  });

  it('is given back by one that loses it while it begins', () => {
    const words = header();
    const former = take(words);
    const { compareExchange } = Atomics;
    const spy = vi.spyOn(Atomics, 'compareExchange').mockImplementationOnce(((
      ...args: Parameters<typeof compareExchange>
    ) => {
      const result = compareExchange(...args);
      // Between the announcement and the second look.
      Atomics.add(words, 3, 1);
      return result;
    }) as typeof compareExchange);
    expect(former.begin()).toBe(false);
    spy.mockRestore();
    expect(words[CHANGES]! % 2).toBe(0);
  });

  it('survives a number that has run over', () => {
    const words = header();
    const owner = take(words);
    words[CHANGES] = 0x7ffffffe;
    for (let n = 0; n < 3; n++) {
      expect(owner.begin()).toBe(true);
      expect(Math.abs(words[CHANGES]! % 2)).toBe(1);
      owner.end();
      expect(Math.abs(words[CHANGES]! % 2)).toBe(0);
    }
  });
});
