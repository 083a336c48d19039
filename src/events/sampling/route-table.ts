/** Finds what stands for a route: by the route itself, else by the longest beginning that was given with a `*`. */
export class RouteTable<T> {
  private readonly exact: ReadonlyMap<string, T>;
  private readonly prefixes: readonly (readonly [prefix: string, value: T])[];

  constructor(entries: Iterable<readonly [pattern: string, value: T]>) {
    const all = [...entries];
    this.exact = new Map(all.filter(([pattern]) => !isPrefix(pattern)));
    this.prefixes = all
      .filter(([pattern]) => isPrefix(pattern))
      .map(([pattern, value]) => [prefixOf(pattern), value] as const)
      .sort(([one], [other]) => other.length - one.length);
  }

  find(route: string | undefined): T | undefined {
    if (route === undefined) return undefined;
    return this.exact.get(route) ?? this.prefixes.find(([prefix]) => route.startsWith(prefix))?.[1];
  }
}

/** Whether every route that `pattern` means is one that `by` means. */
export function coversRoute(by: string, pattern: string): boolean {
  return by === pattern || (isPrefix(by) && pattern.startsWith(prefixOf(by)));
}

const isPrefix = (pattern: string) => pattern.endsWith('*');
const prefixOf = (pattern: string) => pattern.slice(0, -1);
