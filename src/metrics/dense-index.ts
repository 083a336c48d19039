const MOST_PLACES = 1 << 14;
const NONE = 0;

/**
 * The rows of a family with few series, at the place that their numbers spell: found with one read and no compare. It
 * gives up when the places become many.
 */
export class DenseIndex {
  private readonly bits: Int32Array;
  private rows: Int32Array = new Int32Array(1);

  constructor(labels: number) {
    this.bits = new Int32Array(labels);
  }

  /** The row that holds these numbers, or -1. */
  find(ids: Int32Array): number {
    const { bits } = this;
    let place = 0;
    for (let label = 0; label < bits.length; label++)
      place = (place << (bits[label] as number)) | (ids[label] as number);
    return (this.rows[place] as number) - 1;
  }

  /** False when it gives up. */
  add(row: number, ids: Int32Array): boolean {
    const { bits } = this;
    const old = bits.slice();
    for (let label = 0; label < bits.length; label++) {
      while ((ids[label] as number) >> (bits[label] as number) > 0) (bits[label] as number)++;
    }
    const places = 2 ** bits.reduce((total, count) => total + count, 0);
    if (places > MOST_PLACES) return false;
    if (places > this.rows.length) this.spread(old, places);
    let place = 0;
    for (let label = 0; label < bits.length; label++)
      place = (place << (bits[label] as number)) | (ids[label] as number);
    this.rows[place] = row + 1;
    return true;
  }

  /** Moves the rows to where their numbers lie with more bits to a label. */
  private spread(old: Int32Array, places: number): void {
    const rows = new Int32Array(places);
    for (const [place, row] of this.rows.entries()) {
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
    this.rows = rows;
  }
}
