import type { SinkReceipt } from '../sinks/sink.js';
import type { Entry } from './feeds.js';
import type { Failure } from './retry.js';

export interface Rejected {
  readonly entry: Entry;
  readonly reason: string;
}

/** What a sink's answer says about the events that it was given. */
export interface Answer {
  readonly stored: readonly Entry[];
  readonly rejected: readonly Rejected[];
  readonly again: readonly Entry[];
  /** Set where the write as a whole has failed. */
  readonly failure: Failure | undefined;
}

/** The sink has thrown. */
export function refused(entries: readonly Entry[], failure: Failure): Answer {
  const hopeless = failure.permanent || (failure.tooLarge && entries.length === 1);
  if (!hopeless) return { stored: [], rejected: [], again: entries, failure };
  return {
    stored: [],
    rejected: entries.map((entry) => ({ entry, reason: failure.reason })),
    again: [],
    failure: undefined,
  };
}

/** The sink has answered: what it does not name is stored. */
export function accepted(entries: readonly Entry[], receipt: SinkReceipt | undefined): Answer {
  const failures = new Map((receipt?.failures ?? []).map((failure) => [failure.index, failure]));
  const stored: Entry[] = [];
  const again: Entry[] = [];
  const rejected: Rejected[] = [];
  let reason = '';
  entries.forEach((entry, index) => {
    const failure = failures.get(index);
    if (failure === undefined) stored.push(entry);
    else if (failure.permanent) rejected.push({ entry, reason: failure.reason });
    else again.push(entry), (reason = failure.reason);
  });
  const nothing = again.length === entries.length;
  const failure = nothing ? { permanent: false, tooLarge: false, retryAfterMs: 0, reason } : undefined;
  return { stored, rejected, again, failure };
}

export function halves<T>(all: readonly T[]): T[][] {
  const middle = Math.ceil(all.length / 2);
  return [all.slice(0, middle), all.slice(middle)];
}
