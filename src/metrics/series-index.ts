const EMPTY = 0;
const GONE = -1;

/**
 * Finds a series' row by the numbers of its label values: an open-addressed table of rows, and the numbers of each row
 * in one flat array. No joined string, so two label sets can't fall together; some 20 bytes a series.
 */
export class SeriesIndex {
  private table = new Int32Array(32);
  private numbers: Int32Array;
  private occupied = 0;
  private readonly labels: number;

  constructor(labels: number) {
    this.labels = labels;
    this.numbers = new Int32Array(16 * labels);
  }

  /** The row that holds these numbers, or -1. */
  find(ids: Int32Array): number {
    const { table, numbers, labels } = this;
    const mask = table.length - 1;
    for (let at = hash(ids, 0, labels) & mask; ; at = (at + 1) & mask) {
      const entry = table[at] as number;
      if (entry === EMPTY) return -1;
      let from = (entry - 1) * labels;
      let index = 0;
      while (index < labels && numbers[from] === ids[index]) {
        index++;
        from++;
      }
      if (index === labels && entry > 0) return entry - 1;
    }
  }

  add(row: number, ids: Int32Array): void {
    const needed = (row + 1) * this.labels;
    if (needed > this.numbers.length) {
      const larger = new Int32Array(Math.max(needed, Math.ceil(this.numbers.length * 1.5)));
      larger.set(this.numbers);
      this.numbers = larger;
    }
    for (let index = 0; index < this.labels; index++) this.numbers[row * this.labels + index] = ids[index] as number;
    if ((this.occupied + 1) * 2 > this.table.length) this.rebuild();
    this.place(row);
  }

  /** Forgets a row that is here. */
  remove(row: number): void {
    const mask = this.table.length - 1;
    let at = this.hashOf(row) & mask;
    while (this.table[at] !== row + 1) at = (at + 1) & mask;
    this.table[at] = GONE;
  }

  /** The number of a row's label value. */
  idAt(row: number, label: number): number {
    return this.numbers[row * this.labels + label] as number;
  }

  private place(row: number): void {
    const mask = this.table.length - 1;
    let at = this.hashOf(row) & mask;
    while ((this.table[at] as number) > 0) at = (at + 1) & mask;
    if (this.table[at] === EMPTY) this.occupied++;
    this.table[at] = row + 1;
  }

  /** Makes the table four times as large when rows fill it; clears it of what removed rows left when that does. */
  private rebuild(): void {
    const old = this.table;
    let rows = 0;
    for (const entry of old) if (entry > 0) rows++;
    this.table = new Int32Array((rows + 1) * 3 > old.length ? old.length * 4 : old.length);
    this.occupied = 0;
    for (const entry of old) if (entry > 0) this.place(entry - 1);
  }

  private hashOf(row: number): number {
    return hash(this.numbers, row * this.labels, this.labels);
  }
}

function hash(ids: Int32Array, from: number, count: number): number {
  let mixed = 0;
  for (let index = from; index < from + count; index++) mixed = Math.imul(mixed + (ids[index] as number), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
