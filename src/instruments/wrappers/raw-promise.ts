import { consumed, endWhenLost } from './abandoned.js';
import { interpose } from './interpose.js';
import { isWatchable } from './iterable.js';
import type { Observation } from './observation.js';
import { property } from './read.js';
import type { Settlement } from './settlement.js';

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
export function watchRawPromise(promise: RawPromise, observation: Observation, settlement: Settlement): void {
  if (new Watch(promise, observation, settlement).of(promise)) endWhenLost(promise, observation);
  else observation.lost();
}

/** Watches a promise, and those that the SDK derives from it. */
class Watch {
  private isParsed = false;

  constructor(
    private readonly promise: RawPromise,
    private readonly observation: Observation,
    private readonly settlement: Settlement,
  ) {}

  of(one: RawPromise): boolean {
    const { parse, asResponse, _thenUnwrap: unwrap, _responseProps: take } = one;
    return (
      interpose(one, 'parse', this.parsing(one, parse)) &&
      interpose(one, 'asResponse', () => this.raw(Reflect.apply(asResponse, one, []) as Promise<unknown>)) &&
      (typeof unwrap !== 'function' || interpose(one, '_thenUnwrap', this.unwrapping(one, unwrap))) &&
      (typeof take !== 'function' ||
        interpose(one, '_responseProps', () => this.taken(Reflect.apply(take, one, []) as Promise<unknown>)))
    );
  }

  private parsing(one: RawPromise, parse: Method): Method {
    let parsed: Promise<unknown> | undefined;
    return () => {
      parsed ??= this.parsed(Reflect.apply(parse, one, []) as Promise<unknown>);
      return parsed;
    };
  }

  private parsed(answer: Promise<unknown>): Promise<unknown> {
    this.isParsed = true;
    consumed(this.promise);
    return this.settlement.of(answer);
  }

  private raw(response: Promise<unknown>): Promise<unknown> {
    return this.afterwards(response, () => {
      if (this.isParsed) return;
      consumed(this.promise);
      this.observation.unread();
    });
  }

  private unwrapping(one: RawPromise, unwrap: Method): Method {
    return (transform, ...args) => {
      const told: Method = (value, ...more) => {
        if (!isWatchable(value)) this.observation.answered?.(value);
        return (transform as Method)(value, ...more);
      };
      const derived = Reflect.apply(unwrap, one, [told, ...args]) as RawPromise;
      if (isRawPromise(derived)) this.of(derived);
      return derived;
    };
  }

  private taken(answer: Promise<unknown>): Promise<unknown> {
    return this.afterwards(answer, (given) => handOver(given, this.promise, this.observation));
  }

  private afterwards(promise: Promise<unknown>, then: (value: unknown) => void): Promise<unknown> {
    return promise.then(
      (value) => {
        then(value);
        return value;
      },
      (error) => {
        this.settlement.failed(error);
        throw error;
      },
    );
  }
}

/** From here on, the call lives as long as its response. */
function handOver(answer: unknown, promise: RawPromise, observation: Observation): void {
  const response = property(answer, 'response');
  if (typeof response !== 'object' || response === null) return;
  consumed(promise);
  taken.set(response, observation);
  endWhenLost(response, observation);
}
