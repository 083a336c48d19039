import { PromptheusError, show } from '../../errors/promptheus-error.js';

/** What a rule asks of an event; all that is given has to hold. */
export interface SamplingMatch {
  /** A route pattern, or its beginning before a `*`. */
  readonly route?: string;
  readonly method?: string;
  readonly tenant?: string;
  readonly outcome?: string;
  /** One, or the first and the last of several. */
  readonly status?: number | readonly [from: number, to: number];
}

export interface SamplingRule {
  /** Its label in the metrics, and on the event. */
  readonly id: string;
  readonly when: SamplingMatch;
  /** The share that is kept, from 0 to 1. */
  readonly rate: number;
}

/** How the events of requests are thinned out. Errors, slow ones and critical routes are kept (S2.11). */
export interface SamplingOptions {
  /** The share of ordinary events that is kept, from 0 to 1. Default: 0.05. */
  readonly rate?: number;
  /** What takes longer is slow, in milliseconds. Default: 1,000. */
  readonly slowMs?: number;
  /** The same for single routes. */
  readonly slowMsByRoute?: Readonly<Record<string, number>>;
  /** Route patterns, or their beginning before a `*`. */
  readonly criticalRoutes?: readonly string[];
  /** What is left out but for errors: health checks. */
  readonly drop?: readonly SamplingMatch[];
  /** Rates of your own; the first that fits decides. */
  readonly rules?: readonly SamplingRule[];
  /** Instead of `rate`: about so many ordinary events a second in all, rare ones before frequent ones. */
  readonly target?: { readonly perSecond: number; readonly windowMs?: number };
  /** Put before an id that is hashed. Default: none. */
  readonly salt?: string;
}

export interface ResolvedSampling {
  readonly rate: number;
  readonly slowMs: number;
  readonly slowMsByRoute: Readonly<Record<string, number>>;
  readonly criticalRoutes: readonly string[];
  readonly drop: readonly SamplingMatch[];
  readonly rules: readonly SamplingRule[];
  readonly target: { readonly perSecond: number; readonly windowMs: number } | undefined;
  readonly salt: string;
}

/** The rules that always stand; no other may have their names. */
export const OWN_RULES = ['error', 'drop', 'slow', 'critical_route', 'default'] as const;
/** As dynamic samplers use it. */
const WINDOW_MS = 15_000;
const MOST_RULES = 100;
const KEYS: readonly string[] = [
  'rate',
  'slowMs',
  'slowMsByRoute',
  'criticalRoutes',
  'drop',
  'rules',
  'target',
  'salt',
];
const MATCH_KEYS: readonly string[] = ['route', 'method', 'tenant', 'outcome', 'status'];

/** @throws {INVALID_OPTION} */
export function resolveSampling(options: SamplingOptions): ResolvedSampling {
  assert(isObject(options), '', 'an object, or false', options);
  assertKeys('', options, KEYS);
  const { rate = 0.05, slowMs = 1_000, slowMsByRoute = {}, criticalRoutes = [], drop = [], rules = [] } = options;
  const { target, salt = '' } = options;
  assert(isShare(rate), 'rate', 'a number from 0 to 1', rate);
  assert(isAbove(slowMs), 'slowMs', 'a number above 0', slowMs);
  assert(isObject(slowMsByRoute), 'slowMsByRoute', 'an object of milliseconds by route', slowMsByRoute);
  for (const [route, ms] of Object.entries(slowMsByRoute)) {
    assert(isAbove(ms), `slowMsByRoute[${show(route)}]`, 'a number above 0', ms);
  }
  const areTexts = Array.isArray(criticalRoutes) && criticalRoutes.every((route) => typeof route === 'string');
  assert(areTexts, 'criticalRoutes', 'an array of route patterns', criticalRoutes);
  assert(Array.isArray(drop), 'drop', 'an array', drop);
  drop.forEach((match, at) => {
    assertMatch(`drop[${at}]`, match);
  });
  assertRules(rules);
  assert(typeof salt === 'string', 'salt', 'a text', salt);
  if (target !== undefined) {
    assertKeys('target.', target, ['perSecond', 'windowMs']);
    assert(isAbove(target.perSecond), 'target.perSecond', 'a number above 0', target.perSecond);
    assert(target.windowMs === undefined || isAbove(target.windowMs), 'target.windowMs', 'above 0', target.windowMs);
    assert(options.rate === undefined, 'rate', 'left out beside target', rate);
  }
  const adaptive = target && { perSecond: target.perSecond, windowMs: target.windowMs ?? WINDOW_MS };
  return { rate, slowMs, slowMsByRoute, criticalRoutes, drop, rules, target: adaptive, salt };
}

function assertRules(rules: readonly SamplingRule[]): void {
  assert(Array.isArray(rules) && rules.length <= MOST_RULES, 'rules', `an array of at most ${MOST_RULES} rules`, rules);
  const ids = new Set<string>(OWN_RULES);
  let reachesAll: string | undefined;
  rules.forEach((rule, at) => {
    const path = `rules[${at}]`;
    assertKeys(`${path}.`, rule, ['id', 'when', 'rate']);
    const isId = typeof rule.id === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(rule.id);
    assert(isId, `${path}.id`, 'up to 64 letters, digits, ".", "_" or "-"', rule.id);
    assert(!ids.has(rule.id), `${path}.id`, 'a name that no other rule has', rule.id);
    ids.add(rule.id);
    assertMatch(`${path}.when`, rule.when);
    assert(isShare(rule.rate), `${path}.rate`, 'a number from 0 to 1', rule.rate);
    assert(reachesAll === undefined, path, `before the rule ${show(reachesAll)}, which fits every event`, rule.id);
    if (Object.keys(rule.when).length === 0) reachesAll = rule.id;
  });
}

function assertMatch(path: string, match: SamplingMatch): void {
  assertKeys(`${path}.`, match, MATCH_KEYS);
  for (const key of ['route', 'method', 'tenant', 'outcome'] as const) {
    assert(match[key] === undefined || typeof match[key] === 'string', `${path}.${key}`, 'a text', match[key]);
  }
  const { status } = match;
  const isRange = Array.isArray(status) && status.length === 2 && status.every(Number.isFinite);
  assert(
    status === undefined || Number.isFinite(status) || isRange,
    `${path}.status`,
    'a status, or [from, to]',
    status,
  );
}

function assertKeys(path: string, value: unknown, known: readonly string[]): void {
  assert(isObject(value), path.slice(0, -1), 'an object', value);
  for (const key of Object.keys(value as object)) {
    assert(known.includes(key), path + key, `one of ${known.map((name) => path + name).join(', ')}`, key);
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isAbove(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function assert(holds: boolean, option: string, kind: string, value: unknown): asserts holds {
  if (holds) return;
  const path = option === '' ? 'events.sampling' : `events.sampling.${option}`;
  throw new PromptheusError('INVALID_OPTION', `${path} must be ${kind}, got ${show(value)}.`);
}
