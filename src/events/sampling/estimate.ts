export interface SampledTotals {
  readonly count: number;
  /** Of the values. */
  readonly sum: number;
  /** Of `count`, as sampling makes it; 0 where all was kept. */
  readonly countVariance: number;
}

/** Says of kept events how many there were before sampling, and what their values came to: each counts `sample_rate` times. */
export function estimateTotals<E extends { readonly sampleRate?: number; readonly sample_rate?: number }>(
  events: Iterable<E>,
  valueIn: (event: E) => number = () => 0,
): SampledTotals {
  let count = 0;
  let sum = 0;
  let countVariance = 0;
  for (const event of events) {
    const weight = event.sampleRate ?? event.sample_rate ?? 1;
    count += weight;
    sum += weight * valueIn(event);
    countVariance += weight * (weight - 1);
  }
  return { count, sum, countVariance };
}
