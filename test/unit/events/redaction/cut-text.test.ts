import { describe, expect, it } from 'vitest';
import { cutText } from '../../../../src/events/redaction/cut-text.js';

describe('cutText', () => {
  it('cuts at a whole character', () => {
    expect(cutText('abc', 3)).toBe('abc');
    expect(cutText('abcd', 3)).toBe('abc');
    expect(cutText('ab😀', 3)).toBe('ab');
    expect(cutText('a😀d', 3)).toBe('a😀');
  });
});
