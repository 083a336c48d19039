import { ALWAYS, type Chance, chanceOfRate, NEVER } from './chance.js';
import type { SamplingFacts } from './facts.js';
import { BUILT_IN, FIRST_ERROR_STATUS, type Match, type SamplingPolicy } from './policy.js';
import { RouteTable } from './route-table.js';

/** One comparison of a rule. */
export interface Condition {
  /** As an event names it. */
  readonly fact: string;
  value(facts: SamplingFacts): string | number | undefined;
  /** What was asked of the value. */
  expected(facts: SamplingFacts): string;
  holds(facts: SamplingFacts): boolean;
}

export interface Rule {
  readonly id: string;
  /** How many of the conditions have to hold. */
  readonly needs: 'one' | 'all';
  readonly conditions: readonly Condition[];
  readonly chance: Chance;
}

/** Why it matched, in words. */
export function reasonOf({ id, conditions }: Rule, facts: SamplingFacts): string {
  if (conditions.length === 0) return id === BUILT_IN.rest ? 'no other rule matches' : 'it matches every event';
  let reason = '';
  for (const condition of conditions) {
    if (!condition.holds(facts)) continue;
    reason += `${reason === '' ? '' : ' and '}${condition.fact} ${condition.value(facts)} ${condition.expected(facts)}`;
  }
  return reason;
}

/** All rules in the order in which they are asked; the last one takes what is left. */
export function rulesOf(policy: SamplingPolicy): readonly Rule[] {
  return [
    ...alwaysKept(policy),
    ...policy.drop.map((rule) => matching(rule, NEVER)),
    ...policy.rules.map((rule) => matching(rule, chanceOfRate(rule.rate))),
    { id: BUILT_IN.rest, needs: 'all', conditions: [], chance: chanceOfRate(policy.rate) },
  ];
}

/** By which they are counted, in their order. */
export function ruleIds(policy: SamplingPolicy): readonly string[] {
  return rulesOf(policy).map(({ id }) => id);
}

/** Errors, what is slow, and critical routes (S2.11): the rules that nothing can be put before. */
export function alwaysKept(policy: SamplingPolicy): readonly Rule[] {
  return [
    { id: BUILT_IN.error, needs: 'one', conditions: ERROR, chance: ALWAYS },
    { id: BUILT_IN.slow, needs: 'all', conditions: [slow(policy)], chance: ALWAYS },
    { id: BUILT_IN.critical, needs: 'all', conditions: [routeIn(policy.criticalRoutes)], chance: ALWAYS },
  ];
}

export function matches({ needs, conditions }: Rule, facts: SamplingFacts): boolean {
  for (const condition of conditions) {
    if (condition.holds(facts) === (needs === 'one')) return needs === 'one';
  }
  return needs === 'all';
}

/** An operation has no status, and what it throws need not have a code. */
const ERROR: readonly Condition[] = [
  {
    fact: 'error.code',
    value: ({ errorCode }) => errorCode,
    expected: () => 'is there',
    holds: ({ errorCode }) => errorCode !== undefined && errorCode !== '',
  },
  {
    fact: 'status',
    value: ({ status }) => status,
    expected: () => `>= ${FIRST_ERROR_STATUS}`,
    holds: ({ status }) => status !== undefined && status >= FIRST_ERROR_STATUS,
  },
  oneOf('outcome', ['error'], ({ outcome }) => outcome),
];

function slow({ slowMs, slowMsByRoute }: SamplingPolicy): Condition {
  const byRoute = new RouteTable(Object.entries(slowMsByRoute));
  const limitOf = ({ route }: SamplingFacts) => byRoute.find(route) ?? slowMs;
  return {
    fact: 'durationMs',
    value: ({ durationMs }) => durationMs,
    expected: (facts) => `> ${limitOf(facts)}`,
    holds: (facts) => facts.durationMs !== undefined && facts.durationMs > limitOf(facts),
  };
}

function matching({ id, when }: { readonly id: string; readonly when: Match }, chance: Chance): Rule {
  const { route, method, tenant, status, outcome } = when;
  const conditions: Condition[] = [];
  if (route !== undefined) conditions.push(routeIn(route));
  if (method !== undefined) conditions.push(oneOf('method', method, (facts) => facts.method));
  if (tenant !== undefined) conditions.push(oneOf('tenant', tenant, (facts) => facts.tenant));
  if (status !== undefined) conditions.push(statusWithin(status));
  if (outcome !== undefined) conditions.push(oneOf('outcome', outcome, (facts) => facts.outcome));
  return { id, needs: 'all', conditions, chance };
}

function routeIn(patterns: readonly string[]): Condition {
  const table = new RouteTable(patterns.map((pattern) => [pattern, pattern] as const));
  return {
    fact: 'route',
    value: ({ route }) => route,
    expected: ({ route }) => `matches ${table.find(route) ?? anyOf(patterns)}`,
    holds: ({ route }) => table.find(route) !== undefined,
  };
}

function oneOf(fact: string, texts: readonly string[], value: (facts: SamplingFacts) => string | undefined): Condition {
  const known = new Set<string | undefined>(texts);
  return { fact, value, expected: () => `is ${anyOf(texts)}`, holds: (facts) => known.has(value(facts)) };
}

function statusWithin([from, to]: readonly [number, number]): Condition {
  return {
    fact: 'status',
    value: ({ status }) => status,
    expected: () => (from === to ? `is ${from}` : `within ${from}-${to}`),
    holds: ({ status }) => status !== undefined && status >= from && status <= to,
  };
}

function anyOf(texts: readonly string[]): string {
  return texts.length === 1 ? String(texts[0]) : `any of [${texts.join(', ')}]`;
}
