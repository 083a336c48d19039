import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeLabelValue, isPresentable, labelText, presentable } from '../../../src/metrics/label-value.js';

describe('labelText', () => {
  it.each([
    ['x', 'x'],
    ['', ''],
    [1.5, '1.5'],
    [true, 'true'],
    [false, 'false'],
    [7n, '7'],
    [undefined, ''],
    [null, ''],
  ])('%s is %j', (value, text) => {
    expect(labelText(value)).toBe(text);
  });

  it.each([{}, [], () => 'x', Symbol('x'), new Date(0)])('%s is no text, and its toString is not run', (value) => {
    expect(labelText(value)).toBeUndefined();
  });
});

describe('presentable', () => {
  const longest = 'x'.repeat(256);

  it.each([
    ['x', 'x'],
    [longest, longest],
    ['😀'.repeat(256), '😀'.repeat(256)],
    ['a\ud800b', 'a\ufffdb'],
  ])('keeps what fits, well-formed', (text, shown) => {
    expect(presentable(text)).toBe(shown);
    expect(isPresentable(text)).toBe(text === shown && text.length <= 256);
  });

  it('cuts a longer one to 256 code points, the last of them a hash of the whole', () => {
    for (const letter of ['x', '😀', '\ud800']) {
      const cut = presentable(letter.repeat(257));
      expect(Array.from(cut)).toHaveLength(256);
      expect(cut).toMatch(/^(x+|😀+|\ufffd+)~[0-9a-f]{16}$/u);
    }
    expect(isPresentable(`${longest}x`)).toBe(false);
  });

  it('keeps two long ones apart that differ at their ends alone', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 300, maxLength: 2_000, unit: 'grapheme' }), (text) => {
        expect(presentable(`${text}a`)).not.toBe(presentable(`${text}b`));
        expect(presentable(`${text}a`)).toBe(presentable(`${text}a`));
      }),
    );
  });
});

describe('escapeLabelValue', () => {
  it.each([
    ['plain é😀 {}', 'plain é😀 {}'],
    ['\\', '\\\\'],
    ['"', '\\"'],
    ['\n', '\\n'],
    ['\\n"\n\\"', '\\\\n\\"\\n\\\\\\"'],
    ['""', '\\"\\"'],
    ['\n\n', '\\n\\n'],
  ])('%j becomes %j', (text, escaped) => {
    expect(escapeLabelValue(text)).toBe(escaped);
  });
});
