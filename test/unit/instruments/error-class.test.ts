import { describe, expect, it } from 'vitest';
import { errorClassOf } from '../../../src/instruments/error-class.js';

class RateLimitError extends Error {}
class APIConnectionTimeoutError extends Error {}
class APIConnectionError extends Error {}
class ThrottlingException extends Error {
  override name = 'ThrottlingException';
  readonly $metadata = { httpStatusCode: 400 };
}

const with_ = (facts: object) => Object.assign(new Error('x'), facts);

describe('the class of a model error', () => {
  it.each([
    [with_({ status: 429 }), 'rate_limit'],
    [with_({ status: 429, code: 'insufficient_quota' }), 'quota'],
    [with_({ status: 429, error: { type: 'insufficient_quota' } }), 'quota'],
    [new RateLimitError('x'), 'rate_limit'],
    [new ThrottlingException('x'), 'rate_limit'],
    [with_({ status: 400, code: 'context_length_exceeded' }), 'context_length'],
    [with_({ status: 413 }), 'context_length'],
    [
      with_({ status: 400, error: { error: { message: 'prompt is too long: 208310 tokens > 200000 maximum' } } }),
      'context_length',
    ],
    [with_({ status: 400, error: { error: { message: 'messages: text must not be empty' } } }), 'invalid_request'],
    [with_({ status: 400, code: 'content_filter' }), 'content_filter'],
    [with_({ status: 401 }), 'auth'],
    [with_({ status: 403 }), 'auth'],
    [with_({ status: 404 }), 'invalid_request'],
    [with_({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } }), 'invalid_request'],
    [with_({ name: 'ModelNotReadyException', $metadata: { httpStatusCode: 429 } }), 'overloaded'],
    [with_({ name: 'TimeoutError', code: 'ECONNRESET', $metadata: {} }), 'network'],
    [with_({ code: 'ENOTFOUND' }), 'network'],
    [with_({ status: 422, type: 'invalid_request_error' }), 'invalid_request'],
    [with_({ status: 408 }), 'timeout'],
    [with_({ status: 504 }), 'timeout'],
    [new APIConnectionTimeoutError('Request timed out.'), 'timeout'],
    [with_({ name: 'TimeoutError' }), 'timeout'],
    [with_({ status: 503 }), 'overloaded'],
    [with_({ status: 529, error: { error: { type: 'overloaded_error' } } }), 'overloaded'],
    [with_({ statusCode: 500 }), 'server'],
    [with_({ status: 502 }), 'server'],
    [new APIConnectionError('Connection error.'), 'network'],
    [new TypeError('fetch failed', { cause: with_({ code: 'ECONNREFUSED' }) }), 'network'],
    [with_({ code: 'ECONNRESET' }), 'network'],
    [with_({ name: 'AI_RetryError', lastError: with_({ statusCode: 429 }) }), 'rate_limit'],
    [new Error('x'), 'other'],
    [new TypeError('x is not a function'), 'other'],
    ['a string', 'other'],
    [undefined, 'other'],
  ])('of %o is %s', (error, expected) => expect(errorClassOf(error)).toBe(expected));

  it('never throws, whatever a getter or a cause does', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    expect(errorClassOf(hostile)).toBe('other');
    const circle: { cause?: unknown } = {};
    circle.cause = circle;
    expect(errorClassOf(circle)).toBe('other');
  });
});
