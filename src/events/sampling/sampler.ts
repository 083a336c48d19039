import { hash } from 'node:crypto';
import type { StoredSampling } from '../encoding/event-decoder.js';
import type { EventFacts } from '../encoding/facts.js';
import { AdaptiveRates } from './adaptive-rates.js';
import { type ResolvedSampling, resolveSampling, type SamplingOptions } from './options.js';
import { type Rule, rulesOf } from './rules.js';
import { keeps, randomnessOf, sampleRateOf, thresholdOf } from './threshold.js';

/** What was decided of an event, and why; a kept one bears it. */
export interface SamplingDecision extends StoredSampling {
  readonly keep: boolean;
  /** Of the adaptive rates that were used. */
  readonly windowId?: number;
}

/** What a sampler is asked about. */
export type SampledFacts = EventFacts & { readonly eventId?: string };

const KEEP_ALL = thresholdOf(1);

/**
 * Decides once, when an event is complete (S2.12): by ordered rules, then by the hash of its request's id, so that every
 * process decides the same of one id, and what is kept at 1 % is kept at 5 %. No chance is involved.
 */
export class Sampler {
  readonly policyVersion: string;
  readonly rules: readonly Rule[];
  private readonly options: ResolvedSampling;
  private readonly adaptive: AdaptiveRates | undefined;
  private readonly thresholds = new Map<number, string>();
  private readonly counts: Map<string, { seen: number; kept: number }>;

  /** @throws {INVALID_OPTION} */
  constructor(options: SamplingOptions) {
    this.options = resolveSampling(options);
    this.rules = rulesOf(this.options);
    this.policyVersion = hash('sha256', JSON.stringify(this.options), 'hex').slice(0, 12);
    this.counts = new Map(this.rules.map(({ id }) => [id, { seen: 0, kept: 0 }]));
    const { target } = this.options;
    this.adaptive = target && new AdaptiveRates(target.perSecond, target.windowMs);
  }

  decide(facts: SampledFacts, atMs: number): SamplingDecision {
    const { rule, reason } = this.matchOf(facts);
    const rate = rule.rate ?? this.adaptive?.rateOf(facts, atMs) ?? this.options.rate;
    const threshold = this.thresholdOf(rate);
    const id = facts.requestId ?? facts.eventId;
    // An event without any id cannot be decided the same way twice: it is kept.
    const r = id === undefined ? 'f'.repeat(KEEP_ALL.length) : this.randomness(id, threshold);
    const keep = keeps(r, threshold);
    this.count(rule.id, keep);
    const { policyVersion } = this;
    const decision = { keep, rule: rule.id, reason, sampleRate: sampleRateOf(threshold), threshold, r, policyVersion };
    return rule.rate === undefined && this.adaptive ? { ...decision, windowId: this.adaptive.windowId } : decision;
  }

  /** How many events each rule has decided, and kept. */
  retention(): Record<string, { seen: number; kept: number }> {
    return Object.fromEntries([...this.counts].map(([rule, { seen, kept }]) => [rule, { seen, kept }]));
  }

  private matchOf(facts: EventFacts): { readonly rule: Rule; readonly reason: string } {
    for (const rule of this.rules) {
      const reason = rule.reasonFor(facts);
      if (reason !== undefined) return { rule, reason };
    }
    throw new Error('the default rule fits every event');
  }

  /** What is kept or left out whatever its hash needs none. */
  private randomness(id: string, threshold: string): string {
    return threshold === KEEP_ALL ? KEEP_ALL : randomnessOf(this.options.salt, id);
  }

  private thresholdOf(rate: number): string {
    let threshold = this.thresholds.get(rate);
    if (threshold === undefined) {
      threshold = thresholdOf(rate);
      // Adaptive rates are many, and each for a window only.
      if (this.thresholds.size < 1_000) this.thresholds.set(rate, threshold);
    }
    return threshold;
  }

  private count(rule: string, keep: boolean): void {
    const of = this.counts.get(rule);
    if (of === undefined) return;
    of.seen++;
    if (keep) of.kept++;
  }
}
