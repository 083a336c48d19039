import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { PromptheusError } from '../../../../src/errors/promptheus-error.js';
import { checkOperation, operationFields, operationOf } from '../../../../src/events/operations/operation.js';

const GOOD = { operationType: 'api_request', operationName: 'GET /users', durationMs: 42.5 };
const none = () => undefined;
const thrown = (given: unknown, find: (value: unknown) => string | undefined = none): PromptheusError => {
  try {
    checkOperation(given, find);
  } catch (error) {
    return error as PromptheusError;
  }
  throw new Error('nothing was thrown');
};

describe('checkOperation', () => {
  it('fills in what is left out', () => {
    expect(checkOperation(GOOD, none)).toEqual({ ...GOOD, success: true, errorMessage: null, metadata: null });
    expect(checkOperation({ ...GOOD, durationMs: 0, metadata: {} }, none)).toMatchObject({
      durationMs: 0,
      metadata: {},
    });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a number', 4],
    ['an array', []],
    ['an instance of a class', new (class Given {})()],
    ['an empty type', { ...GOOD, operationType: '' }],
    ['an empty name', { ...GOOD, operationName: ' ' }],
    ['a type that is no text', { ...GOOD, operationType: 4 }],
    ['a negative duration', { ...GOOD, durationMs: -1 }],
    ['a duration that is no number', { ...GOOD, durationMs: Number.NaN }],
    ['a duration without an end', { ...GOOD, durationMs: Number.POSITIVE_INFINITY }],
    ['a duration as a text', { ...GOOD, durationMs: '4' }],
    ['a success that is no boolean', { ...GOOD, success: 1 }],
    ['a message that is no text', { ...GOOD, errorMessage: new Error('no') }],
    ['metadata that is an array', { ...GOOD, metadata: [] }],
    ['metadata that is a map', { ...GOOD, metadata: new Map() }],
    ['metadata that is a date', { ...GOOD, metadata: new Date() }],
    ['a key that nobody knows', { ...GOOD, duration: 4 }],
  ])('refuses %s', (_what, given) => {
    const error = thrown(given);
    expect(PromptheusError.is(error)).toBe(true);
    expect(error.code).toBe('INVALID_OPERATION');
  });

  it('names the key of a person by its path', () => {
    const error = thrown({ ...GOOD, metadata: { user: { email: 'x' } } }, () => 'user.email');
    expect(error.code).toBe('PII_KEY');
    expect(error.message).toContain('metadata.user.email');
    expect(error.message).not.toContain('"x"');
  });

  it('refuses metadata that throws when it is read', () => {
    const read = () => {
      throw new Error('no');
    };
    expect(thrown({ ...GOOD, metadata: {} }, read).code).toBe('INVALID_OPERATION');
  });

  it('cuts type, name and message', () => {
    const long = 'x'.repeat(5_000);
    const operation = checkOperation({ ...GOOD, operationType: long, operationName: long, errorMessage: long }, none);
    expect(operation.operationType).toHaveLength(256);
    expect(operation.operationName).toHaveLength(256);
    expect(operation.errorMessage).toHaveLength(1_000);
  });

  it('shows no half of an address or a number where a text is cut', () => {
    for (let before = 950; before <= 1_000; before++) {
      const errorMessage = `${'x'.repeat(before)} bobby@example.com 4111 1111 1111 1111`.padEnd(1_100, ' .');
      const name = `${'y'.repeat(before - 745)} bobby@example.com`.padEnd(300, '.');
      const operation = checkOperation({ ...GOOD, operationType: name, operationName: name, errorMessage }, none);
      expect(operation.errorMessage?.length).toBeLessThanOrEqual(1_000);
      expect(JSON.stringify(operation)).not.toMatch(/bobby|example|411/);
    }
  });

  it('leaves a text that is not cut as it is: it is masked where it is stored', () => {
    expect(checkOperation({ ...GOOD, errorMessage: 'to bobby@example.com' }, none).errorMessage).toContain('@');
  });

  it('takes plain objects of anywhere', () => {
    expect(
      checkOperation(runInContext(`(${JSON.stringify({ ...GOOD, metadata: {} })})`, createContext()), none),
    ).toMatchObject(GOOD);
    expect(checkOperation(Object.assign(Object.create(null), GOOD), none)).toMatchObject(GOOD);
  });
});

describe('operationOf', () => {
  it('reads what stands in a row', () => {
    const metadata = { region: 'us-east' };
    expect(operationOf(['api_request', 'GET /users', 42.5, false, 'no', metadata])).toEqual({
      ...GOOD,
      success: false,
      errorMessage: 'no',
      metadata,
    });
    expect(checkOperation(operationOf(['api_request', 'GET /users', 42.5]), none)).toMatchObject(GOOD);
    expect(operationOf([GOOD])).toBe(GOOD);
    expect(thrown(operationOf(['api_request'])).code).toBe('INVALID_OPERATION');
    expect(thrown(operationOf([])).code).toBe('INVALID_OPERATION');
  });
});

describe('operationFields', () => {
  it('are those of the source, in its order', () => {
    const metadata = { status_code: 200, region: 'us-east' };
    expect(JSON.stringify(operationFields(checkOperation({ ...GOOD, metadata }, none)))).toBe(
      '{"operation_type":"api_request","operation_name":"GET /users","duration_ms":42.5,"success":true,"error_message":null,"metadata":{"status_code":200,"region":"us-east"}}',
    );
  });
});
