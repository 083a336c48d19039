import { isAbortError, type Outcome, property, signalAborted } from '../../../src/adapter.js';

export type { Outcome };

/**
 * How a call came out, where its caller may have stopped it: `otherwise`, if nobody did. A signal that gave up by its time
 * is no wish to stop: what it throws is a timeout.
 */
export function outcomeOf(otherwise: Outcome, error: unknown, args: readonly unknown[]): Outcome {
  if (isTimeout(error)) return 'error';
  return isAbortError(error) || signalAborted(args) ? 'aborted' : otherwise;
}

function isTimeout(error: unknown): boolean {
  try {
    return property(error, 'name') === 'TimeoutError';
  } catch {
    return false;
  }
}
