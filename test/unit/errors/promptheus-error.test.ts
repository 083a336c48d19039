import { describe, expect, it } from 'vitest';
import { PromptheusError, show } from '../../../src/errors/promptheus-error.js';

describe('PromptheusError', () => {
  it('names its code, its page and its cause, and is told by brand', () => {
    const cause = new Error('why');
    const error = new PromptheusError('PORT_IN_USE', 'Port 1 is taken.', { cause });
    expect(error).toMatchObject({ name: 'PromptheusError', code: 'PORT_IN_USE', cause });
    expect(error.message).toBe('Port 1 is taken. (PORT_IN_USE, docs/errors.md#port_in_use)');
    expect([error, cause, null, 'x', { code: 'PORT_IN_USE' }].map((one) => PromptheusError.is(one))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(PromptheusError.is({ [Symbol.for('promptheus.error')]: true })).toBe(true);
  });
});

describe('show', () => {
  it('is short, on one line, and never throws', () => {
    const thrower = {
      toString: () => {
        throw new Error('no');
      },
    };
    const hostile = ['a\nb', 'x'.repeat(1e6), Symbol('s'), 5n, Object.create(null), thrower, () => 1, null, undefined];
    for (const value of hostile) {
      expect(show(value).length).toBeLessThanOrEqual(120);
      expect(show(value)).not.toContain('\n');
    }
    expect(show('a')).toBe('"a"');
  });
});
