import type { CounterFamily } from '../metrics/counter.js';
import type { GaugeFamily } from '../metrics/gauge.js';
import type { HistogramFamily } from '../metrics/histogram.js';
import type { SampleFamily } from '../metrics/sample-family.js';

export type AnyFamily = CounterFamily | GaugeFamily | HistogramFamily;

/** What one scrape shows. */
export interface Gathered {
  /** Ours, read straight from their storage while it is rendered. */
  readonly families: readonly AnyFamily[];
  /** Those of others, already read. */
  readonly foreign: readonly SampleFamily[];
  /** Labels for every line that has none of that name. */
  readonly defaultLabels: Readonly<Record<string, string>>;
}

/** The reading side: all that exposition knows of the registry. */
export interface Gatherer {
  /** Runs the collectors, each for `timeoutMs` at the most; one that fails costs its own family only. */
  gather(timeoutMs: number): Promise<Gathered>;
}
