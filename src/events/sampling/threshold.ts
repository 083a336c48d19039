import { hash } from 'node:crypto';

/** OpenTelemetry's consistent probability sampling has 56 bits: 14 hexadecimal digits. */
const DIGITS = 14;
const SPACE = 2 ** 56;
/** No `r` reaches it: nothing is kept. */
const NEVER = 'never';

/** Where an id stands in the space of 2^56: the first 14 digits of SHA-256 of salt and id. */
export function randomnessOf(salt: string, id: string): string {
  return hash('sha256', salt + id, 'hex').slice(0, DIGITS);
}

/** What is kept has an `r` that is not below this: T = (1 − p)·2^56, rounded. */
export function thresholdOf(rate: number): string {
  if (rate >= 1) return '0'.repeat(DIGITS);
  const threshold = Math.round((1 - rate) * SPACE);
  return threshold >= SPACE ? NEVER : threshold.toString(16).padStart(DIGITS, '0');
}

/** Both have the same number of digits, so that their texts compare as their numbers do. */
export function keeps(r: string, threshold: string): boolean {
  return threshold !== NEVER && r >= threshold;
}

/** How many events a kept one stands for: 2^56 / (2^56 − T). */
export function sampleRateOf(threshold: string): number {
  return threshold === NEVER ? 0 : SPACE / (SPACE - Number.parseInt(threshold, 16));
}
