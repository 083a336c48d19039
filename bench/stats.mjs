import { random } from './sequence.mjs';

const RESAMPLES = 2_000;

export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * A figure of the medians of several samples, with its 90 % interval by bootstrap. What was measured in one round stays
 * together, since a round that was slow was slow for all.
 */
function bootstrap(samples, figure) {
  const draw = random(7);
  const rounds = samples[0].length;
  const figures = new Float64Array(RESAMPLES);
  for (let n = 0; n < RESAMPLES; n++) {
    const picked = Array.from({ length: rounds }, () => Math.floor(draw() * rounds));
    figures[n] = figure(...samples.map((values) => median(picked.map((round) => values[round]))));
  }
  figures.sort();
  return {
    value: figure(...samples.map(median)),
    low: figures[Math.floor(0.05 * RESAMPLES)],
    high: figures[Math.ceil(0.95 * RESAMPLES) - 1],
  };
}

/** A median. */
export function estimate(values) {
  return bootstrap([values], (value) => value);
}

/** The ratio of two medians. */
export function ratio(ours, theirs) {
  return bootstrap([ours, theirs], (own, their) => own / their);
}

/** What ours costs over the floor, as a share of what theirs costs over it. */
export function share(ours, theirs, floor) {
  return bootstrap([ours, theirs, floor], (own, their, none) => (own - none) / (their - none));
}

/** What it costs over the floor. */
export function over(values, floor) {
  return bootstrap([values, floor], (value, none) => value - none);
}
