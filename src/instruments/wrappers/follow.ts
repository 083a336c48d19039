import { isPromise } from 'node:util/types';
import { isAbortError, signalAborted } from './abort.js';
import { interpose } from './interpose.js';
import { isWatchable, watchIterable } from './iterable.js';
import type { Observation } from './observation.js';
import { isRawPromise, watchRawPromise } from './raw-promise.js';

type Settle = (value: unknown) => void;
type Then = (onValue?: ((value: unknown) => unknown) | null, onError?: ((error: unknown) => unknown) | null) => unknown;

/**
 * Follows a result to its end and hands it on. A plain promise is continued by one of the same kind, so that a rejection
 * that nobody handles is still reported by Node; every other object is handed on itself (an SDK's promise keeps its
 * methods), and is observed through what its consumer does with it: nothing is read, sent or started on its behalf.
 */
export function follow(result: unknown, observation: Observation, args: readonly unknown[]): unknown {
  const failed: Settle = (error) => {
    observation.end(isAbortError(error) || signalAborted(args) ? 'aborted' : 'error', error);
  };
  const succeeded: Settle = (value) => {
    try {
      if (!isWatchable(value)) observation.end('success', value);
      else watchIterable(value, observation, args);
    } catch {
      observation.lost();
    }
  };
  const then = thenOf(result);
  if (then === undefined) {
    succeeded(result);
  } else if (then !== Promise.prototype.then || !isPromise(result)) {
    watchThenable(result as object, then, succeeded, failed, observation);
  } else if (isPlain(result)) {
    return result.then(
      (value) => {
        succeeded(value);
        return value;
      },
      (error) => {
        failed(error);
        throw error;
      },
    );
  } else {
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
function watchThenable(
  thenable: object,
  then: Then,
  succeeded: Settle,
  failed: Settle,
  observation: Observation,
): void {
  if (isRawPromise(thenable)) return watchRawPromise(thenable, observation, succeeded, failed);
  const watched: Then = (onValue, onError) => {
    const value = (given: unknown) => {
      succeeded(given);
      return typeof onValue === 'function' ? onValue(given) : given;
    };
    const error = (thrown: unknown) => {
      failed(thrown);
      if (typeof onError === 'function') return onError(thrown);
      throw thrown;
    };
    return observation.run(() => Reflect.apply(then, thenable, [value, error]));
  };
  if (!interpose(thenable, 'then', watched)) observation.lost();
}
