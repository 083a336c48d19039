/** The first chunk is small, each further one doubles, up to this many rows. */
const FIRST_ROWS = 16;
const FIRST_BITS = 4;
const MOST_ROWS = 4096;
const MOST_BITS = 12;
/** Chunks 0…8 end at row 4,096; from there on every chunk holds 4,096 rows. */
const DOUBLING_CHUNKS = MOST_BITS - FIRST_BITS + 1;

/** Which chunk holds a row. */
export function chunkIndexOf(row: number): number {
  if (row >= MOST_ROWS) return DOUBLING_CHUNKS - 1 + (row >>> MOST_BITS);
  return row < FIRST_ROWS ? 0 : 32 - FIRST_BITS - Math.clz32(row);
}

/** The first row of a chunk. */
export function chunkStart(chunk: number): number {
  if (chunk >= DOUBLING_CHUNKS) return (chunk - DOUBLING_CHUNKS + 1) * MOST_ROWS;
  return chunk === 0 ? 0 : FIRST_ROWS << (chunk - 1);
}

function chunkRows(chunk: number): number {
  return chunkStart(chunk + 1) - chunkStart(chunk);
}

/**
 * The numbers of a family's series: one row each, in chunks over shared memory that never move, so that a handle keeps
 * its chunk and offset, and another thread could read. The main thread is the only writer.
 *
 * Cell 0 of a row says where its label bytes lie (see LabelBytes): 0 when the row is free, negative while the series
 * is out of sight. The values follow.
 */
export class SeriesRows {
  readonly chunks: Float64Array[] = [];
  readonly width: number;

  constructor(values: number) {
    this.width = values + 1;
  }

  /** Makes sure that a row exists. */
  ensure(row: number): void {
    while (chunkIndexOf(row) >= this.chunks.length) {
      const bytes = chunkRows(this.chunks.length) * this.width * Float64Array.BYTES_PER_ELEMENT;
      this.chunks.push(new Float64Array(new SharedArrayBuffer(bytes)));
    }
  }

  chunkOf(row: number): Float64Array {
    return this.chunks[chunkIndexOf(row)] as Float64Array;
  }

  /** The row that starts at an offset of a chunk. */
  rowAt(chunk: Float64Array, offset: number): number {
    return chunkStart(this.chunks.indexOf(chunk)) + offset / this.width;
  }

  offsetOf(row: number): number {
    return (row - chunkStart(chunkIndexOf(row))) * this.width;
  }
}
