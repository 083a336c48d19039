import { type ObserveWorkerOptions, observeWorker } from '../instruments/wrappers/observe-worker.js';
import { methodDecorator, type UniversalMethodDecorator } from './method-decorator.js';

/**
 * `observeWorker` for methods (S0.1): `worker_duration_seconds`, `worker_runs_total`, `worker_errors_total`.
 *
 * @throws {NOT_A_FUNCTION}
 * @example
 * class Summaries {
 *   @ObserveWorker('summarise')
 *   async run(ticket: Ticket) { … }
 * }
 */
export function ObserveWorker(workerName: ObserveWorkerOptions['workerName']): UniversalMethodDecorator {
  return methodDecorator('@ObserveWorker', (method) => observeWorker(method, { workerName }));
}
