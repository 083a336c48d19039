import type { LabelInterner } from './label-interner.js';
import { labelText } from './label-value.js';
import type { SeriesIndex } from './series-index.js';

const NONE = -1;

/** So many more misses than hits, and the shortcut is a detour. */
const MOST_MISSES = 256;

/**
 * Remembers, for each value of the label with the most values, where it was found last. A route is mostly called by one
 * method and answered with one status: then one look-up and a comparison find the row, instead of a look-up for every
 * label. A shortcut only: what is not so is looked up in full, and where it is mostly not so the memo steps aside.
 */
export class RowMemo {
  /** False once it has stepped aside. */
  active = true;
  private misses = 0;
  private pivot = 0;
  private rows: Int32Array = new Int32Array(16).fill(NONE);

  constructor(
    private readonly interners: readonly LabelInterner[],
    private readonly index: SeriesIndex,
  ) {}

  /** The row of these values, or -1. */
  find(values: readonly unknown[]): number {
    const { pivot, interners, index } = this;
    const id = (interners[pivot] as LabelInterner).find(values[pivot]);
    if (id === undefined || id >= this.rows.length) return NONE;
    const row = this.rows[id] as number;
    // The row may be another's by now, so all of it is compared.
    if (row === NONE || index.idAt(row, pivot) !== id) return NONE;
    for (let label = 0; label < values.length; label++) {
      if (label === pivot) continue;
      const value = values[label];
      const text = typeof value === 'string' ? value : labelText(value);
      if ((interners[label] as LabelInterner).text(index.idAt(row, label)) !== text) return NONE;
    }
    if (this.misses > 0) this.misses--;
    return row;
  }

  /** Remembers where a label set was found. */
  keep(row: number): void {
    this.active = ++this.misses < MOST_MISSES;
    const id = this.index.idAt(row, this.pivot);
    if (id >= this.rows.length) {
      const larger = new Int32Array(Math.max(id + 1, this.rows.length * 2)).fill(NONE);
      larger.set(this.rows);
      this.rows = larger;
    }
    this.rows[id] = row;
  }

  /** Looks again which label has the most values, since one may have a new one. */
  choosePivot(): void {
    let most = this.pivot;
    for (let label = 0; label < this.interners.length; label++) {
      if ((this.interners[label] as LabelInterner).size > (this.interners[most] as LabelInterner).size) most = label;
    }
    if (most !== this.pivot) this.rows.fill(NONE);
    this.pivot = most;
  }
}
