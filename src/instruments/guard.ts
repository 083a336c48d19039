import type { InstrumentEnvironment } from './environment.js';
import { counterOf } from './families.js';

/** Counts, by part, what went wrong or could not be known while the caller went on. */
export type InternalErrors = (part: string) => void;

export function createInternalErrors(env: InstrumentEnvironment): InternalErrors {
  const { family } = counterOf(env, 'promptheus_internal_errors_total');
  return (part) => family.labels(part).inc();
}

/** The same recording, for callers that must never be thrown at: what a wrong argument throws is counted. */
export function guarded<A extends unknown[]>(
  errors: InternalErrors,
  part: string,
  record: (...args: A) => void,
): (...args: A) => void {
  return (...args) => {
    try {
      record(...args);
    } catch {
      errors(part);
    }
  };
}
