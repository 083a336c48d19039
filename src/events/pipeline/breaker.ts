import { backoffMs } from './retry.js';

export type BreakerState = 'closed' | 'half-open' | 'open';

/** As the gauge shows it. */
export const BREAKER_VALUES: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 0.5, open: 1 };

/** Its first back-off is already longer than the pauses between the tries that have opened it. */
const DOUBLINGS_BEFORE = 2;

/** Leaves a sink alone that fails again and again, and tries it with one batch after a while. */
export class Breaker {
  readonly #failuresToOpen: number;
  readonly #random: () => number;
  #failures = 0;
  #openings = 0;
  #openUntil = 0;

  constructor(failuresToOpen: number, random: () => number) {
    this.#failuresToOpen = failuresToOpen;
    this.#random = random;
  }

  state(now: number): BreakerState {
    if (this.#openings === 0) return 'closed';
    return now < this.#openUntil ? 'open' : 'half-open';
  }

  get failing(): boolean {
    return this.#failures > 0;
  }

  /** From when it lets a batch through. */
  get triesAt(): number {
    return this.#openings === 0 ? 0 : this.#openUntil;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openings = 0;
  }

  failed(now: number, retryAfterMs: number): void {
    this.#failures++;
    if (this.#openings === 0 && this.#failures < this.#failuresToOpen) return;
    this.#openings++;
    this.#openUntil = now + 1 + backoffMs(this.#openings + DOUBLINGS_BEFORE, this.#random, retryAfterMs);
  }
}
