import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskText } from '../../../../src/events/redaction/mask-text.js';

describe('maskText', () => {
  it.each([
    ['write to jane.doe+x@mail.example.com, please', 'write to [email], please'],
    ['josé@exämple.fr', '[email]'],
    ['<a@b.co>;c@d.org', '<[email]>;[email]'],
    ['Authorization: Bearer 0a1b2c3d4e5f', 'Authorization: Bearer [token]'],
    ['authorization: bearer abcdefghijklmnopqrstuvwxyz', 'authorization: bearer [token]'],
    ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln-_x here', 'got [token] here'],
    ['card 4111 1111 1111 1111.', 'card [card].'],
    ['5500-0000-0000-0004', '[card]'],
    ['"340000000000009"', '"[card]"'],
  ])('masks %s', (text, masked) => expect(maskText(text)).toBe(masked));

  it.each([
    'POST /users/:id',
    'the bearer authentication scheme is required',
    'express@4.18.2 and @scope/package',
    'at 12@34',
    '4111111111111112',
    '1700000000000000',
    '0.4111111111111111',
    'order-4111111111111111',
    '4111111111111111-4111',
    'e88381a4e4b73205cb406a19e1a17425',
    '123e4567-e89b-12d3-a456-426614174000',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    '2025-12-16T08:00:00.000000+00:00',
    '4111 1111 1111',
    '',
  ])('leaves %s', (text) => expect(maskText(text)).toBe(text));

  it('changes nothing that it has masked', () => {
    const piece = fc.constantFrom(
      'a@b.co',
      ' ',
      '4111111111111111',
      'Bearer ',
      'abc123def',
      '.',
      '-',
      'eyJabcdef.x',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const masked = maskText(pieces.join(''));
        expect(maskText(masked)).toBe(masked);
      }),
    );
  });

  it.each([
    ['letters', 'a'.repeat(100_000)],
    ['letters before an address without a domain', `${'a'.repeat(100_000)}@`],
    ['at signs', '@'.repeat(100_000)],
    ['addresses without a domain', 'a@b-'.repeat(50_000)],
    ['labels', `a@${'b.'.repeat(50_000)}1`],
    ['digits', '4'.repeat(100_000)],
    ['digits and spaces', '4 '.repeat(50_000)],
    ['bearers', 'bearer '.repeat(20_000)],
    ['bearer and spaces', `bearer${' '.repeat(100_000)}`],
    ['beginnings of tokens', 'eyJabcde.'.repeat(20_000)],
  ])('reads a text in time that grows with its length alone: %s', (_what, text) => {
    // What grows with the square of the length would take minutes, and the test would run out of its time.
    for (let times = 0; times < 5; times++) maskText(text + String(times));
  });
});
