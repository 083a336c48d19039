/** Keys under which personal data and secrets are usually held. */
export const FORBIDDEN_KEYS = [
  'email',
  'name',
  'username',
  'password',
  'token',
  'key',
  'secret',
  'api_key',
  'user_id',
  'client_id',
  'session_id',
] as const;

/** Keys as they are compared: `userId`, `User-ID` and `user.id` are one. */
export type KeyList = ReadonlySet<string>;

/** Deeper members than these are not recorded, so they are not searched. */
const DEEPEST = 64;

function comparable(key: string): string {
  return key.replace(/[-_.]/g, '').toLowerCase();
}

/** The keys of the list, and those that an application adds. */
export function forbiddenKeys(extra: readonly string[] = []): KeyList {
  return new Set([...FORBIDDEN_KEYS, ...extra].map(comparable));
}

const DEFAULT_LIST = forbiddenKeys();

export function isForbiddenKey(key: string, list: KeyList = DEFAULT_LIST): boolean {
  return list.has(comparable(key));
}

/** Where the first forbidden key of a value is (`user.emails[0].e-mail`), at any depth. */
export function findForbiddenKey(value: unknown, list: KeyList = DEFAULT_LIST): string | undefined {
  return search(value, '', list, new Set(), DEEPEST);
}

function search(value: unknown, path: string, list: KeyList, seen: Set<object>, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null || depth === 0 || seen.has(value)) return undefined;
  seen.add(value);
  const listed = Array.isArray(value);
  for (const key of Object.keys(value)) {
    const here = listed ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    if (!listed && isForbiddenKey(key, list)) return here;
    const found = search((value as Record<string, unknown>)[key], here, list, seen, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
