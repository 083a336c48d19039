import type { EventFacts } from '../encoding/facts.js';

/** More kinds of requests than these share one rate. */
const MOST_KEYS = 500;
const REST = 'other';
/** How much the last window counts, against those before it. */
const WEIGHT = 0.5;
/** What was not seen for some windows is forgotten. */
const FORGOTTEN_BELOW = 0.5;

/**
 * Rates that bring about `perSecond` events, each kind of request (route and class of status) a share that grows with the logarithm
 * of its number: a rare kind is kept whole, a frequent one pays. The rates of a window come from the windows before it alone
 * and stand still within it, so that who knows the counts can repeat each decision.
 */
export class AdaptiveRates {
  windowId = -1;
  private counts = new Map<string, number>();
  private averages = new Map<string, number>();
  private rates = new Map<string, number>();

  constructor(
    private readonly perSecond: number,
    private readonly windowMs: number,
  ) {}

  /** The rate of an event, which is counted for the windows to come. */
  rateOf(facts: EventFacts, atMs: number): number {
    const windowId = Math.floor(atMs / this.windowMs);
    if (windowId > this.windowId) this.turn(windowId);
    const key = this.keyOf(facts);
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    return this.rates.get(key) ?? 1;
  }

  private keyOf({ route = '', status = 0 }: EventFacts): string {
    const key = `${Math.floor(status / 100)} ${route}`;
    return this.counts.has(key) || this.counts.size < MOST_KEYS ? key : REST;
  }

  private turn(windowId: number): void {
    this.windowId = windowId;
    for (const key of new Set([...this.averages.keys(), ...this.counts.keys()])) {
      const average =
        WEIGHT * (this.counts.get(key) ?? 0) + (1 - WEIGHT) * (this.averages.get(key) ?? this.counts.get(key) ?? 0);
      if (average < FORGOTTEN_BELOW) this.averages.delete(key);
      else this.averages.set(key, average);
    }
    this.counts = new Map();
    this.rates = ratesOf(this.averages, (this.perSecond * this.windowMs) / 1_000);
  }
}

/** What a key does not need of its share goes to those after it, the rarest first. */
function ratesOf(averages: ReadonlyMap<string, number>, goal: number): Map<string, number> {
  const keys = [...averages].sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1));
  const weightOf = (count: number): number => Math.log10(Math.max(1, count) + 9);
  let weights = keys.reduce((sum, [, count]) => sum + weightOf(count), 0);
  let left = goal;
  const rates = new Map<string, number>();
  for (const [key, count] of keys) {
    const share = (left * weightOf(count)) / weights;
    const kept = Math.min(count, share);
    rates.set(key, count === 0 ? 1 : kept / count);
    left -= kept;
    weights -= weightOf(count);
  }
  return rates;
}
