import { describe, expect, it } from 'vitest';
import { type AccessCheck, createAccessCheck } from '../../../src/exposition/access.js';

const refused = (said: string) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(said) });
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('auth', () => {
  const bearer: AccessCheck = (...scrape) => createAccessCheck({ auth: { bearer: 's3cret' } })(...scrape);
  const user: AccessCheck = (...scrape) =>
    createAccessCheck({ auth: { username: 'prom', password: 'pä:ss' } })(...scrape);

  it('lets the right one in, whatever the case of its scheme and the spaces around', () => {
    expect(bearer('Bearer s3cret', undefined)).toBeUndefined();
    expect(bearer(' bEARER  s3cret ', undefined)).toBeUndefined();
    expect(user(basic('prom:pä:ss'), undefined)).toBeUndefined();
    expect(createAccessCheck({})(undefined, undefined)).toBeUndefined();
  });

  it('says how to ask', () => {
    const challenge = 'realm="metrics", charset="UTF-8"';
    expect(bearer(undefined, undefined)?.headers).toEqual({ 'WWW-Authenticate': `Bearer ${challenge}` });
    expect(user(undefined, undefined)?.headers).toEqual({ 'WWW-Authenticate': `Basic ${challenge}` });
  });

  it('a scheme and a token in one word are no right one', () => {
    expect(createAccessCheck({ auth: { bearer: 'x' } })('bearerx', undefined)).toMatchObject({ status: 401 });
  });

  it.each([
    ['none', undefined],
    ['an empty header', ''],
    ['the scheme alone', 'Bearer'],
    ['no token', 'Bearer '],
    ['another case', 'Bearer S3CRET'],
    ['no scheme', 's3cret'],
    ['another scheme', 'Basic s3cret'],
    ['a megabyte', 'x'.repeat(1e6)],
    ['a zero at its end', 'Bearer s3cret\0'],
  ])('keeps a wrong bearer out: %s', (_, header) => {
    expect(bearer(header, undefined)).toMatchObject({
      status: 401,
      headers: { 'WWW-Authenticate': expect.stringContaining('Bearer') },
    });
  });

  it.each([basic('prom:'), basic(':pä:ss'), basic('prom'), basic('PROM:pä:ss'), 'Basic !!!', 'Bearer pä:ss'])(
    'keeps a wrong user out: %s',
    (header) => {
      expect(user(header, undefined)).toMatchObject({ status: 401 });
    },
  );

  it.each<[auth: unknown, said: string]>([
    [{ bearer: '' }, 'auth.bearer must be a token'],
    [{ bearer: 5 }, 'auth.bearer must be a token'],
    [{ username: 'a:b', password: 'c' }, 'no ":" in the user'],
    [{ username: '', password: 'c' }, 'none of them empty'],
    [{ username: 'a', password: '' }, 'none of them empty'],
    [{ username: ['a'], password: 'c' }, '{ username, password }'],
    [{ username: 'a', password: 5 }, '{ username, password }'],
    [{}, '{ bearer } or { username, password }'],
    [null, '{ bearer } or { username, password }, got null'],
    ['token', '{ bearer } or { username, password }, got "token"'],
    [5, '{ bearer } or { username, password }, got 5'],
  ])('is refused at set-up: %j', (auth, said) => {
    expect(() => createAccessCheck({ auth: auth as never })).toThrow(refused(said));
  });
});

describe('allow-list', () => {
  const check: AccessCheck = (...scrape) =>
    createAccessCheck({ allow: ['127.0.0.1', '10.1.0.0/16', '192.168.7.7/32', '::1', 'fd00::/8', 'fe80::9/128'] })(
      ...scrape,
    );

  it.each([
    '127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '10.1.255.1',
    '::ffff:10.1.2.3',
    '192.168.7.7',
    '::1',
    'fd12::1',
    'fe80::9',
  ])('lets %s in', (address) => {
    expect(check(undefined, address)).toBeUndefined();
  });

  it.each([undefined, '', 'localhost', '127.0.0.2', '10.2.0.1', '::2', 'fe80::1', 'fe80::1%eth0', '127.0.0.1 ', '1'])(
    'keeps %s out',
    (address) => {
      expect(check(undefined, address)).toEqual({ status: 403, headers: {} });
    },
  );

  it('a subnet of no bits is every address, and one address may stand alone', () => {
    expect(createAccessCheck({ allow: ['0.0.0.0/0'] })(undefined, '9.9.9.9')).toBeUndefined();
    const alone = createAccessCheck({ allow: '::1' as never });
    expect(alone(undefined, '::1')).toBeUndefined();
    expect(alone(undefined, '::2')).toMatchObject({ status: 403 });
  });

  it('an empty one lets nobody in', () => {
    expect(createAccessCheck({ allow: [] })(undefined, '127.0.0.1')).toMatchObject({ status: 403 });
  });

  it.each([
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8.5',
    '10.0.0.0/8/8',
    '::/129',
    '',
    5,
    null,
  ])('refuses %j at set-up', (entry) => {
    const said = `allow holds addresses ("127.0.0.1") and subnets ("10.0.0.0/8"), got ${JSON.stringify(entry)}`;
    expect(() => createAccessCheck({ allow: [entry as never] })).toThrow(refused(said));
    expect(() => createAccessCheck({ allow: entry as never })).toThrow(refused(said));
  });
});
