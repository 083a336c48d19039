import { describe, expect, it } from 'vitest';
import { errorFieldOf } from '../../../../src/events/wide/error-field.js';

class Refused extends Error {
  override readonly name = 'Refused';
}

describe('errorFieldOf', () => {
  it.each([
    ['an error', new TypeError('bad'), { code: undefined, type: 'TypeError', message: 'bad' }],
    [
      'a class of its own, with a code',
      Object.assign(new Refused('no'), { code: 'R1' }),
      { code: 'R1', type: 'Refused', message: 'no' },
    ],
    [
      'a code that is a number',
      Object.assign(new Error(''), { code: 13 }),
      { code: '13', type: 'Error', message: undefined },
    ],
    ['a text', 'broken', { code: undefined, type: '_OTHER', message: 'broken' }],
    ['nothing', null, { code: undefined, type: '_OTHER', message: undefined }],
    ['a name that is none', { name: 'a b', message: 4 }, { code: undefined, type: '_OTHER', message: '4' }],
  ])('reads %s', (_what, thrown, field) => {
    expect(errorFieldOf(thrown)).toEqual(field);
  });

  it('shows no half of an address where a message or a code is cut', () => {
    for (const most of [128, 1_000]) {
      for (let before = most - 30; before <= most; before++) {
        const text = `${'x'.repeat(before)} bobby@example.com`.padEnd(1_100, ' .');
        const { code, message } = errorFieldOf(Object.assign(new Error(text), { code: text }));
        expect(most === 128 ? code : message).not.toMatch(/bob|exam/);
      }
    }
  });

  it('cuts a message, and survives what throws at every look', () => {
    expect(errorFieldOf(new Error('x'.repeat(2_000))).message).toHaveLength(1_000);
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    expect(errorFieldOf(hostile)).toEqual({ code: undefined, type: '_OTHER', message: undefined });
  });
});
