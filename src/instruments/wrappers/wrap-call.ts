import { PromptheusError, show } from '../../errors/promptheus-error.js';
import { isAbortError, signalAborted } from './abort.js';
import { follow } from './follow.js';
import { makeAlike } from './likeness.js';
import type { Begin, Observation } from './observation.js';

// biome-ignore lint/suspicious/noExplicitAny: any function can be wrapped, whatever it takes.
export type AnyFunction = (...args: any[]) => any;

/**
 * A function that does what `fn` does and is observed: same `this`, arity, name, own properties and types; what it
 * throws is thrown on as it is. Sync functions, promises, thenables and async iterables are followed to their end.
 *
 * @throws {NOT_A_FUNCTION}
 */
export function wrapCall<F extends AnyFunction>(fn: F, wrapper: string, begin: Begin): F {
  assertFunction(fn, wrapper);
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const observation = begun(begin, args, this);
    if (observation === undefined) return Reflect.apply(fn, this, args);
    return observed(observation, args, () => Reflect.apply(fn, this, observation.args ?? args));
  };
  return makeAlike(wrapped as F, fn);
}

/**
 * Calls `fn` once, observed as the functions that `wrapCall` makes.
 *
 * @throws {NOT_A_FUNCTION}
 */
export function callObserved<T>(fn: () => T, wrapper: string, begin: Begin): T {
  assertFunction(fn, wrapper);
  const observation = begun(begin, [], undefined);
  return observation === undefined ? fn() : (observed(observation, [], fn) as T);
}

/** An instance of another version may lack what this one asks of it: then the call runs unobserved. */
function begun(begin: Begin, args: readonly unknown[], self: unknown): Observation | undefined {
  try {
    return begin(args, self);
  } catch {
    return undefined;
  }
}

function observed(observation: Observation, args: readonly unknown[], call: () => unknown): unknown {
  let result: unknown;
  try {
    result = observation.run(call);
  } catch (error) {
    observation.end(isAbortError(error) || signalAborted(args) ? 'aborted' : 'error', error);
    throw error;
  }
  return follow(result, observation, args);
}

function assertFunction(fn: unknown, wrapper: string): void {
  const isClass = typeof fn === 'function' && /^class\b/.test(Function.prototype.toString.call(fn));
  if (typeof fn === 'function' && !isClass) return;
  const got = isClass ? 'a class' : show(fn);
  throw new PromptheusError(
    'NOT_A_FUNCTION',
    `${wrapper} observes functions and methods, got ${got}. Give it a function.`,
  );
}
