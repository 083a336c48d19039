import { PromptheusError } from '../../errors/promptheus-error.js';
import { assertOption, assertOptionKeys, assertRate, assertTexts } from './assert.js';
import type { SamplingDropRule, SamplingMatch, SamplingOptions, SamplingRule, StatusMatch } from './options.js';
import { BUILT_IN, type Match, type SamplingPolicy } from './policy.js';
import { assertReachable } from './reachable.js';

const KEYS = ['rate', 'slowMs', 'slowMsByRoute', 'criticalRoutes', 'drop', 'rules', 'target', 'salt'];
const MATCH_KEYS = ['route', 'method', 'tenant', 'status', 'outcome'];
const RULE_ID = /^[A-Za-z][\w.-]{0,63}$/;
/** Each is a series of two metrics. */
const MOST_RULES = 100;

/** @throws {INVALID_OPTION} */
export function resolveSampling(options: SamplingOptions): SamplingPolicy {
  assertOptionKeys('events.sampling', options, KEYS);
  const { rate = 0.05, slowMs = 1_000, slowMsByRoute = {}, criticalRoutes = [], salt = 'promptheus:' } = options;
  const { drop = [], rules = [], target } = options;
  assertRate('events.sampling.rate', rate);
  assertMilliseconds('events.sampling.slowMs', slowMs);
  assertOption(
    isPlain(slowMsByRoute),
    'events.sampling.slowMsByRoute',
    'an object of milliseconds by route',
    slowMsByRoute,
  );
  for (const [route, ms] of Object.entries(slowMsByRoute)) {
    assertMilliseconds(`events.sampling.slowMsByRoute[${JSON.stringify(route)}]`, ms);
  }
  assertTexts('events.sampling.criticalRoutes', criticalRoutes);
  assertOption(typeof salt === 'string', 'events.sampling.salt', 'a string', salt);
  assertRuleList('events.sampling.drop', drop);
  assertRuleList('events.sampling.rules', rules);
  assertIds([...drop, ...rules]);
  const policy: SamplingPolicy = Object.freeze({
    rate,
    slowMs,
    slowMsByRoute: Object.freeze({ ...slowMsByRoute }),
    criticalRoutes: Object.freeze([...criticalRoutes]),
    drop: Object.freeze(drop.map((rule, index) => resolveRule(`events.sampling.drop[${index}]`, rule, ['id', 'when']))),
    rules: Object.freeze(rules.map((rule, index) => resolveRatedRule(`events.sampling.rules[${index}]`, rule))),
    target: target === undefined ? undefined : resolveTarget(target),
    salt,
  });
  assertReachable(policy);
  return policy;
}

function resolveTarget(target: NonNullable<SamplingOptions['target']>): SamplingPolicy['target'] {
  assertOptionKeys('events.sampling.target', target, ['perSecond', 'windowMs']);
  const { perSecond, windowMs = 15_000 } = target;
  assertOption(
    perSecond > 0 && Number.isFinite(perSecond),
    'events.sampling.target.perSecond',
    'a number above 0',
    perSecond,
  );
  assertOption(
    Number.isInteger(windowMs) && windowMs >= 1_000,
    'events.sampling.target.windowMs',
    'a whole number of milliseconds, at least 1,000',
    windowMs,
  );
  return Object.freeze({ perSecond, windowMs });
}

function resolveRatedRule(at: string, rule: SamplingRule): SamplingPolicy['rules'][number] {
  assertRate(`${at}.rate`, rule.rate);
  return Object.freeze({ ...resolveRule(at, rule, ['id', 'when', 'rate']), rate: rule.rate });
}

function resolveRule(at: string, rule: SamplingDropRule, keys: readonly string[]): SamplingPolicy['drop'][number] {
  assertOptionKeys(at, rule, keys);
  return Object.freeze({ id: rule.id, when: resolveMatch(`${at}.when`, rule.when) });
}

function resolveMatch(at: string, when: SamplingMatch): Match {
  assertOptionKeys(at, when, MATCH_KEYS);
  return Object.freeze({
    route: listOf(`${at}.route`, when.route),
    method: listOf(`${at}.method`, when.method)?.map((method) => method.toUpperCase()),
    tenant: listOf(`${at}.tenant`, when.tenant),
    status: when.status === undefined ? undefined : rangeOf(`${at}.status`, when.status),
    outcome: listOf(`${at}.outcome`, when.outcome),
  });
}

function listOf(at: string, value: string | readonly string[] | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list = typeof value === 'string' ? [value] : value;
  assertTexts(at, list);
  assertOption(list.length > 0, at, 'a text or some', value);
  return [...list];
}

function rangeOf(at: string, status: StatusMatch): readonly [number, number] {
  const first = typeof status === 'string' && /^[1-5]xx$/.test(status) ? Number(status[0]) * 100 : Number.NaN;
  const [from, to] =
    typeof status === 'number' ? [status, status] : Array.isArray(status) ? status : [first, first + 99];
  assertOption(
    Number.isInteger(from) && Number.isInteger(to) && from <= to && (!Array.isArray(status) || status.length === 2),
    at,
    "a status, a class as '4xx', or the first and last of a range as [400, 499]",
    status,
  );
  return [from, to];
}

function assertRuleList(at: string, rules: readonly SamplingDropRule[]): void {
  assertOption(Array.isArray(rules), at, 'an array of rules', rules);
  for (const [index, rule] of rules.entries()) assertOption(isPlain(rule), `${at}[${index}]`, 'a rule', rule);
}

function assertIds(rules: readonly SamplingDropRule[]): void {
  assertOption(
    rules.length <= MOST_RULES,
    'events.sampling',
    `${MOST_RULES} rules at most, drop rules included`,
    rules.length,
  );
  const known = new Set<string>(Object.values(BUILT_IN));
  for (const { id } of rules) {
    assertOption(
      typeof id === 'string' && RULE_ID.test(id),
      'The id of a sampling rule',
      'a letter and then letters, digits, _, . or -, 64 at most',
      id,
    );
    if (known.has(id)) {
      throw new PromptheusError('INVALID_OPTION', `Two sampling rules are called "${id}". Give each an id of its own.`);
    }
    known.add(id);
  }
}

function assertMilliseconds(at: string, value: number): void {
  assertOption(
    typeof value === 'number' && value >= 0 && Number.isFinite(value),
    at,
    'a number of milliseconds',
    value,
  );
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
