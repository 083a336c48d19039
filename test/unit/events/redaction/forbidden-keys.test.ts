import { describe, expect, it } from 'vitest';
import {
  FORBIDDEN_KEYS,
  findForbiddenKey,
  forbiddenKeys,
  isForbiddenKey,
} from '../../../../src/events/redaction/forbidden-keys.js';

describe('forbidden keys', () => {
  it('are eleven', () => {
    expect(FORBIDDEN_KEYS).toHaveLength(11);
    for (const key of FORBIDDEN_KEYS) expect(isForbiddenKey(key)).toBe(true);
  });

  it.each(['userId', 'User-ID', 'USER_ID', 'user.id', 'api-key', 'apiKey', 'E-Mail', 'userName', 'Session_Id'])(
    'are told whatever their case and separators: %s',
    (key) => expect(isForbiddenKey(key)).toBe(true),
  );

  it.each([
    'operation_name',
    'metric_name',
    'user_hash',
    'region',
    'status_code',
    'count',
    'query_hash',
    'rows_returned',
    'cache_hit',
    'database',
    'input_tokens',
    'cache_key',
    'filename',
    '',
    '__proto__',
  ])('are whole keys, so this one is allowed: %s', (key) => expect(isForbiddenKey(key)).toBe(false));

  it('can be added to', () => {
    const list = forbiddenKeys(['phone_number']);
    expect(isForbiddenKey('phoneNumber', list)).toBe(true);
    expect(isForbiddenKey('email', list)).toBe(true);
    expect(isForbiddenKey('phoneNumber')).toBe(false);
  });

  it('are found at any depth, with their path', () => {
    expect(findForbiddenKey({ region: 'eu', rows: [{ ok: 1 }, { owner: { 'User-ID': 1 } }] })).toBe(
      'rows[1].owner.User-ID',
    );
    expect(findForbiddenKey({ region: 'eu', rows: [1, null, 'email'] })).toBeUndefined();
    expect(findForbiddenKey({ phone: 1 }, forbiddenKeys(['phone']))).toBe('phone');
    for (const value of [undefined, null, 'email', 1]) expect(findForbiddenKey(value)).toBeUndefined();
  });

  it('are looked for once in each object, however they hang together', () => {
    const knot: Record<string, unknown> = {};
    knot.self = knot;
    knot.list = [knot, { knot }];
    expect(findForbiddenKey(knot)).toBeUndefined();
    let deep: Record<string, unknown> = {};
    for (let depth = 0; depth < 100_000; depth++) deep = { deep };
    expect(findForbiddenKey(deep)).toBeUndefined();
  });
});
