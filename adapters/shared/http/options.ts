import { PromptheusError, show } from '../../../src/adapter.js';
import type { HttpMetricsOptions } from './types.js';

const KNOWN = ['promptheus', 'path', 'skip', 'tenant', 'labels', 'http'];
const KNOWN_HTTP = ['buckets', 'streams', 'endpoint'];

/**
 * `name` is that of the function that was called.
 *
 * @throws {INVALID_OPTION}
 */
export function assertOptions<Q>(name: string, options: HttpMetricsOptions<Q>): void {
  assertKeys(name, '', options, KNOWN);
  const { path = '/metrics', skip, tenant, labels, http = {} } = options;
  assertKeys(name, 'http.', http, KNOWN_HTTP);
  const assert = (holds: boolean, option: string, kind: string, value: unknown) => {
    if (!holds) throw wrongOption(name, option, kind, value);
  };
  const isPath = path === false || (typeof path === 'string' && path.startsWith('/'));
  assert(isPath, 'path', 'a path that starts with "/", or false', path);
  assert(isFunctionOrNone(skip), 'skip', 'a function', skip);
  assert(tenant === undefined || typeof tenant?.from === 'function', 'tenant.from', 'a function', tenant);
  assert(isFunctionOrNone(http.endpoint), 'http.endpoint', 'a function', http.endpoint);
  const { streams } = http;
  assert(streams === undefined || isStrings(streams), 'http.streams', 'an array of endpoints', streams);
  for (const [label, rule] of Object.entries(labels ?? {})) {
    assert(isStrings(rule?.allow), `labels.${label}.allow`, 'an array of strings', rule?.allow);
    assert(typeof rule.from === 'function', `labels.${label}.from`, 'a function', rule.from);
  }
}

export function wrongOption(name: string, option: string, kind: string, value: unknown): PromptheusError {
  return new PromptheusError('INVALID_OPTION', `${name}: ${option} must be ${kind}, got ${show(value)}.`);
}

function assertKeys(name: string, prefix: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null) {
    throw wrongOption(name, prefix.slice(0, -1) || 'its argument', 'an object', value);
  }
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    throw new PromptheusError(
      'INVALID_OPTION',
      `${name} has no option ${show(prefix + key)}. Known here: ${known.join(', ')}.`,
    );
  }
}

function isFunctionOrNone(value: unknown): boolean {
  return value === undefined || typeof value === 'function';
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
