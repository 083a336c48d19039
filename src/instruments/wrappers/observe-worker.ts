import { type LabelOption, labelOf } from './label-source.js';
import { availableInstruments, type OnInstance } from './safely.js';
import { timedObservation } from './timed-observation.js';
import { type AnyFunction, wrapCall } from './wrap-call.js';

const PART = 'observe_worker';

// biome-ignore lint/suspicious/noExplicitAny: a decorator does not know the arguments of its method.
export interface ObserveWorkerOptions<A extends readonly unknown[] = any[]> extends OnInstance {
  readonly workerName: LabelOption<A>;
}

/**
 * Observes the runs of a worker: `worker_duration_seconds`, `worker_runs_total`, `worker_errors_total` (S0.1). A run that
 * its caller aborted is no error. Never fails by being observed.
 *
 * @throws {NOT_A_FUNCTION}
 * @example
 * const summarise = observeWorker(async (ticket: Ticket) => { … }, { workerName: 'summarise' });
 */
export function observeWorker<F extends AnyFunction>(fn: F, options: ObserveWorkerOptions<Parameters<F>>): F {
  return wrapCall(fn, 'observeWorker', (args, self) => {
    const instruments = availableInstruments(options?.promptheus, self);
    if (instruments === undefined) return undefined;
    const worker = labelOf(instruments, PART, args, options?.workerName, []) ?? 'unknown';
    return timedObservation(instruments, PART, (outcome, seconds) =>
      instruments.workers.record({ worker, outcome, seconds }),
    );
  });
}
