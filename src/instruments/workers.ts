import type { InstrumentEnvironment } from './environment.js';
import { counterOf, handleOf, histogramOf } from './families.js';
import { guarded, type InternalErrors } from './guard.js';
import type { Outcome } from './open-call.js';

export interface WorkerRun {
  readonly worker: string;
  readonly outcome: Outcome;
  readonly seconds: number;
}

/** Workers: run time, runs and failed runs (S0.1). */
export interface WorkersInstrument {
  /**
   * Records a run that is over. Never throws.
   *
   * @example
   * promptheus().workers.record({ worker: 'summarise', outcome: 'success', seconds: 3.1 });
   */
  record(run: WorkerRun): void;
}

export function createWorkersInstrument(env: InstrumentEnvironment, errors: InternalErrors): WorkersInstrument {
  const durations = histogramOf(env, 'worker_duration_seconds');
  const runs = counterOf(env, 'worker_runs_total');
  const failures = counterOf(env, 'worker_errors_total');
  return {
    record: guarded(errors, 'workers', ({ worker, outcome, seconds }: WorkerRun) => {
      handleOf(runs, { worker }).inc();
      handleOf(durations, { worker }).observe(seconds);
      // A worker that never failed shows 0, so that its error rate is 0 and not "no data".
      handleOf(failures, { worker }).inc(outcome === 'error' ? 1 : 0);
    }),
  };
}
