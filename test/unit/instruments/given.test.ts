import { describe, expect, it } from 'vitest';
import { givenFlag, givenText } from '../../../src/instruments/given.js';

const promises = () => [Promise.reject(new Error('late')), Promise.resolve('x'), new Promise(() => {})];

describe('what a callback gave', () => {
  it.each([
    ['acme', 'acme'],
    ['', ''],
    [7, '7'],
    [false, 'false'],
    [undefined, undefined],
    [null, undefined],
  ])('%j is the text %j', (value, text) => {
    expect(givenText(value)).toBe(text);
  });

  it.each([
    [true, true],
    [false, false],
    [undefined, false],
    [null, false],
  ])('%j is the answer %j', (value, flag) => {
    expect(givenFlag(value)).toBe(flag);
  });

  it('anything else is for the caller to count, and a promise that rejects ends no process', async () => {
    for (const value of [...promises(), {}, [], () => 1, Symbol('s'), Object.create(null)]) {
      expect(() => givenText(value)).toThrow(TypeError);
    }
    for (const value of [...promises(), {}, 'yes', 1]) expect(() => givenFlag(value)).toThrow(TypeError);
    // An unhandled rejection would fail this run.
    await new Promise((resolve) => setImmediate(resolve));
  });
});
