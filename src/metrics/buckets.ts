import { PromptheusError, show } from '../errors/promptheus-error.js';

/** The bounds of prom-client, taken where a histogram names none, in seconds. */
export const DEFAULT_BUCKETS: readonly number[] = Object.freeze([
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]);

/** More than this is a table, not a histogram. */
const MOST_BUCKETS = 1000;

/**
 * `count` bounds, `width` apart.
 *
 * @param start the lowest upper bound
 * @param width the distance between two bounds, above 0
 * @param count how many, 1 to 1,000
 * @throws {INVALID_BUCKETS} when the arguments make no ascending bounds
 * @example
 * ```ts
 * linearBuckets(0, 5, 3); // [0, 5, 10]
 * ```
 */
export function linearBuckets(start: number, width: number, count: number): number[] {
  return generate('linearBuckets', count, (index) => start + index * width);
}

/**
 * `count` bounds, each `factor` times the one before it.
 *
 * @param start the lowest upper bound, above 0
 * @param factor above 1
 * @param count how many, 1 to 1,000
 * @throws {INVALID_BUCKETS} when the arguments make no ascending bounds
 * @example
 * ```ts
 * exponentialBuckets(1, 2, 4); // [1, 2, 4, 8]
 * ```
 */
export function exponentialBuckets(start: number, factor: number, count: number): number[] {
  if (!(start > 0)) {
    throw new PromptheusError('INVALID_BUCKETS', `exponentialBuckets needs a start above 0, got ${show(start)}.`);
  }
  return generate('exponentialBuckets', count, (index) => start * factor ** index);
}

function generate(maker: string, count: number, boundAt: (index: number) => number): number[] {
  if (!Number.isInteger(count) || count < 1 || count > MOST_BUCKETS) {
    throw new PromptheusError('INVALID_BUCKETS', `${maker} needs a count of 1 to ${MOST_BUCKETS}, got ${show(count)}.`);
  }
  const bounds = Array.from({ length: count }, (_, index) => boundAt(index));
  assertBuckets(maker, bounds);
  return bounds;
}

/** @throws {INVALID_BUCKETS} unless the bounds are finite and ascending; a last `Infinity` is what `+Inf` says anyway. */
export function resolveBuckets(family: string, buckets: readonly number[]): readonly number[] {
  if (!Array.isArray(buckets)) {
    throw new PromptheusError(
      'INVALID_BUCKETS',
      `${family}: buckets must be an array of numbers, got ${show(buckets)}.`,
    );
  }
  const bounds = buckets.at(-1) === Number.POSITIVE_INFINITY ? buckets.slice(0, -1) : buckets.slice();
  assertBuckets(family, bounds);
  return Object.freeze(bounds);
}

function assertBuckets(owner: string, bounds: readonly number[]): void {
  const fault =
    bounds.length === 0
      ? 'at least one bound is needed'
      : bounds.length > MOST_BUCKETS
        ? `at most ${MOST_BUCKETS} bounds are kept`
        : bounds.some((bound) => !Number.isFinite(bound))
          ? 'every bound must be a finite number'
          : bounds.some((bound, index) => bound <= (bounds[index - 1] ?? Number.NEGATIVE_INFINITY))
            ? 'the bounds must ascend'
            : undefined;
  if (fault !== undefined) {
    throw new PromptheusError('INVALID_BUCKETS', `${owner}: ${fault}, got [${show(bounds.join(', '))}].`);
  }
}
