// A row of the table: what was compared, the figure with its interval, what it must reach, and the rounds behind it.
import { estimate, over, ratio, share } from './stats.mjs';

/** Ours as a part of theirs. */
export function ratioRow(what, [name, ours], [rival, theirs], bar) {
  return { what, unit: 'ratio', ...ratio(ours, theirs), bar, samples: { [name]: ours, [rival]: theirs } };
}

/** What ours adds to the floor, as a part of what theirs adds. */
export function shareRow(what, [name, ours], [rival, theirs], [base, floor], bar) {
  const samples = { [name]: ours, [rival]: theirs, [base]: floor };
  return { what, unit: 'ratio', ...share(ours, theirs, floor), bar, samples };
}

/** A figure in its own unit. */
export function plainRow(what, unit, values, bar) {
  return { what, unit, ...estimate(values), bar, samples: { [what.trim()]: values } };
}

/** What something adds to the floor, in its own unit. */
export function overRow(what, unit, values, floor) {
  return { what, unit, ...over(values, floor) };
}

/** A contender that gave no figure, and why. */
export function failedRow(what, failure) {
  return { what, failure };
}

/** A bar is met when the worse end of the interval meets it. */
export function verdict({ high, value, bar, byMedian = false }) {
  if (bar === undefined || value === undefined) return '';
  return (byMedian ? value : high) <= bar ? 'pass' : 'MISS';
}
