import { describe, expect, it } from 'vitest';
import { errorTypeOf, statusOf } from '../../../../src/instruments/wrappers/error-type.js';

describe('errorTypeOf', () => {
  it.each([
    ['the status that it carries', Object.assign(new Error('slow down'), { status: 429 }), '429'],
    ['its class', new TypeError('no'), 'TypeError'],
    ['_OTHER for what is no error', 'just text', '_OTHER'],
    ['_OTHER for a name that is a sentence', Object.assign(new Error(), { name: 'user 17 failed' }), '_OTHER'],
    [
      '_OTHER where a getter throws',
      {
        get status(): never {
          throw new Error('getter');
        },
      },
      '_OTHER',
    ],
  ])('names an error by %s', (_, error, type) => {
    expect(errorTypeOf('error', error)).toBe(type);
  });

  it('is the outcome where the caller ended the call, and nothing for a success', () => {
    expect([errorTypeOf('aborted', new Error('x')), errorTypeOf('success', 1)]).toEqual(['aborted', undefined]);
  });
});

describe('statusOf', () => {
  it.each([[{ status: 99 }], [{ status: '404' }], [{ statusCode: 600 }], [null], ['404']])(
    'finds none in %j',
    (value) => {
      expect(statusOf(value)).toBeUndefined();
    },
  );
});
