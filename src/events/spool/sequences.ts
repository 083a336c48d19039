type Range = [first: number, last: number];

/** A set of whole numbers, kept as ranges: in order it takes the room of one, however many are in it. */
export class SequenceSet {
  /** Ascending, with at least one number between two of them. */
  private readonly ranges: Range[];

  constructor(ranges: readonly (readonly [first: number, last: number])[] = []) {
    this.ranges = ranges.map(([first, last]) => [first, last]);
  }

  get last(): number {
    return this.ranges.at(-1)?.[1] ?? 0;
  }

  has(value: number): boolean {
    const range = this.ranges[this.place(value)];
    return range !== undefined && range[0] <= value;
  }

  /** Whether it was not in the set. */
  add(value: number): boolean {
    const end = this.ranges.at(-1);
    if (end !== undefined && value === end[1] + 1) {
      end[1] = value;
      return true;
    }
    if (this.has(value)) return false;
    this.addRange(value, value);
    return true;
  }

  addRange(first: number, last: number): void {
    if (last < first) return;
    const from = this.place(first - 1);
    let to = from;
    let [low, high] = [first, last];
    for (; to < this.ranges.length && this.ranges[to]![0] <= last + 1; to += 1) {
      low = Math.min(low, this.ranges[to]![0]);
      high = Math.max(high, this.ranges[to]![1]);
    }
    this.ranges.splice(from, to - from, [low, high]);
  }

  /** How many from `first` to `last` are in it. */
  countIn(first: number, last: number): number {
    let count = 0;
    for (let at = this.place(first); at < this.ranges.length && this.ranges[at]![0] <= last; at += 1) {
      const [low, high] = this.ranges[at]!;
      count += Math.min(high, last) - Math.max(low, first) + 1;
    }
    return count;
  }

  /** The ranges from `first` to `last` that are not in it. */
  holes(first: number, last: number): Range[] {
    const holes: Range[] = [];
    let next = first;
    for (let at = this.place(first); at < this.ranges.length && this.ranges[at]![0] <= last; at += 1) {
      const [low, high] = this.ranges[at]!;
      if (low > next) holes.push([next, low - 1]);
      next = high + 1;
    }
    if (next <= last) holes.push([next, last]);
    return holes;
  }

  /** The lowest number that is in this set and not in the other. */
  lowestOutside(other: SequenceSet): number | undefined {
    for (const [first, last] of this.ranges) {
      const hole = other.holes(first, last)[0];
      if (hole !== undefined) return hole[0];
    }
    return undefined;
  }

  *[Symbol.iterator](): Generator<number> {
    for (const [first, last] of this.ranges) for (let value = first; value <= last; value += 1) yield value;
  }

  toJSON(): readonly Range[] {
    return this.ranges;
  }

  /** Of the first range that ends at the value or after it. */
  private place(value: number): number {
    let [low, high] = [0, this.ranges.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.ranges[middle]![1] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
