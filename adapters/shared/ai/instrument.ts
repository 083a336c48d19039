import { type Begin, interpose, makeAlike, PromptheusError, show, wrapCall } from '../../../src/adapter.js';

/** Which methods of an object are observed, whichever copy of the package did it. */
const OBSERVED = Symbol.for('promptheus.observed.v1');

type Target = Record<PropertyKey, unknown> & { [OBSERVED]?: Set<PropertyKey> };

/**
 * Observes a method of a client's object, on that object alone. A method that this version of the client lacks is passed
 * over, and one that is observed already is left as it is.
 */
export function observeMethod(owner: unknown, key: PropertyKey, adapter: string, begin: Begin): void {
  const target = owner as Target | undefined | null;
  if (!isObject(target)) return;
  const method = target[key];
  if (typeof method !== 'function') return;
  if (Object.hasOwn(target, OBSERVED)) {
    const seen = target[OBSERVED] as Set<PropertyKey>;
    if (seen.has(key)) return;
    seen.add(key);
  } else {
    interpose(target, OBSERVED, new Set([key]));
  }
  interpose(target, key, wrapCall(method as never, adapter, begin));
}

/** Puts a method of ours in front of a client's own that makes further objects to observe; once, as `observeMethod`. */
export function wrapMethod(
  owner: unknown,
  key: PropertyKey,
  wrap: (method: (...args: unknown[]) => unknown) => (...args: unknown[]) => unknown,
): void {
  const target = owner as Target | undefined | null;
  if (!isObject(target) || typeof target[key] !== 'function') return;
  const seen = Object.hasOwn(target, OBSERVED) ? (target[OBSERVED] as Set<PropertyKey>) : new Set<PropertyKey>();
  if (seen.has(key)) return;
  seen.add(key);
  interpose(target, OBSERVED, seen);
  const method = target[key] as (...args: unknown[]) => unknown;
  interpose(target, key, makeAlike(wrap(method), method));
}

/** @throws {NOT_A_CLIENT} where no part of the client is there under any of these paths */
export function assertClient(client: unknown, adapter: string, paths: readonly string[]): void {
  const found = paths.some((path) => typeof at(client, path) === 'function');
  if (found) return;
  throw new PromptheusError(
    'NOT_A_CLIENT',
    `${adapter} takes a client that has ${paths.join(' or ')}, got ${show(client)}. Give it the client that your code calls.`,
  );
}

/** What stands under a path of property names. */
export function at(from: unknown, path: string): unknown {
  let value: unknown = from;
  for (const key of path.split('.')) {
    if (!isObject(value)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function isObject(value: unknown): value is Target {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}
