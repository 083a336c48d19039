import type { Outcome } from '../open-call.js';
import { consumed, endWhenLost } from './abandoned.js';
import { controllerAborted, isAbortError, signalAborted } from './abort.js';
import { interpose } from './interpose.js';
import type { Observation } from './observation.js';

type Step = (...args: unknown[]) => Promise<IteratorResult<unknown>>;
type Iterator = { next?: Step; return?: Step; throw?: Step };
type Watchable = Iterator & { [Symbol.asyncIterator](): Iterator; iterator?: () => Iterator };

/**
 * An async iterable that its consumer iterates. Node's and the web's streams are none: they flow through `pipe` and
 * readers, past any iterator.
 */
export function isWatchable(value: unknown): value is Watchable {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const { pipe, getReader } = value as { pipe?: unknown; getReader?: unknown };
    const piped = typeof pipe === 'function' || typeof getReader === 'function';
    return !piped && typeof (value as Partial<Watchable>)[Symbol.asyncIterator] === 'function';
  } catch {
    return false;
  }
}

/**
 * Ends the observation when the iterable has been iterated to its end, left early, or has failed. The object stays the
 * caller's own: only its methods are interposed.
 */
export function watchIterable(iterable: Watchable, observation: Observation, args: readonly unknown[]): void {
  const ends: Ends = {
    left: (otherwise) => (signalAborted(args) || controllerAborted(iterable) ? 'aborted' : otherwise),
    // The stream's controller tells nothing here: on their way out of a failure the SDKs abort it themselves.
    failed: (error) => (isAbortError(error) || signalAborted(args) ? 'aborted' : 'error'),
  };
  // The streams of the OpenAI and Anthropic SDKs make all their iterators, those of `tee()` too, with this one; what runs
  // between their pieces is the SDK's own, so no recorder is looked for in it.
  const isOfSdk = typeof iterable.iterator === 'function';
  const key = isOfSdk ? 'iterator' : Symbol.asyncIterator;
  const run: Observation['run'] = isOfSdk ? (fn) => fn() : (fn) => observation.run(fn);
  const watched = new WeakSet<object>();
  const watch = (iterator: Iterator): Iterator => {
    if (!watched.has(iterator)) {
      watched.add(iterator);
      if (iterator !== iterable) endWhenLost(iterator, observation);
      if (!watchIterator(iterator, observation, run, ends)) observation.lost();
    }
    return iterator;
  };
  if (typeof iterable.next === 'function') watch(iterable);
  const make = iterable[key] as () => Iterator;
  const made = () => {
    const iterator = Reflect.apply(make, iterable, []);
    if (iterator !== iterable) consumed(iterable);
    return watch(iterator);
  };
  if (interpose(iterable, key, made)) endWhenLost(iterable, observation);
  else observation.lost();
}

/** How an iteration came out. */
interface Ends {
  /** Without an error: `otherwise`, unless the caller aborted it. */
  left(otherwise: Outcome): Outcome;
  failed(error: unknown): Outcome;
}

function watchIterator(iterator: Iterator, observation: Observation, run: Observation['run'], ends: Ends): boolean {
  const { next, return: leave, throw: fail } = iterator;
  // Made once for all the pieces of a stream, of which there are many.
  const step = (method: Step): Step => {
    let args: unknown[] = [];
    const call = () => Reflect.apply(method, iterator, args);
    const came = (result: IteratorResult<unknown>): IteratorResult<unknown> | Promise<IteratorResult<unknown>> => {
      if (result.done) observation.end(ends.left('success'), result.value);
      else if (observation.chunk(result.value)) return advance();
      return result;
    };
    const failed = (error: unknown): never => {
      observation.end(ends.failed(error), error);
      throw error;
    };
    const advance = (): Promise<IteratorResult<unknown>> => {
      try {
        return Promise.resolve(run(call)).then(came, failed);
      } catch (error) {
        observation.end(ends.failed(error), error);
        return Promise.reject(error);
      }
    };
    return (...given) => {
      args = given;
      return advance();
    };
  };
  // Who leaves may stop the stream's controller on the way out, so the outcome is read before; the call ends after, so
  // that a recorder further in has told it what it knows.
  const leaving: (method: Step) => Step =
    (method) =>
    async (...args) => {
      const outcome = ends.left('incomplete');
      try {
        return await run(() => Reflect.apply(method, iterator, args));
      } finally {
        observation.end(outcome, undefined);
      }
    };
  // An iterator without a `return` gets one: it is how a `for await` says that it left early.
  const finish: Step = async (value) => ({ done: true, value });
  return (
    (next === undefined || interpose(iterator, 'next', step(next))) &&
    interpose(iterator, 'return', leaving(leave ?? finish)) &&
    (fail === undefined || interpose(iterator, 'throw', leaving(fail)))
  );
}
