import { consumed, endWhenLost } from './abandoned.js';
import { interpose } from './interpose.js';
import { isWatchable } from './iterable.js';
import type { Observation } from './observation.js';
import { property } from './read.js';

type Settle = (value: unknown) => void;
type Method = (...args: unknown[]) => unknown;

/** The promise of an SDK made by Stainless (OpenAI, Anthropic): its answer is parsed when it is asked for, or handed on raw. */
export interface RawPromise {
  parse: Method;
  asResponse: Method;
  _thenUnwrap?: Method;
  /** The answer unparsed, with its request: for a helper of the SDK that reads it by a promise of its own. */
  _responseProps?: Method;
}

/** The observations of calls whose response a helper of the SDK has taken unparsed. */
const taken = new WeakMap<object, Observation>();

/** The observation of the call that a helper reads this response for, past the promise of the call. */
export function observationOf(response: unknown): Observation | undefined {
  return taken.get(response as object);
}

export function isRawPromise(thenable: object): thenable is RawPromise {
  const { parse, asResponse } = thenable as { parse?: unknown; asResponse?: unknown };
  return typeof parse === 'function' && typeof asResponse === 'function';
}

/**
 * Observes such a promise without asking it for anything: `then`, `catch`, `finally` and `withResponse` all read through
 * `parse`, the SDK's own helpers through `_thenUnwrap` or `_responseProps`, and who takes the raw response by `asResponse`
 * reads it alone.
 */
export function watchRawPromise(
  promise: RawPromise,
  observation: Observation,
  succeeded: Settle,
  failed: Settle,
): void {
  const state = { parsed: false };
  const watch = (one: RawPromise): boolean => {
    const { parse, asResponse, _thenUnwrap: unwrap, _responseProps: take } = one;
    const parsed = once(() => {
      state.parsed = true;
      consumed(promise);
      return settled(Reflect.apply(parse, one, []) as Promise<unknown>, succeeded, failed);
    });
    const raw = () => {
      const response = Reflect.apply(asResponse, one, []) as Promise<unknown>;
      const answered = () => {
        if (state.parsed) return;
        consumed(promise);
        observation.unread();
      };
      return settled(response, answered, failed);
    };
    const unwrapped = (transform: Method, ...args: unknown[]) => {
      const told: Method = (value, ...more) => {
        if (!isWatchable(value)) observation.answered?.(value);
        return transform(value, ...more);
      };
      const derived = Reflect.apply(unwrap as Method, one, [told, ...args]) as RawPromise;
      if (isRawPromise(derived)) watch(derived);
      return derived;
    };
    const props = () => {
      const given = Reflect.apply(take as Method, one, []) as Promise<unknown>;
      return settled(given, (answer) => handOver(answer, promise, observation), failed);
    };
    return (
      interpose(one, 'parse', parsed) &&
      interpose(one, 'asResponse', raw) &&
      (typeof unwrap !== 'function' || interpose(one, '_thenUnwrap', unwrapped)) &&
      (typeof take !== 'function' || interpose(one, '_responseProps', props))
    );
  };
  if (watch(promise)) endWhenLost(promise, observation);
  else observation.lost();
}

/** From here on, the call lives as long as its response. */
function handOver(answer: unknown, promise: RawPromise, observation: Observation): void {
  const response = property(answer, 'response');
  if (typeof response !== 'object' || response === null) return;
  consumed(promise);
  taken.set(response, observation);
  endWhenLost(response, observation);
}

function settled(promise: Promise<unknown>, succeeded: Settle, failed: Settle): Promise<unknown> {
  return promise.then(
    (value) => {
      succeeded(value);
      return value;
    },
    (error) => {
      failed(error);
      throw error;
    },
  );
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
