import type { InstrumentEnvironment } from './environment.js';
import { handleOf, histogramOf } from './families.js';
import { guarded, type InternalErrors } from './guard.js';
import type { Outcome } from './open-call.js';

export interface OperationRecording {
  readonly type: string;
  readonly name: string;
  readonly outcome: Outcome;
  readonly seconds: number;
}

/** Operations that are no requests: `operation_duration_seconds`. */
export interface OperationsInstrument {
  /**
   * Records an operation that is over. Never throws.
   *
   * @example
   * promptheus().operations.record({ type: 'cron', name: 'nightly-report', outcome: 'success', seconds: 42 });
   */
  record(operation: OperationRecording): void;
}

export function createOperationsInstrument(env: InstrumentEnvironment, errors: InternalErrors): OperationsInstrument {
  const durations = histogramOf(env, 'operation_duration_seconds');
  return {
    record: guarded(errors, 'operations', ({ type, name, outcome, seconds }: OperationRecording) =>
      handleOf(durations, { operationType: type, operationName: name, outcome }).observe(seconds),
    ),
  };
}
