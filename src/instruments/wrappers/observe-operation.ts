import type { Outcome } from '../open-call.js';
import { availableInstruments } from './safely.js';
import { timedObservation } from './timed-observation.js';
import { type AnyFunction, wrapCall } from './wrap-call.js';

/** What tells the end of a result that is neither a promise nor a stream: `true` where it will. */
export type FollowResult = (value: unknown, end: (outcome: Outcome) => void) => boolean;

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
    const timed = timedObservation(instruments, 'operations', (outcome, seconds) =>
      instruments.operations.record({ type, name, outcome, seconds }),
    );
    return {
      ...timed,
      end(outcome, value) {
        if (outcome !== 'success' || !follows(value, (later) => timed.end(later, undefined))) timed.end(outcome, value);
      },
    };
  });
}
