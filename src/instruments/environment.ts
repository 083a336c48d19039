import type { Metrics } from '../metrics/types.js';

/** What an instrument is given: families to record into, and the options that shape their labels. */
export interface InstrumentEnvironment {
  readonly metrics: Metrics;
  /** Which column of the catalogue names the families. */
  readonly naming: 'promptheus' | 'otel';
  /** The tenant label: its name, or `false` for none; `histograms: false` keeps it off histograms. */
  readonly tenant: { readonly label: string | false; readonly histograms: boolean };
  /** Says something once a minute at most for each `key`. */
  warn(key: string, message: string): void;
}
