/** Runs never cross a chunk, so a run's position is its chunk and its place in it. */
const CHUNK_BYTES = 1 << 17;
const FIRST_CHUNK_BYTES = 1 << 12;
const ALIGN = 16;
/** A run's position and length share one number: `position * LENGTH_SPAN + length + 1`, so that none is 0. */
const LENGTH_SPAN = CHUNK_BYTES * 2;

/** The longest run of label bytes that a family may have; label names are checked against it at definition. */
export const LONGEST_RUN = CHUNK_BYTES;

export function runLength(run: number): number {
  return (run % LENGTH_SPAN) - 1;
}

export function runPosition(run: number): number {
  return Math.floor(run / LENGTH_SPAN);
}

/** Prints label sets. */
export interface RunPrinter {
  /** No more bytes than these are printed. */
  most(values: readonly string[]): number;
  /** Prints at a place with room for `most` bytes, and returns the place after. */
  print(values: readonly string[], target: Buffer, at: number): number;
}

/** One for all families: where a run is printed whose place is not known yet. */
const scratch = Buffer.alloc(LONGEST_RUN);

/**
 * The escaped label bytes of a family's series, each written once, when the series is born, into shared chunks that
 * never move: a scrape copies them, and another thread could.
 */
export class LabelBytes {
  private readonly chunks: Buffer[] = [];
  private used = CHUNK_BYTES;
  private readonly freed = new Map<number, number[]>();

  /** Keeps what a printer prints of a label set and returns the number that finds it. */
  add(printer: RunPrinter, values: readonly string[]): number {
    const chunk = this.chunks.at(-1);
    // Where nothing was given back, it is printed in its place; else its length says which place it may have.
    if (this.freed.size > 0 || chunk === undefined || this.used + capacityOf(printer.most(values)) > chunk.length) {
      return this.copyOf(scratch, printer.print(values, scratch, 0));
    }
    const position = (this.chunks.length - 1) * CHUNK_BYTES + this.used;
    const length = printer.print(values, chunk, this.used) - this.used;
    this.used += capacityOf(length);
    return position * LENGTH_SPAN + length + 1;
  }

  /** Gives a run's place back for one of the same size class. */
  release(run: number): void {
    const capacity = capacityOf(runLength(run));
    const places = this.freed.get(capacity);
    if (places === undefined) this.freed.set(capacity, [runPosition(run)]);
    else places.push(runPosition(run));
  }

  /** Copies a run to `target` and returns how many bytes it was. */
  copy(run: number, target: Uint8Array, at: number): number {
    const length = (run % LENGTH_SPAN) - 1;
    const position = Math.floor(run / LENGTH_SPAN);
    const chunk = this.chunks[Math.floor(position / CHUNK_BYTES)] as Buffer;
    const from = position % CHUNK_BYTES;
    if (length > 48) {
      chunk.copy(target, at, from, from + length);
    } else {
      for (let index = 0; index < length; index++) target[at + index] = chunk[from + index] as number;
    }
    return length;
  }

  private copyOf(bytes: Uint8Array, length: number): number {
    const position = this.place(capacityOf(length));
    const chunk = this.chunks[Math.floor(position / CHUNK_BYTES)] as Buffer;
    chunk.set(bytes.subarray(0, length), position % CHUNK_BYTES);
    return position * LENGTH_SPAN + length + 1;
  }

  private place(capacity: number): number {
    const reused = this.freed.get(capacity)?.pop();
    if (reused !== undefined) return reused;
    const chunkSize = this.chunks.at(-1)?.length ?? 0;
    if (this.used + capacity > chunkSize) {
      const size = this.chunks.length === 0 && capacity <= FIRST_CHUNK_BYTES ? FIRST_CHUNK_BYTES : CHUNK_BYTES;
      this.chunks.push(Buffer.from(new SharedArrayBuffer(size)));
      this.used = 0;
    }
    const position = (this.chunks.length - 1) * CHUNK_BYTES + this.used;
    this.used += capacity;
    return position;
  }
}

/** Sizes in few classes, so that what one series leaves another can use: steps of 16 up to 128, then of an eighth. */
function capacityOf(length: number): number {
  if (length <= 128) return Math.ceil(length / ALIGN) * ALIGN;
  const step = 2 ** (Math.floor(Math.log2(length - 1)) - 2);
  return Math.ceil(length / step) * step;
}
