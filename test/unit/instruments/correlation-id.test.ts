import { expect, it } from 'vitest';
import { correlationIdFrom } from '../../../src/instruments/correlation-id.js';

it.each(['a', 'A-Z.0_9:/+=@', 'x'.repeat(128)])('keeps %s', (given) => {
  expect(correlationIdFrom(given)).toBe(given);
});

it.each(['', ' a', 'a\n', 'x'.repeat(129), 'a"b', '{}', 'é', undefined, ['a']])('makes a new one for %j', (given) => {
  const first = correlationIdFrom(given);
  expect(first).toMatch(/^[0-9a-f]{18}-[0-9a-z]+$/);
  expect(correlationIdFrom(given)).not.toBe(first);
});
