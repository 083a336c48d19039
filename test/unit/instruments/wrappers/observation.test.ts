import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../../src/instruments/wrappers/observation.js';
import { wrapCall } from '../../../../src/instruments/wrappers/wrap-call.js';

describe('an observation', () => {
  const silent: Observation = { run: (call) => call(), chunk: () => undefined, end() {}, unread() {}, lost() {} };

  it('may call with other arguments than those of the caller', () => {
    const call = wrapCall(
      (a: number, b: number) => a + b,
      'test',
      () => ({ ...silent, args: [3, 4] }),
    );
    expect(call(1, 2)).toBe(7);
  });

  it('may keep pieces of a stream from the caller', async () => {
    const numbers = async function* () {
      yield* [1, 2, 3, 4];
    };
    const call = wrapCall(numbers, 'test', () => ({ ...silent, chunk: (piece) => (piece as number) % 2 === 0 }));
    const got: number[] = [];
    for await (const piece of call()) got.push(piece);
    expect(got).toEqual([1, 3]);
  });

  it('is told of the answer from which an SDK makes something else, and of its failure at that', async () => {
    const told: unknown[] = [];
    const observation: Observation = {
      ...silent,
      answered: (value) => told.push(['answered', value]),
      end: (outcome, value) => told.push([outcome, value]),
    };
    const error = new SyntaxError('no JSON');
    const make = (parse: () => unknown) => ({
      parse,
      asResponse: () => Promise.resolve(),
      _thenUnwrap: (transform: (value: unknown) => unknown) => make(async () => transform(await parse())),
      // biome-ignore lint/suspicious/noThenProperty: as the SDKs' promises are.
      then(...settle: Parameters<Promise<unknown>['then']>) {
        return (this as { parse(): Promise<unknown> }).parse().then(...settle);
      },
    });
    const promise = wrapCall(
      () => make(async () => 'answer') as never,
      'test',
      () => observation,
    )() as ReturnType<typeof make>;
    const derived = promise._thenUnwrap(() => {
      throw error;
    });
    await expect(Promise.resolve(derived)).rejects.toBe(error);
    expect(told).toEqual([
      ['answered', 'answer'],
      ['error', error],
    ]);
  });
});
