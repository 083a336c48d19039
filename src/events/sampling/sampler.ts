import { ALWAYS, type Chance, chanceOfThreshold, NEVER } from './chance.js';
import { comparisonsOf, type SamplingExplanation } from './explain.js';
import { factsOf, type SamplingFacts, timeOf } from './facts.js';
import type { SamplingDecision, SamplingOptions } from './options.js';
import { type SamplingPolicy, versionOf } from './policy.js';
import { randomnessOf } from './randomness.js';
import { recordedIn } from './recorded.js';
import { resolveSampling } from './resolve.js';
import { matches, type Rule, reasonOf, ruleIds, rulesOf } from './rules.js';
import { TargetRate } from './target-rate.js';

/** Decides which events are kept. The same events in the same order bring the same decisions in every process. */
export class Sampler {
  readonly policyVersion: string;
  private readonly policy: SamplingPolicy;
  readonly ruleIds: readonly string[];
  private readonly rules: readonly Rule[];
  /** It takes whatever came so far. */
  private readonly rest: Rule;
  private readonly target: TargetRate | undefined;

  /** @throws {INVALID_OPTION} */
  constructor(options: SamplingOptions = {}) {
    this.policy = resolveSampling(options);
    this.policyVersion = versionOf(this.policy);
    this.rules = rulesOf(this.policy);
    this.ruleIds = ruleIds(this.policy);
    this.rest = this.rules.at(-1) as Rule;
    const { target } = this.policy;
    this.target = target && new TargetRate(target, this.rest.chance);
  }

  /** Never throws. `atMs` is when the event was recorded, in epoch milliseconds. */
  decide(facts: SamplingFacts, atMs: number): SamplingDecision {
    this.target?.advance(atMs);
    const rule = this.ruleOf(facts);
    const decision = this.decisionOf(rule, facts, this.chanceOf(rule, facts));
    if (rule === this.rest) this.target?.count(facts);
    return decision;
  }

  /**
   * Decides on an event as the application or a sink has it, and says what every rule made of it. Counts nothing. Where there is a
   * `target`, an event that was stored under this policy is decided with the threshold that it bears.
   */
  explain(event: object): SamplingExplanation {
    const facts = factsOf(event);
    const decider = this.ruleOf(facts);
    const { threshold, windowId } = recordedIn(event, this.policyVersion);
    const recorded = this.target !== undefined && decider === this.rest && threshold !== undefined;
    const chance = recorded ? chanceOfThreshold(threshold) : this.chanceOf(decider, facts);
    const decision = this.decisionOf(decider, facts, chance);
    const rules = this.rules.map((rule) => ({
      rule: rule.id,
      matched: matches(rule, facts),
      decided: rule === decider,
      rate: rule === decider ? chance.rate : rule.chance.rate,
      compared: comparisonsOf(rule, facts),
    }));
    return { ...decision, ...(recorded && { windowId }), rules };
  }

  private ruleOf(facts: SamplingFacts): Rule {
    for (const rule of this.rules) {
      if (matches(rule, facts)) return rule;
    }
    return this.rest;
  }

  private chanceOf(rule: Rule, facts: SamplingFacts): Chance {
    return rule === this.rest && this.target !== undefined ? this.target.chanceOf(facts) : rule.chance;
  }

  private decisionOf(rule: Rule, facts: SamplingFacts, given: Chance): SamplingDecision {
    const r = given === NEVER ? undefined : randomnessOf(facts, this.policy.salt);
    // Without an id nothing can be decided by chance: what is kept for certain stands for itself.
    const chance = r === undefined && given !== NEVER ? ALWAYS : given;
    return {
      keep: chance === ALWAYS || (r !== undefined && r >= chance.threshold),
      rule: rule.id,
      reason: reasonOf(rule, facts),
      sampleRate: chance.sampleRate,
      threshold: chance.threshold,
      r: r ?? '',
      policyVersion: this.policyVersion,
      windowId: rule === this.rest ? this.target?.windowId : undefined,
    };
  }
}

/**
 * What a policy decides of an event, and what each of its rules makes of it.
 *
 * @example
 * explainSampling({ criticalRoutes: ['/pay*'] }, { requestId: 'r-1', route: '/payments', status: 200, durationMs: 12 }).rule; // 'critical_route'
 * @throws {INVALID_OPTION}
 */
export function explainSampling(options: SamplingOptions, event: object): SamplingExplanation {
  return new Sampler(options).explain(event);
}

/**
 * The decisions of a policy on events in the order in which they were recorded. Where there is a `target` the rates depend on all
 * events, also on those that were not kept; `timestamp` says of which window an event is.
 *
 * @throws {INVALID_OPTION}
 */
export function replaySampling(options: SamplingOptions, events: Iterable<object>): readonly SamplingDecision[] {
  const sampler = new Sampler(options);
  return Array.from(events, (event) => sampler.decide(factsOf(event), timeOf(event)));
}
