import { runInside } from '../context/context.js';
import { PromptheusError } from '../errors/promptheus-error.js';
import { checkOperation, type Operation, operationFields } from '../events/operations/operation.js';
import type { WideEvent } from '../events/wide/wide-event.js';
import { nowSeconds } from '../internal/clock.js';
import { activeTraceContext, spanIdsOf } from '../internal/open-telemetry.js';
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
  /** Begins an operation that is ended later; outside of any request, what happens in it is gathered in one event. */
  begin(type: string, name: string): OpenOperation;
  /**
   * Records an operation that is over, with an event of it where events are on.
   *
   * @throws {INVALID_OPERATION} {PII_KEY} {NOT_RUNNING}
   */
  submit(operation: unknown): void;
  /** Makes the event of an operation that was measured already. Never throws: what cannot be recorded is counted. */
  tell(operation: Operation): void;
}

export function createOperationsInstrument(env: InstrumentEnvironment, errors: InternalErrors): OperationsInstrument {
  const { operationEvents: events, findForbiddenKey = findsNone } = env;
  const durations = histogramOf(env, 'operation_duration_seconds');
  const record = guarded(errors, 'operations', ({ type, name, outcome, seconds }: OperationRecording) =>
    handleOf(durations, { operationType: type, operationName: name, outcome }).observe(seconds),
  );
  const tell = (operation: Required<Operation>): void =>
    events?.recorded(operationFields(operation), { critical: !operation.success });
  return {
    record,
    begin: (type, name) => new OpenOperation(env, record, type, name),
    submit(given) {
      const operation = checkOperation(given, findForbiddenKey);
      if (events?.isRunning === false) throw stopped(operation);
      const { operationType: type, operationName: name, durationMs, success } = operation;
      record({ type, name, outcome: success ? 'success' : 'error', seconds: durationMs / 1_000 });
      tell(operation);
    },
    tell: guarded(errors, 'track_operation', (given: Operation) => {
      if (events !== undefined) tell(checkOperation(given, findForbiddenKey));
    }),
  };
}

function findsNone(): undefined {}

function stopped({ operationType, operationName }: Operation): PromptheusError {
  return new PromptheusError(
    'NOT_RUNNING',
    `recordOperation: ${operationType} ${operationName} came after the pipeline of events was stopped. Record before stop().`,
  );
}

/** An operation that is running. */
export class OpenOperation {
  /** Where it stands in no request. */
  readonly event: WideEvent | undefined;
  private readonly began = activeTraceContext();
  private readonly startedAt = nowSeconds();

  constructor(
    env: InstrumentEnvironment,
    private readonly record: OperationsInstrument['record'],
    private readonly type: string,
    private readonly name: string,
  ) {
    this.event = env.wideEvents?.beginOutermost();
  }

  /** Runs `fn` so that what it does is gathered here. */
  run<T>(fn: () => T): T {
    return this.event === undefined ? fn() : runInside('operation', this, fn);
  }

  /** Ends it, once; `error` is what was thrown. */
  end(outcome: Outcome, error: unknown, seconds = nowSeconds() - this.startedAt): void {
    const { type, name, began } = this;
    this.record({ type, name, outcome, seconds });
    this.event?.finish({ outcome, seconds, error, span: began && spanIdsOf(began), operation: { type, name } });
  }
}
