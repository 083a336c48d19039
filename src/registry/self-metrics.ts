import type { SelfReport } from '../metrics/self-report.js';

/** The counters that the report writes to, each by its label values. */
export interface SelfCounters {
  rejected(family: string, reason: string): void;
  dropped(family: string): void;
  internal(part: string): void;
}

/** Counts what the storage could not keep. What these counters refuse themselves is not counted again. */
export function reportTo(counters: SelfCounters): SelfReport {
  let counting = false;
  const once =
    <A extends string[]>(count: (...args: A) => void) =>
    (...args: A) => {
      if (counting) return;
      counting = true;
      count(...args);
      counting = false;
    };
  return { rejected: once(counters.rejected), dropped: once(counters.dropped), internal: once(counters.internal) };
}
