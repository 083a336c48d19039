/** A property of what may be anything. Getters run, and may throw: callers read through `safely`. */
export function property(from: unknown, key: string): unknown {
  if ((typeof from !== 'object' && typeof from !== 'function') || from === null) return undefined;
  return (from as Record<string, unknown>)[key];
}

/** A value fit for a label, as text; `undefined` for what is none, the empty string among them. */
export function labelText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** A count: a finite number of 0 or more. */
export function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
