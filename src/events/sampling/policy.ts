import { hash } from 'node:crypto';

/** The options with their defaults: checked, in one form, and frozen. */
export interface SamplingPolicy {
  readonly rate: number;
  readonly slowMs: number;
  readonly slowMsByRoute: Readonly<Record<string, number>>;
  readonly criticalRoutes: readonly string[];
  readonly drop: readonly { readonly id: string; readonly when: Match }[];
  readonly rules: readonly { readonly id: string; readonly when: Match; readonly rate: number }[];
  readonly target: { readonly perSecond: number; readonly windowMs: number } | undefined;
  readonly salt: string;
}

/** `SamplingMatch` in one form. */
export interface Match {
  readonly route: readonly string[] | undefined;
  readonly method: readonly string[] | undefined;
  readonly tenant: readonly string[] | undefined;
  readonly status: readonly [from: number, to: number] | undefined;
  readonly outcome: readonly string[] | undefined;
}

/** The ids of the rules that are always there. */
export const BUILT_IN = { error: 'error', slow: 'slow', critical: 'critical_route', rest: 'default' } as const;

/** Of a status alone; `error.code` and an outcome of `error` are errors, too. */
export const FIRST_ERROR_STATUS = 500;

/** Of the way that ids are hashed and compared: another one is another policy. */
const ALGORITHM = 1;
const VERSION_DIGITS = 12;

/** The same for the same policy, however it was written down: 12 hex digits of the SHA-256 of its JSON with sorted keys. */
export function versionOf(policy: SamplingPolicy): string {
  return hash('sha256', canonicalJson({ algorithm: ALGORITHM, ...policy })).slice(0, VERSION_DIGITS);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
