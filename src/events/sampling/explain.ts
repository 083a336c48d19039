import type { SamplingFacts } from './facts.js';
import type { SamplingDecision } from './options.js';
import type { Rule } from './rules.js';

/** A decision with what led to it. */
export interface SamplingExplanation extends SamplingDecision {
  /** In the order in which they are asked; the first that matches decides. */
  readonly rules: readonly RuleExplanation[];
}

export interface RuleExplanation {
  readonly rule: string;
  readonly matched: boolean;
  readonly decided: boolean;
  /** How much it keeps: 1 for all, 0 for nothing. */
  readonly rate: number;
  readonly compared: readonly Comparison[];
}

export interface Comparison {
  readonly fact: string;
  readonly value: string | number | undefined;
  /** What was asked of the value: `> 1000`. */
  readonly expected: string;
  readonly holds: boolean;
}

export function comparisonsOf({ conditions }: Rule, facts: SamplingFacts): readonly Comparison[] {
  return conditions.map((condition) => ({
    fact: condition.fact,
    value: condition.value(facts),
    expected: condition.expected(facts),
    holds: condition.holds(facts),
  }));
}
