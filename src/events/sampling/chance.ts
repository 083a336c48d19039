/** How likely an event is kept: the consistent probability sampling of OpenTelemetry, with 56 bits. */
export interface Chance {
  readonly rate: number;
  /** 14 hex digits. An event is kept if the 14 hex digits that stand for its id are not less. */
  readonly threshold: string;
  /** How many events a kept one stands for. */
  readonly sampleRate: number;
}

export const DIGITS = 14;
const ALL = 2n ** 56n;

export const ALWAYS: Chance = { rate: 1, threshold: '0'.repeat(DIGITS), sampleRate: 1 };
/** No threshold of 14 digits keeps nothing, so this one is never compared. */
export const NEVER: Chance = { rate: 0, threshold: '', sampleRate: 0 };

/** `rate` from 0 to 1. */
export function chanceOfRate(rate: number): Chance {
  if (rate === 0) return NEVER;
  const threshold = BigInt(Math.round((1 - rate) * Number(ALL)));
  return { rate, threshold: threshold.toString(16).padStart(DIGITS, '0'), sampleRate: sampleRateOf(threshold) };
}

export function chanceOfThreshold(threshold: string): Chance {
  const sampleRate = sampleRateOf(BigInt(`0x${threshold}`));
  return { rate: 1 / sampleRate, threshold, sampleRate };
}

const sampleRateOf = (threshold: bigint) => Number(ALL) / Number(ALL - threshold);
