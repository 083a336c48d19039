import { errorFieldOf } from '../../events/wide/error-field.js';
import type { Instruments } from '../instruments.js';
import type { Outcome } from '../open-call.js';
import type { Observation } from './observation.js';
import { availableInstruments } from './safely.js';
import { timedObservation } from './timed-observation.js';
import { callObserved } from './wrap-call.js';

/** Further facts of an operation, none of which is of a person (S1.10). */
export type OperationMetadata = Readonly<Record<string, unknown>>;

/**
 * Runs `fn` and records it as an operation: in `operation_duration_seconds`, and as an event where events are on. Gives what
 * `fn` gives, a promise or a stream followed to its end, and throws what it throws (S1.14). Outside of any request, what
 * happens inside is gathered in one wide event. What cannot be recorded is counted.
 *
 * @throws {NOT_A_FUNCTION}
 * @example
 * const report = await trackOperation('computation', 'monthly_report', () => build(month), { region: 'eu' });
 */
export function trackOperation<T>(type: string, name: string, fn: () => T, metadata?: OperationMetadata): T {
  return trackOn(undefined, type, name, fn, metadata);
}

/** The same on an instance; without one, on the default one. */
export function trackOn<T>(
  given: Instruments | undefined,
  type: string,
  name: string,
  fn: () => T,
  metadata?: OperationMetadata,
): T {
  return callObserved(fn, 'trackOperation', () => {
    const instruments = availableInstruments(given);
    return instruments && begin(instruments, type, name, metadata);
  });
}

function begin(
  instruments: Instruments,
  type: string,
  name: string,
  metadata: OperationMetadata | undefined,
): Observation {
  const { operations } = instruments;
  const operation = operations.begin(type, name);
  const record = (outcome: Outcome, seconds: number, value: unknown): void => {
    const failed = outcome === 'error' || outcome === 'aborted';
    operation.end(outcome, failed ? value : undefined, seconds);
    operations.tell({
      operationType: type,
      operationName: name,
      durationMs: seconds * 1_000,
      success: !failed,
      errorMessage: failed ? (errorFieldOf(value).message ?? errorFieldOf(value).type) : null,
      metadata,
    });
  };
  return timedObservation(instruments, 'track_operation', record, (call) => operation.run(call));
}
