import type { EventFacts } from '../encoding/facts.js';
import type { ResolvedSampling, SamplingMatch } from './options.js';

/** A rule as it is asked, in the order of its kind. */
export interface Rule {
  readonly id: string;
  /** The share that is kept; `undefined` where the default decides. */
  readonly rate: number | undefined;
  /** Why it fits; `undefined` where it does not. */
  reasonFor(facts: EventFacts): string | undefined;
  /** What it compares, in words. */
  readonly asks: string;
}

const SERVER_ERROR = 500;

/** The rules in their order: the first that fits decides. */
export function rulesOf(options: ResolvedSampling): readonly Rule[] {
  const { slowMs, slowMsByRoute, criticalRoutes, drop, rules } = options;
  const slowOf = (route: string | undefined): number => (route !== undefined && slowMsByRoute[route]) || slowMs;
  return [
    {
      id: 'error',
      rate: 1,
      asks: `error.code, or status >= ${SERVER_ERROR}`,
      reasonFor: ({ errorCode, status }) =>
        errorCode !== undefined
          ? `error.code ${errorCode}`
          : status !== undefined && status >= SERVER_ERROR
            ? `status ${status} >= ${SERVER_ERROR}`
            : undefined,
    },
    {
      id: 'drop',
      rate: 0,
      asks: `one of ${drop.length} drop rules`,
      reasonFor: (facts) => {
        const at = drop.findIndex((match) => fits(match, facts));
        return at < 0 ? undefined : `drop[${at}]`;
      },
    },
    {
      id: 'slow',
      rate: 1,
      asks: `duration_ms > ${slowMs}, or the route's own`,
      reasonFor: ({ durationMs, route }) =>
        durationMs !== undefined && durationMs > slowOf(route)
          ? `duration_ms ${durationMs} > ${slowOf(route)}`
          : undefined,
    },
    {
      id: 'critical_route',
      rate: 1,
      asks: `one of ${criticalRoutes.length} critical routes`,
      reasonFor: ({ route }) =>
        route !== undefined && criticalRoutes.some((pattern) => fitsRoute(pattern, route))
          ? `route ${route}`
          : undefined,
    },
    ...rules.map(({ id, when, rate }) => ({
      id,
      rate,
      asks: JSON.stringify(when),
      reasonFor: (facts: EventFacts) => (fits(when, facts) ? `matches ${JSON.stringify(when)}` : undefined),
    })),
    { id: 'default', rate: undefined, asks: 'any other event', reasonFor: () => 'no other rule' },
  ];
}

function fits(match: SamplingMatch, facts: EventFacts): boolean {
  const { route, method, tenant, outcome, status } = match;
  return (
    (route === undefined || (facts.route !== undefined && fitsRoute(route, facts.route))) &&
    (method === undefined || method === facts.method) &&
    (tenant === undefined || tenant === facts.tenant) &&
    (outcome === undefined || outcome === facts.outcome) &&
    (status === undefined || fitsStatus(status, facts.status))
  );
}

function fitsStatus(wanted: number | readonly [number, number], status: number | undefined): boolean {
  if (status === undefined) return false;
  return typeof wanted === 'number' ? status === wanted : status >= wanted[0] && status <= wanted[1];
}

export function fitsRoute(pattern: string, route: string): boolean {
  return pattern.endsWith('*') ? route.startsWith(pattern.slice(0, -1)) : route === pattern;
}
