import { describe, expect, it } from 'vitest';
import { LabelInterner } from '../../../src/metrics/label-interner.js';

describe('label interner', () => {
  it('gives one number to a text and another to another, whatever object keys they are', () => {
    const interner = new LabelInterner();
    const texts = ['__proto__', 'constructor', 'toString', '1', '01', '-0', '0', '', 'length', '4294967295', '１'];
    const ids = texts.map((text) => interner.acquire(text));
    expect(new Set(ids).size).toBe(texts.length);
    expect(texts.map((text) => interner.find(text))).toEqual(ids);
    expect(ids.map((id) => interner.text(id))).toEqual(texts);
  });

  it('finds what stands for a text as the text', () => {
    const interner = new LabelInterner();
    const [one, yes, none] = ['1', 'true', ''].map((text) => interner.acquire(text));
    expect([1, 1n, true, undefined, null].map((value) => interner.find(value))).toEqual([one, one, yes, none, none]);
    expect(interner.find('hasOwnProperty')).toBeUndefined();
    expect([{}, [], Symbol('1'), () => 1].map((value) => interner.find(value))).toEqual(Array(4).fill(undefined));
  });

  it('keeps a number as long as one series uses it, then gives it to another', () => {
    const interner = new LabelInterner();
    const id = interner.acquire('a');
    interner.acquire('a');
    interner.release(id);
    expect(interner.find('a')).toBe(id);
    interner.release(id);
    expect(interner.find('a')).toBeUndefined();
    expect(interner.acquire('b')).toBe(id);
    expect(interner.size).toBe(1);
  });
});
