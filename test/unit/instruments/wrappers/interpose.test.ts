import { describe, expect, it } from 'vitest';
import { interpose } from '../../../../src/instruments/wrappers/interpose.js';

const ours = () => 'ours';

describe('interpose', () => {
  it('goes into a copy of an object whose own method it stands before', () => {
    const object = { ask: () => 'theirs' };
    expect(interpose(object, 'ask', ours)).toBe(true);
    expect({ ...object }.ask()).toBe('ours');
    expect(Object.keys(object)).toEqual(['ask']);
  });

  it('is not listed where the method is inherited', () => {
    const object = Object.create({ ask: () => 'theirs' });
    expect(interpose(object, 'ask', ours)).toBe(true);
    expect(Object.keys(object)).toEqual([]);
  });

  it('says where it cannot be', () => {
    expect(interpose(Object.freeze({}), 'ask', ours)).toBe(false);
  });
});
