import type { Outcome } from '../open-call.js';
import { availableInstruments } from './safely.js';
import { timedObservation } from './timed-observation.js';
import { type AnyFunction, wrapCall } from './wrap-call.js';

/** What tells the end of a result that is neither a promise nor a stream: `true` where it will. It works inside `run`. */
export type FollowResult = (
  value: unknown,
  end: (outcome: Outcome, error?: unknown) => void,
  run: <T>(fn: () => T) => T,
) => boolean;

/**
 * The duration of each call in `operation_duration_seconds`, under a type and a name of which there are few.
 *
 * @throws {NOT_A_FUNCTION}
 */
export function observeOperation<F extends AnyFunction>(
  fn: F,
  type: string,
  name: string,
  follows: FollowResult = () => false,
): F {
  return wrapCall(fn, 'observeOperation', (_args, self) => {
    const instruments = availableInstruments(undefined, self);
    if (instruments === undefined) return undefined;
    const operation = instruments.operations.begin(type, name);
    const timed = timedObservation(
      instruments,
      'operations',
      (outcome, seconds, value) => operation.end(outcome, outcome === 'success' ? undefined : value, seconds),
      (call) => operation.run(call),
    );
    return {
      ...timed,
      end(outcome, value) {
        if (outcome !== 'success' || !follows(value, (later, error) => timed.end(later, error), timed.run))
          timed.end(outcome, value);
      },
    };
  });
}
