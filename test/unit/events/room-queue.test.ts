import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RoomQueue } from '../../../src/events/room-queue.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A queue with so many places, and how often it was looked at. */
function placesFor(places: number) {
  const state = { places, looks: 0, done: [] as string[] };
  const queue = new RoomQueue(() => {
    state.looks++;
    return state.places;
  });
  const ask = (name: string, timeoutMs = 1_000) =>
    queue.take(timeoutMs, () => {
      state.places--;
      state.done.push(name);
      return name;
    });
  return { state, ask };
}

describe('callers that wait for room', () => {
  it('are served at once where there is room', () => {
    const { state, ask } = placesFor(1);
    void ask('a');
    expect(state.done).toEqual(['a']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are served in the order of their asking, no more than there is room for', async () => {
    const { state, ask } = placesFor(0);
    const answers = ['a', 'b', 'c'].map((name) => ask(name));
    state.places = 2;
    await vi.advanceTimersByTimeAsync(5);
    expect(state.done).toEqual(['a', 'b']);
    void ask('d');
    state.places = 2;
    await vi.advanceTimersByTimeAsync(5);
    expect(state.done).toEqual(['a', 'b', 'c', 'd']);
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('cost one look for all of them', async () => {
    const { state, ask } = placesFor(0);
    for (let n = 0; n < 1_000; n++) void ask(`${n}`);
    state.looks = 0;
    await vi.advanceTimersByTimeAsync(50);
    expect(state.looks).toBe(10);
  });

  it('cost one look more where they are served, however many there are', async () => {
    const { state, ask } = placesFor(0);
    for (let n = 0; n < 1_000; n++) void ask(`${n}`);
    Object.assign(state, { looks: 0, places: 900 });
    await vi.advanceTimersByTimeAsync(5);
    expect({ served: state.done.length, looks: state.looks }).toEqual({ served: 900, looks: 2 });
  });

  it('give up when their time is over, each for itself', async () => {
    const { state, ask } = placesFor(0);
    const long = ask('long', 100);
    const short = ask('short', 20);
    await vi.advanceTimersByTimeAsync(25);
    expect(await short).toBeUndefined();
    state.places = 2;
    await vi.advanceTimersByTimeAsync(5);
    expect(await long).toBe('long');
    expect(state.done).toEqual(['long']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
