import { describe, expect, it } from 'vitest';
import { watched } from './watched.js';

describe('a wrapped stream', () => {
  async function* numbers() {
    yield 1;
    yield 2;
  }

  it('is a success when it was iterated to its end', async () => {
    const { call, ends, chunks } = watched(numbers);
    const seen: number[] = [];
    for await (const number of call()) seen.push(number);
    expect(seen).toEqual([1, 2]);
    expect(chunks).toEqual([1, 2]);
    expect(ends).toEqual([['success', undefined]]);
  });

  it('has not ended before it was iterated', () => {
    const { call, ends } = watched(numbers);
    call();
    expect(ends).toEqual([]);
  });

  it('is incomplete when its consumer left early, and the generator is told', async () => {
    let cleaned = false;
    const { call, ends } = watched(async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        cleaned = true;
      }
    });
    for await (const _ of call()) break;
    expect(ends).toEqual([['incomplete', undefined]]);
    expect(cleaned).toBe(true);
  });

  it('is an error when it broke off, and its consumer gets that error', async () => {
    const error = new Error('socket hang up');
    const { call, ends } = watched(async function* () {
      yield 1;
      throw error;
    });
    const consume = async () => {
      for await (const _ of call());
    };
    await expect(consume()).rejects.toBe(error);
    expect(ends).toEqual([['error', error]]);
  });

  it('is aborted when it ended in silence after its own controller was', async () => {
    const controller = new AbortController();
    const stream = {
      controller,
      async *[Symbol.asyncIterator]() {
        yield 1;
        if (controller.signal.aborted) return;
        yield 2;
      },
    };
    const { call, ends } = watched(async () => stream);
    const got = await call();
    expect(got).toBe(stream);
    for await (const _ of got) controller.abort();
    expect(ends[0]?.[0]).toBe('aborted');
  });

  it('without a return method is seen to be left early, too', async () => {
    let at = 0;
    const stream = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false as const, value: at++ }) }) };
    const { call, ends } = watched(() => stream);
    for await (const _ of call()) break;
    expect(ends).toEqual([['incomplete', undefined]]);
  });

  it('that is piped is a value', () => {
    const readable = new ReadableStream();
    const { call, ends } = watched(() => readable);
    expect(call()).toBe(readable);
    expect(ends).toEqual([['success', readable]]);
  });
});
