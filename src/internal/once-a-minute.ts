const INTERVAL_MS = 60_000;
const MOST_KEYS = 1_000;

/** What may be said now: each thing at most once a minute, the first time at once. */
export class OnceAMinute {
  private readonly said = new Map<string, number>();

  /** `now`: milliseconds of any clock. */
  constructor(private readonly now: () => number) {}

  /** Where it is true, it counts as said. */
  may(key: string): boolean {
    const now = this.now();
    if (now - (this.said.get(key) ?? Number.NEGATIVE_INFINITY) < INTERVAL_MS) return false;
    if (this.said.size >= MOST_KEYS) this.said.clear();
    this.said.set(key, now);
    return true;
  }
}
