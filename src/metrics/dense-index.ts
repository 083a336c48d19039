const FEW_PLACES = 1 << 12;
const MOST_PLACES = 1 << 16;
/** A table with more places than these for a row is mostly empty. */
const PLACES_A_ROW = 16;
const NONE = 0;

/**
 * The rows of a family whose label values mostly meet each other, at the place that their numbers spell: found with one
 * read and no compare. It gives up when the places become many, or mostly empty.
 */
export class DenseIndex {
  /** How many bits of a place each label has. */
  readonly bits: Int32Array;
  /** Each row's number plus 1, by its place; `undefined` once it has given up. */
  rows: Int32Array | undefined = new Int32Array(1);
  private held = 0;

  constructor(labels: number) {
    this.bits = new Int32Array(labels);
  }

  add(row: number, ids: Int32Array): void {
    if (this.rows === undefined) return;
    this.held++;
    const old = this.widen(ids);
    if (old !== undefined) {
      const places = 2 ** this.bits.reduce((total, count) => total + count, 0);
      this.rows =
        places > FEW_PLACES && places > Math.min(MOST_PLACES, this.held * PLACES_A_ROW)
          ? undefined
          : this.spread(this.rows, old, places);
    }
    if (this.rows !== undefined) this.rows[this.placeOf(ids)] = row + 1;
  }

  remove(ids: Int32Array): void {
    if (this.rows === undefined) return;
    this.held--;
    this.rows[this.placeOf(ids)] = NONE;
  }

  private placeOf(ids: Int32Array): number {
    const { bits } = this;
    let place = 0;
    for (let label = 0; label < bits.length; label++)
      place = (place << (bits[label] as number)) | (ids[label] as number);
    return place;
  }

  /** Gives each label as many bits as its number needs; returns how many each had where one needed more. */
  private widen(ids: Int32Array): Int32Array | undefined {
    const { bits } = this;
    let old: Int32Array | undefined;
    for (let label = 0; label < bits.length; label++) {
      const needed = 32 - Math.clz32(ids[label] as number);
      if (needed <= (bits[label] as number)) continue;
      old ??= bits.slice();
      bits[label] = needed;
    }
    return old;
  }

  /** Moves the rows to where their numbers lie with more bits to a label. */
  private spread(from: Int32Array, old: Int32Array, places: number): Int32Array {
    const rows = new Int32Array(places);
    for (let place = 0; place < from.length; place++) {
      const row = from[place] as number;
      if (row === NONE) continue;
      let left = place;
      let shift = 0;
      let moved = 0;
      for (let label = old.length - 1; label >= 0; label--) {
        const count = old[label] as number;
        moved |= (left & ((1 << count) - 1)) << shift;
        left >>= count;
        shift += this.bits[label] as number;
      }
      rows[moved] = row;
    }
    return rows;
  }
}
