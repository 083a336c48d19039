import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../../src/instruments/wrappers/observation.js';
import { type AnyFunction, wrapCall } from '../../../../src/instruments/wrappers/wrap-call.js';

/** Wraps, and writes down how calls came out. */
function watched<F extends AnyFunction>(fn: F) {
  const ends: Array<[outcome: string, value: unknown]> = [];
  const chunks: unknown[] = [];
  let lost = 0;
  let ended = false;
  const observation: Observation = {
    run: (call) => call(),
    chunk: (value) => void chunks.push(value),
    end(outcome, value) {
      if (!ended) ends.push([outcome, value]);
      ended = true;
    },
    unread() {
      observation.end('success', 'unread');
    },
    lost: () => lost++,
  };
  return { call: wrapCall(fn, 'test', () => observation), ends, chunks, lost: () => lost };
}

describe('a wrapped function', () => {
  it('keeps this, arguments, result, name, arity and own properties', () => {
    const original = Object.assign(
      function add(this: { base: number }, a: number, b: number) {
        return this.base + a + b;
      },
      { version: 3 },
    );
    const { call, ends } = watched(original);
    expect(call.call({ base: 1 }, 2, 3)).toBe(6);
    expect([call.name, call.length, call.version]).toEqual(['add', 2, 3]);
    expect(ends).toEqual([['success', 6]]);
  });

  it('is an async function to those who ask its constructor', () => {
    const { call } = watched(async () => 1);
    expect(call.constructor.name).toBe('AsyncFunction');
  });

  it('throws what the original throws, even what is no error', () => {
    const thrown = { odd: true };
    const { call, ends } = watched(() => {
      throw thrown;
    });
    expect(() => call()).toThrow(expect.toSatisfy((error) => error === thrown));
    expect(ends).toEqual([['error', thrown]]);
  });

  it('rejects with the very error of the original', async () => {
    const error = new Error('no');
    const { call, ends } = watched(async () => {
      throw error;
    });
    await expect(call()).rejects.toBe(error);
    expect(ends).toEqual([['error', error]]);
  });

  it.each([
    ['an AbortError', () => new DOMException('stop', 'AbortError')],
    ['an APIUserAbortError', () => new (class APIUserAbortError extends Error {})('stop')],
  ])('is aborted by %s', async (_, make) => {
    const { call, ends } = watched(async () => {
      throw make();
    });
    await call().catch(() => {});
    expect(ends[0]?.[0]).toBe('aborted');
  });

  it("is aborted when it failed after a signal in the caller's configuration", async () => {
    const { call, ends } = watched(async (_options: { config: { abortSignal: AbortSignal } }) => {
      throw new Error('closed');
    });
    await call({ config: { abortSignal: AbortSignal.abort() } }).catch(() => {});
    expect(ends.map(([outcome]) => outcome)).toEqual(['aborted']);
  });

  it("is aborted when it failed after the caller's signal", async () => {
    const { call, ends } = watched(async (_options: { signal: AbortSignal }) => {
      throw new Error('the connection was closed');
    });
    await call({ signal: AbortSignal.abort() }).catch(() => {});
    expect(ends[0]?.[0]).toBe('aborted');
  });

  it.each([undefined, null, 7, {}, class {}])('cannot be made of %s', (value) => {
    expect(() => wrapCall(value as never, 'observeLlm', () => undefined)).toThrow(
      expect.objectContaining({ code: 'NOT_A_FUNCTION' }),
    );
  });

  it('runs unobserved when no observation can begin', () => {
    expect(
      wrapCall(
        (a: number) => a + 1,
        'test',
        () => undefined,
      )(1),
    ).toBe(2);
  });

  it('runs unobserved when the observation cannot begin for an error', () => {
    const begin = () => {
      throw new Error('an instance of another version');
    };
    expect(wrapCall((a: number) => a + 1, 'test', begin)(1)).toBe(2);
  });

  it('copies what reflect-metadata keeps under the original', () => {
    const store = new Map<object, Map<unknown, unknown>>();
    const reflect = Reflect as unknown as Record<string, unknown>;
    reflect.getOwnMetadataKeys = (target: object) => [...(store.get(target)?.keys() ?? [])];
    reflect.getOwnMetadata = (key: unknown, target: object) => store.get(target)?.get(key);
    reflect.defineMetadata = (key: unknown, value: unknown, target: object) =>
      store.set(target, new Map(store.get(target)).set(key, value));
    try {
      const original = () => 1;
      store.set(original, new Map([['path', '/tickets']]));
      expect(store.get(watched(original).call)?.get('path')).toBe('/tickets');
    } finally {
      for (const name of ['getOwnMetadataKeys', 'getOwnMetadata', 'defineMetadata']) delete reflect[name];
    }
  });
});

describe('a wrapped promise', () => {
  it('leaves a rejection that nobody handles to Node', async () => {
    const seen: unknown[] = [];
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (error) => seen.push(error));
    try {
      const error = new Error('nobody listens');
      void watched(() => Promise.reject(error)).call();
      void watched(() => Promise.reject(error))
        .call()
        .catch(() => {});
      await new Promise((done) => setTimeout(done, 5));
      expect(seen).toEqual([error]);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of listeners) process.on('unhandledRejection', listener);
    }
  });

  it('stays the same object when it is more than a promise', async () => {
    const child = Object.assign(Promise.resolve('done'), { kill() {} });
    const { call, ends } = watched(() => child);
    expect(call()).toBe(child);
    await child;
    expect(ends).toEqual([['success', 'done']]);
  });

  it('stays the same object when it is of a subclass', async () => {
    class Job extends Promise<string> {}
    const job = Job.resolve('done');
    const { call, ends } = watched(() => job);
    expect(call()).toBe(job);
    await job;
    expect(ends).toEqual([['success', 'done']]);
  });

  it('that starts its work in then is not started by us', async () => {
    let runs = 0;
    const query = {
      // biome-ignore lint/suspicious/noThenProperty: a query builder is such an object.
      then(onValue: (rows: string[]) => unknown) {
        runs++;
        return Promise.resolve(['row']).then(onValue);
      },
    };
    const { call, ends } = watched(() => query);
    const returned = call();
    expect(returned).toBe(query);
    expect([runs, ends.length]).toEqual([0, 0]);
    expect(await (returned as unknown as Promise<string[]>)).toEqual(['row']);
    expect(runs).toBe(1);
    expect(ends).toEqual([['success', ['row']]]);
  });

  it('that cannot be watched is handed on, and counted', () => {
    // biome-ignore lint/suspicious/noThenProperty: a frozen thenable is the point.
    const frozen = Object.freeze({ then() {} });
    const { call, lost } = watched(() => frozen);
    expect(call()).toBe(frozen);
    expect(lost()).toBe(1);
  });
});

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
