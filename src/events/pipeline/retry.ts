import { troubleOf } from '../sinks/trouble.js';

const FIRST_MS = 250;
const MOST_MS = 30_000;
/** A server that asks for more is asked again after an hour: its answer may have been a mistake. */
const MOST_ASKED_MS = 3_600_000;

/**
 * How long to wait after so many failures in a row: exponential, with full jitter, so that many processes that lost the
 * same server do not come back to it together. Never less than the server asks for.
 */
export function backoffMs(failures: number, random: () => number, atLeastMs = 0): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** (failures - 1));
  return Math.max(atLeastMs, random() * ceiling);
}

/** What an error says about trying again. */
export interface Failure {
  readonly permanent: boolean;
  readonly tooLarge: boolean;
  readonly retryAfterMs: number;
  readonly reason: string;
}

export function failureOf(error: unknown): Failure {
  const { message, code, permanent, retryAfterMs } = troubleOf(error);
  return {
    permanent,
    tooLarge: code === 'TOO_LARGE',
    retryAfterMs: retryAfterMs !== undefined && retryAfterMs > 0 ? Math.min(retryAfterMs, MOST_ASKED_MS) : 0,
    reason: message,
  };
}
