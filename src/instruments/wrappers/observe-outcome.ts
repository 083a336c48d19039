import { assertMetricName } from '../../metrics/names.js';
import type { Instruments } from '../instruments.js';
import type { Outcome } from '../open-call.js';
import { availableInstruments } from './safely.js';
import { timedObservation } from './timed-observation.js';
import { type AnyFunction, wrapCall } from './wrap-call.js';

const LABELS = ['outcome'] as const;

/**
 * The duration of each call in the histogram `name` {outcome: success, error, aborted}.
 *
 * @throws {INVALID_NAME} {NOT_A_FUNCTION}
 */
export function observeDuration<F extends AnyFunction>(fn: F, name: string): F {
  assertMetricName('histogram', name);
  const family = perInstance(({ metrics }) =>
    metrics.histogram({ name, help: 'Run time of what is decorated @Timed, by outcome.', labelNames: LABELS }),
  );
  return observeOutcome(fn, '@Timed', (instruments, outcome, seconds) =>
    family(instruments).labels(outcome).observe(seconds),
  );
}

/**
 * Each call in the counter `name` {outcome: success, error, aborted}.
 *
 * @throws {INVALID_NAME} {NOT_A_FUNCTION}
 */
export function observeCount<F extends AnyFunction>(fn: F, name: string): F {
  assertMetricName('counter', name);
  const family = perInstance(({ metrics }) =>
    metrics.counter({ name, help: 'Calls of what is decorated @Counted, by outcome.', labelNames: LABELS }),
  );
  return observeOutcome(fn, '@Counted', (instruments, outcome) => family(instruments).labels(outcome).inc());
}

/** A family is looked up once an instance, at the first call: to define it again takes far longer than to record. */
function perInstance<T>(define: (instruments: Instruments) => T): (instruments: Instruments) => T {
  let last: { readonly of: Instruments; readonly family: T } | undefined;
  return (instruments) => {
    if (last?.of !== instruments) last = { of: instruments, family: define(instruments) };
    return last.family;
  };
}

type Record = (instruments: Instruments, outcome: Exclude<Outcome, 'incomplete'>, seconds: number) => void;

/** A name that belongs to another family is found out at a call, which must not fail: it is counted. */
function observeOutcome<F extends AnyFunction>(fn: F, wrapper: string, record: Record): F {
  return wrapCall(fn, wrapper, (_args, self) => {
    const instruments = availableInstruments(undefined, self);
    if (instruments === undefined) return undefined;
    return timedObservation(instruments, wrapper, (outcome, seconds) =>
      record(instruments, outcome === 'incomplete' ? 'aborted' : outcome, seconds),
    );
  });
}
