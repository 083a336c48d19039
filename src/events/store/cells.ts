import { CELL_BYTES, CELLS_USED, type StoreViews } from './layout.js';

const END = -1;

/** The bytes of the records, in chains of cells. Which cells are free is the owner's own knowledge. */
export class Cells {
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #next: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Buffer;
  #free = END;
  #freeCount = 0;
  #scratch = Buffer.alloc(CELL_BYTES);

  constructor({ header, nextCell, cells }: StoreViews) {
    this.#header = header;
    this.#next = nextCell;
    this.#bytes = Buffer.from(cells.buffer, cells.byteOffset, cells.length);
  }

  /** Whether so many bytes find room. */
  fits(length: number): boolean {
    const untouched = this.#next.length - (this.#header[CELLS_USED] as number);
    return cellsFor(length) <= this.#freeCount + untouched;
  }

  /** The first cell of a new chain. */
  write(bytes: Uint8Array): number {
    const first = this.#take();
    let cell = first;
    for (let from = 0; ; ) {
      const to = Math.min(from + CELL_BYTES, bytes.length);
      this.#bytes.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), cell * CELL_BYTES);
      if (to === bytes.length) break;
      from = to;
      const next = this.#take();
      this.#next[cell] = next;
      cell = next;
    }
    this.#next[cell] = END;
    return first;
  }

  /** Valid until the next call. */
  read(first: number, length: number): Uint8Array {
    if (length <= CELL_BYTES) return this.#bytes.subarray(first * CELL_BYTES, first * CELL_BYTES + length);
    if (this.#scratch.length < length) this.#scratch = Buffer.alloc(2 * length);
    let cell = first;
    for (let at = 0; at < length; at += CELL_BYTES) {
      const start = cell * CELL_BYTES;
      this.#bytes.copy(this.#scratch, at, start, start + Math.min(CELL_BYTES, length - at));
      cell = this.#next[cell] as number;
    }
    return this.#scratch.subarray(0, length);
  }

  free(first: number): void {
    let last = first;
    let count = 1;
    for (let next = this.#next[last] as number; next !== END; next = this.#next[last] as number) {
      last = next;
      count++;
    }
    this.#next[last] = this.#free;
    this.#free = first;
    this.#freeCount += count;
  }

  /** After a change of owner: what is in none of these chains is free. */
  rebuild(chains: Iterable<number>): void {
    const used = this.#header[CELLS_USED] as number;
    const taken = new Uint8Array(used);
    for (const first of chains) for (let cell = first; cell !== END; cell = this.#next[cell] as number) taken[cell] = 1;
    this.#free = END;
    this.#freeCount = 0;
    for (let cell = used - 1; cell >= 0; cell--) {
      if (taken[cell] === 1) continue;
      this.#next[cell] = this.#free;
      this.#free = cell;
      this.#freeCount++;
    }
  }

  #take(): number {
    const cell = this.#free;
    if (cell === END) return (this.#header[CELLS_USED] as number)++;
    this.#free = this.#next[cell] as number;
    this.#freeCount--;
    return cell;
  }
}

export function cellsFor(length: number): number {
  return Math.max(1, Math.ceil(length / CELL_BYTES));
}
