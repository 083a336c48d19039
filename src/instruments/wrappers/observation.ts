import type { Outcome } from '../open-call.js';

/** One call of a wrapped function, from the wrapper's side. None of these may throw but `run`, which throws what `fn` does. */
export interface Observation {
  /** What to call with instead of the caller's arguments. */
  readonly args?: readonly unknown[];
  /** Runs the user's code so that recorders inside it find this call. */
  run<T>(fn: () => T): T;
  /** A piece of a stream. `true` keeps it from the caller, who did not ask for it. */
  chunk(value: unknown): boolean | undefined;
  /** The whole answer, where the SDK goes on to make something else of it, and may fail at that. */
  answered?(value: unknown): void;
  /** The end, called once: `value` is the result, or what was thrown. */
  end(outcome: Outcome, value: unknown): void;
  /** The caller took the raw answer, and reads it unseen: the end of a call that succeeded. */
  unread(): void;
  /** What could not be watched, without any harm to the caller. */
  lost(): void;
}

/** Begins the observation of a call, `self` being its `this`; `undefined` leaves it unobserved. */
export type Begin = (args: readonly unknown[], self?: unknown) => Observation | undefined;
