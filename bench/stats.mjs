import { random } from './sequence.mjs';

const RESAMPLES = 2_000;

export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The ratio of two medians with its 90 % interval, by bootstrap. What was measured in one round stays together, since a
 * round that was slow was slow for both.
 */
export function ratio(ours, theirs) {
  const draw = random(7);
  const ratios = new Float64Array(RESAMPLES);
  for (let n = 0; n < RESAMPLES; n++) {
    const picked = Array.from(ours, () => Math.floor(draw() * ours.length));
    ratios[n] = median(picked.map((i) => ours[i])) / median(picked.map((i) => theirs[i]));
  }
  return { value: median(ours) / median(theirs), ...interval(ratios) };
}

/** A median with its 90 % interval. */
export function estimate(values) {
  return { ...ratio(values, new Float64Array(values.length).fill(1)) };
}

function interval(values) {
  const sorted = values.sort();
  return { low: sorted[Math.floor(0.05 * sorted.length)], high: sorted[Math.ceil(0.95 * sorted.length) - 1] };
}
