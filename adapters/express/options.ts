import { PromptheusError, show } from '../../src/adapter.js';
import type { ExpressMetricsOptions } from './types.js';

const KNOWN = new Set(['promptheus', 'path', 'skip', 'tenant', 'labels', 'http']);
const KNOWN_HTTP = new Set(['buckets', 'streams', 'endpoint']);

/** @throws {INVALID_OPTION} */
export function assertOptions(options: ExpressMetricsOptions): void {
  assertKeys('', options, KNOWN);
  const { path = '/metrics', skip, tenant, labels, http = {} } = options;
  assertKeys('http.', http, KNOWN_HTTP);
  if (path !== false && (typeof path !== 'string' || !path.startsWith('/'))) {
    throw wrong('path', 'a path that starts with "/", or false', path);
  }
  if (skip !== undefined && typeof skip !== 'function') throw wrong('skip', 'a function', skip);
  if (tenant !== undefined && typeof tenant?.from !== 'function') throw wrong('tenant.from', 'a function', tenant);
  if (http.endpoint !== undefined && typeof http.endpoint !== 'function') {
    throw wrong('http.endpoint', 'a function', http.endpoint);
  }
  if (http.streams !== undefined && !isStrings(http.streams))
    throw wrong('http.streams', 'an array of endpoints', http.streams);
  for (const [name, label] of Object.entries(labels ?? {})) {
    if (!isStrings(label?.allow)) throw wrong(`labels.${name}.allow`, 'an array of strings', label?.allow);
    if (typeof label.from !== 'function') throw wrong(`labels.${name}.from`, 'a function', label.from);
  }
}

function assertKeys(prefix: string, value: unknown, known: ReadonlySet<string>): void {
  if (typeof value !== 'object' || value === null)
    throw wrong(prefix.slice(0, -1) || 'its argument', 'an object', value);
  for (const key of Object.keys(value)) {
    if (known.has(key)) continue;
    const list = [...known].join(', ');
    throw new PromptheusError(
      'INVALID_OPTION',
      `expressMetrics has no option ${show(prefix + key)}. Known here: ${list}.`,
    );
  }
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function wrong(option: string, kind: string, value: unknown): PromptheusError {
  return new PromptheusError('INVALID_OPTION', `expressMetrics: ${option} must be ${kind}, got ${show(value)}.`);
}
