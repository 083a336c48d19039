import { expect, it } from 'vitest';
import { methodLabel } from '../../../src/instruments/http-method.js';

it('keeps the methods of RFC 9110 and PATCH', () => {
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']) {
    expect(methodLabel(method)).toBe(method);
  }
});

it.each(['PURGE', 'get', '', 'PROPFIND', undefined])('makes %s one label', (method) => {
  expect(methodLabel(method)).toBe('_OTHER');
});
