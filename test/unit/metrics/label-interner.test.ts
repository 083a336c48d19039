import { describe, expect, it } from 'vitest';
import { idOf, LabelInterner, NO_ID } from '../../../src/metrics/label-interner.js';

describe('label interner', () => {
  it('gives one number to a text and another to another, whatever object keys they are', () => {
    const interner = new LabelInterner();
    const texts = ['__proto__', 'constructor', 'toString', '1', '01', '-0', '0', '', 'length', '4294967295', '１'];
    const ids = texts.map((text) => interner.add(text));
    expect(new Set(ids).size).toBe(texts.length);
    expect(ids).not.toContain(NO_ID);
    expect(texts.map((text) => idOf(interner.ids, text))).toEqual(ids);
    expect(ids.map((id) => interner.text(id))).toEqual(texts);
  });

  it('finds what stands for a text as the text', () => {
    const interner = new LabelInterner();
    const { ids } = interner;
    const [one, yes, none] = ['1', 'true', ''].map((text) => interner.add(text));
    expect([1, 1n, true, undefined, null].map((value) => idOf(ids, value))).toEqual([one, one, yes, none, none]);
    expect(idOf(ids, 'hasOwnProperty')).toBe(NO_ID);
    expect([{}, [], Symbol('1'), () => 1].map((value) => idOf(ids, value))).toEqual(Array(4).fill(NO_ID));
  });

  it('keeps a number as long as one series uses it, then gives it to another', () => {
    const interner = new LabelInterner();
    const id = interner.add('a');
    interner.retain(id);
    interner.retain(id);
    interner.release(id);
    expect(idOf(interner.ids, 'a')).toBe(id);
    interner.release(id);
    expect(idOf(interner.ids, 'a')).toBe(NO_ID);
    expect(interner.add('b')).toBe(id);
  });
});
