import { afterEach, expect, it, vi } from 'vitest';
import { Slices } from '../../../src/exposition/slices.js';

afterEach(() => vi.restoreAllMocks());

it('a slice is over after a millisecond, and the next begins when the event loop has turned', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(100);
  const slices = new Slices();
  expect(slices.isOver()).toBe(false);
  clock.mockReturnValue(100.9);
  expect(slices.isOver()).toBe(false);
  clock.mockReturnValue(101);
  expect(slices.isOver()).toBe(true);
  const order: string[] = [];
  setImmediate(() => order.push('another'));
  await slices.turn();
  expect(order).toEqual(['another']);
  expect(slices.isOver()).toBe(false);
  clock.mockReturnValue(102);
  expect(slices.isOver()).toBe(true);
});
