const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/** Exponent and the first three bits of the mantissa: eight cells for each power of two. */
const CELL_SHIFT = 17;

function cellOf(value: number): number {
  float[0] = value;
  return (words[HIGH] as number) >>> CELL_SHIFT;
}

/**
 * Finds a value's bucket from the float's own bits: one table read, then normally no more than one compare, whatever
 * the number of buckets. Shared by all families with the same bounds.
 */
export class BucketIndex {
  /** The upper bounds, with `Infinity` at the end. */
  readonly bounds: Float64Array;
  readonly lowest: number;
  readonly table: Uint16Array;
  readonly firstCell: number;
  readonly lastCell: number;

  constructor(bounds: readonly number[]) {
    this.bounds = Float64Array.of(...bounds, Number.POSITIVE_INFINITY);
    const positive = bounds.filter((bound) => bound > 0);
    this.lowest = Math.max(bounds[0] as number, 0);
    this.firstCell = positive.length > 0 ? cellOf(positive[0] as number) : 0;
    this.lastCell = positive.length > 0 ? cellOf(positive[positive.length - 1] as number) : 0;
    this.table = new Uint16Array(this.lastCell - this.firstCell + 1);
    let bucket = 0;
    for (let cell = this.firstCell; cell <= this.lastCell; cell++) {
      // The first bound that a value of this cell can still be under: bounds of lower cells are all below it.
      while (cellBelow(this.bounds[bucket] as number, cell)) bucket++;
      this.table[cell - this.firstCell] = bucket;
    }
  }

  /** The index of the first bound that is not below `value`. */
  find(value: number): number {
    const bounds = this.bounds;
    if (value <= this.lowest) return this.findLow(value);
    float[0] = value;
    const cell = (words[HIGH] as number) >>> CELL_SHIFT;
    if (cell > this.lastCell) return bounds.length - 1;
    let bucket = cell < this.firstCell ? 0 : (this.table[cell - this.firstCell] as number);
    while (value > (bounds[bucket] as number)) bucket++;
    return bucket;
  }

  /** Zero, negative values, and bounds that are negative themselves: rare, so searched in order. */
  private findLow(value: number): number {
    let bucket = 0;
    while (value > (this.bounds[bucket] as number)) bucket++;
    return bucket;
  }
}

function cellBelow(bound: number, cell: number): boolean {
  return bound <= 0 || cellOf(bound) < cell;
}

const known = new Map<string, BucketIndex>();

/** The index for these bounds, made once for each layout. */
export function bucketIndexOf(bounds: readonly number[]): BucketIndex {
  const key = bounds.join();
  let index = known.get(key);
  if (index === undefined) {
    index = new BucketIndex(bounds);
    known.set(key, index);
  }
  return index;
}
