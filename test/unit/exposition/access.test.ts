import { describe, expect, it } from 'vitest';
import { type AccessCheck, createAccessCheck } from '../../../src/exposition/access.js';

const invalid = expect.objectContaining({ code: 'INVALID_OPTION' });
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('auth', () => {
  const bearer: AccessCheck = (...scrape) => createAccessCheck({ auth: { bearer: 's3cret' } })(...scrape);
  const user: AccessCheck = (...scrape) =>
    createAccessCheck({ auth: { username: 'prom', password: 'pä:ss' } })(...scrape);

  it('lets the right one in, whatever the case of its scheme', () => {
    expect(bearer('Bearer s3cret', undefined)).toBeUndefined();
    expect(bearer('bEARER s3cret', undefined)).toBeUndefined();
    expect(user(basic('prom:pä:ss'), undefined)).toBeUndefined();
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer S3CRET',
    's3cret',
    'Basic s3cret',
    'x'.repeat(1e6),
    'Bearer s3cret\0',
  ])('keeps a wrong bearer out: %j', (header) => {
    expect(bearer(header?.slice(0, 1e6), undefined)).toMatchObject({
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

  it.each([{ bearer: '' }, { username: 'a:b', password: 'c' }, { username: 'a', password: '' }, {}, null, 'token', 5])(
    'is refused at set-up: %j',
    (auth) => {
      expect(() => createAccessCheck({ auth: auth as never })).toThrow(invalid);
    },
  );
});

describe('allow-list', () => {
  const check: AccessCheck = (...scrape) =>
    createAccessCheck({ allow: ['127.0.0.1', '10.1.0.0/16', '::1', 'fd00::/8'] })(...scrape);

  it.each(['127.0.0.1', '::ffff:127.0.0.1', '10.1.255.1', '::ffff:10.1.2.3', '::1', 'fd12::1'])(
    'lets %s in',
    (address) => {
      expect(check(undefined, address)).toBeUndefined();
    },
  );

  it.each([undefined, '', 'localhost', '127.0.0.2', '10.2.0.1', '::2', 'fe80::1', 'fe80::1%eth0', '127.0.0.1 ', '1'])(
    'keeps %s out',
    (address) => {
      expect(check(undefined, address)).toMatchObject({ status: 403 });
    },
  );

  it('an empty one lets nobody in', () => {
    expect(createAccessCheck({ allow: [] })(undefined, '127.0.0.1')).toMatchObject({ status: 403 });
  });

  it.each(['localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', '::/129', '', 5, null])(
    'refuses %j at set-up',
    (entry) => {
      expect(() => createAccessCheck({ allow: [entry as never] })).toThrow(invalid);
    },
  );
});
