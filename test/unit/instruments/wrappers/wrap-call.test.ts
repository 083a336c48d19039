import { describe, expect, it } from 'vitest';
import { wrapCall } from '../../../../src/instruments/wrappers/wrap-call.js';
import { watched } from './watched.js';

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
