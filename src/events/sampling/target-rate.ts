import { ALWAYS, type Chance, chanceOfRate } from './chance.js';
import type { SamplingFacts } from './facts.js';
import type { SamplingPolicy } from './policy.js';

/** Weight of the newest window. */
const WEIGHT = 0.5;
/** An average below it is forgotten. */
const FORGOTTEN = 0.5;
const MOST_KEYS = 500;
/** Never a key: those have a space. */
const OTHERS = '*';
const LEAST_RATE = 1e-6;

interface Traffic {
  /** In this window. */
  count: number;
  /** Of the windows before; undefined for what is new in this one. */
  average: number | undefined;
  /** Stands for this whole window. */
  chance: Chance;
}

/**
 * Shares what shall be kept among routes and classes of status by the logarithm of their traffic, as Honeycomb's dynsampler does: what
 * is rare is kept whole, what is frequent is thinned. Rates are made from the windows before alone and stand for a window, so that
 * the same events bring the same decisions.
 */
export class TargetRate {
  private readonly traffic = new Map<string, Traffic>();
  private readonly windowMs: number;
  private readonly perWindow: number;
  private window: number | undefined;
  /** The first window is rarely a whole one: nothing is learned from it. */
  private whole = false;

  /** `unknown` stands for what was not there in the windows before. */
  constructor(
    { perSecond, windowMs }: NonNullable<SamplingPolicy['target']>,
    private readonly unknown: Chance,
  ) {
    this.windowMs = windowMs;
    this.perWindow = (perSecond * windowMs) / 1_000;
  }

  get windowId(): number | undefined {
    return this.window;
  }

  /** A clock that was put back changes nothing until the time of this window is over again. */
  advance(atMs: number): void {
    const window = Math.floor(atMs / this.windowMs);
    if (this.window === undefined) this.window = Number.isFinite(window) ? window : undefined;
    else if (window > this.window) {
      if (this.whole) this.learn(window - this.window);
      else this.traffic.clear();
      this.whole = true;
      this.window = window;
    }
  }

  count(facts: SamplingFacts): void {
    const key = this.keyOf(facts);
    const traffic = this.traffic.get(key);
    if (traffic === undefined) this.traffic.set(key, { count: 1, average: undefined, chance: this.unknown });
    else traffic.count++;
  }

  chanceOf(facts: SamplingFacts): Chance {
    return this.traffic.get(this.keyOf(facts))?.chance ?? this.unknown;
  }

  /** Bounded: beyond 500, new ones are one. */
  keyOf({ route = 'unknown', status = 0 }: SamplingFacts): string {
    const key = `${route} ${Math.floor(status / 100)}xx`;
    return this.traffic.size < MOST_KEYS || this.traffic.has(key) ? key : OTHERS;
  }

  /** In the windows that were passed over there was nothing. */
  private learn(windows: number): void {
    for (const [key, traffic] of this.traffic) {
      const { count, average = count } = traffic;
      traffic.average = (average + WEIGHT * (count - average)) * (1 - WEIGHT) ** (windows - 1);
      traffic.count = 0;
      if (traffic.average < FORGOTTEN) this.traffic.delete(key);
    }
    this.share();
  }

  /** From the least traffic to the most: what one leaves of its share is there for all that have more. */
  private share(): void {
    const byTraffic = [...this.traffic]
      .map(([key, traffic]) => ({ key, traffic, average: traffic.average as number }))
      .sort((one, other) => one.average - other.average || (one.key < other.key ? -1 : 1));
    const logs = byTraffic.reduce((sum, { average }) => sum + logOf(average), 0);
    let left = 0;
    for (const [index, { traffic, average }] of byTraffic.entries()) {
      const ofLeft = left / (byTraffic.length - index);
      const share = Math.max(1, logs === 0 ? 0 : (logOf(average) * this.perWindow) / logs) + ofLeft;
      traffic.chance = average <= share ? ALWAYS : chanceOfRate(Math.max(LEAST_RATE, share / average));
      left += Math.max(0, share - average) - ofLeft;
    }
  }
}

const logOf = (average: number) => Math.log10(Math.max(1, average));
