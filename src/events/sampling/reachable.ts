import { PromptheusError } from '../../errors/promptheus-error.js';
import { BUILT_IN, FIRST_ERROR_STATUS, type Match, type SamplingPolicy } from './policy.js';
import { coversRoute } from './route-table.js';

/**
 * Whether one rule before another takes all that the other could match. What only several of them take together is not found.
 *
 * @throws {INVALID_OPTION}
 */
export function assertReachable({ criticalRoutes, drop, rules }: SamplingPolicy): void {
  const before: { readonly id: string; readonly when: Match }[] = [
    { id: BUILT_IN.error, when: { ...EVERYTHING, status: [FIRST_ERROR_STATUS, Number.POSITIVE_INFINITY] } },
    { id: BUILT_IN.error, when: { ...EVERYTHING, outcome: ['error'] } },
    { id: BUILT_IN.critical, when: { ...EVERYTHING, route: criticalRoutes } },
  ];
  for (const rule of [...drop, ...rules]) {
    const first = before.find(({ when }) => covers(when, rule.when));
    if (first !== undefined) {
      const message = `The sampling rule "${rule.id}" never decides: "${first.id}" stands before it and takes all that it matches.`;
      throw new PromptheusError(
        'INVALID_OPTION',
        `${message} Put it before that one, narrow that one, or leave it out.`,
      );
    }
    before.push(rule);
  }
}

const EVERYTHING: Match = {
  route: undefined,
  method: undefined,
  tenant: undefined,
  status: undefined,
  outcome: undefined,
};

function covers(by: Match, when: Match): boolean {
  return (
    coversList(by.route, when.route, coversRoute) &&
    coversList(by.method, when.method) &&
    coversList(by.tenant, when.tenant) &&
    coversList(by.outcome, when.outcome) &&
    coversRange(by.status, when.status)
  );
}

function coversList(
  by: readonly string[] | undefined,
  list: readonly string[] | undefined,
  coversOne = (one: string, other: string) => one === other,
): boolean {
  return by === undefined || (list?.every((value) => by.some((one) => coversOne(one, value))) ?? false);
}

function coversRange(by: Match['status'], range: Match['status']): boolean {
  return by === undefined || (range !== undefined && by[0] <= range[0] && range[1] <= by[1]);
}
