import { isPromise } from 'node:util/types';
import { interpose } from './interpose.js';
import type { Observation } from './observation.js';
import { isRawPromise, watchRawPromise } from './raw-promise.js';
import { Settlement } from './settlement.js';

type Then = (onValue?: ((value: unknown) => unknown) | null, onError?: ((error: unknown) => unknown) | null) => unknown;

/**
 * Follows a result to its end and hands it on. A plain promise is continued by one of the same kind, so that a rejection
 * that nobody handles is still reported by Node; every other object is handed on itself (an SDK's promise keeps its
 * methods), and is observed through what its consumer does with it: nothing is read, sent or started on its behalf.
 */
export function follow(result: unknown, observation: Observation, args: readonly unknown[]): unknown {
  const settlement = new Settlement(observation, args);
  const then = thenOf(result);
  if (then === undefined) {
    settlement.succeeded(result);
  } else if (then !== Promise.prototype.then || !isPromise(result)) {
    watchThenable(result as object, then, settlement, observation);
  } else if (isPlain(result)) {
    return settlement.of(result);
  } else {
    const succeeded = (value: unknown) => settlement.succeeded(value);
    const failed = (error: unknown) => settlement.failed(error);
    Reflect.apply(Promise.prototype.then, result, [succeeded, failed]);
  }
  return result;
}

function isPlain(promise: Promise<unknown>): boolean {
  return Object.getPrototypeOf(promise) === Promise.prototype && Reflect.ownKeys(promise).length === 0;
}

function thenOf(value: unknown): Then | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  try {
    const { then } = value as { then?: unknown };
    return typeof then === 'function' ? (then as Then) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A thenable with a `then` of its own may start its work there (a query builder) or read a body there that the caller
 * wants raw (`asResponse()` of an OpenAI or Anthropic promise): it is left alone until its consumer asks.
 */
function watchThenable(thenable: object, then: Then, settlement: Settlement, observation: Observation): void {
  if (isRawPromise(thenable)) return watchRawPromise(thenable, observation, settlement);
  const watched: Then = (onValue, onError) => {
    const value = (given: unknown) => {
      settlement.succeeded(given);
      return typeof onValue === 'function' ? onValue(given) : given;
    };
    const error = (thrown: unknown) => {
      settlement.failed(thrown);
      if (typeof onError === 'function') return onError(thrown);
      throw thrown;
    };
    return observation.run(() => Reflect.apply(then, thenable, [value, error]));
  };
  if (!interpose(thenable, 'then', watched)) observation.lost();
}
