import { hasCode, type SpoolFiles } from './files.js';
import { isEnd, isWhole, plausibleLength, SHORTEST_RECORD } from './format.js';

const WINDOW = 256 * 1024;

/** A stretch of a segment: a record that is whole, the mark of its end, bytes that are no record, or what stands after the last record. */
export interface Stretch {
  readonly is: 'record' | 'end' | 'damage' | 'tail';
  readonly offset: number;
  readonly length: number;
  /** Of a tail: it is the beginning of a record. */
  readonly torn: boolean;
}

/**
 * Walks through a part of a segment, with one window of it in memory. Where a record should begin and none does, it looks for
 * the next place where one does: JSON has no byte below 0x20, so that no event can hold what looks like the frame of one.
 */
export class SegmentScan {
  private window = Buffer.alloc(0);
  private windowAt = 0;

  constructor(
    private readonly files: SpoolFiles,
    private readonly descriptor: number,
    private at: number,
    private readonly end: number,
  ) {}

  /** Holds the record that was given last. */
  get bytes(): Buffer {
    return this.window;
  }

  /** Where in `bytes` a stretch of this scan stands. */
  inBytes(stretch: Pick<Stretch, 'offset'>): number {
    return stretch.offset - this.windowAt;
  }

  *stretches(): Generator<Stretch, void> {
    while (this.at < this.end) yield this.next();
  }

  private next(): Stretch {
    const offset = this.at;
    const length = this.wholeAt(offset);
    if (length !== undefined) return this.take(offset, length);
    for (let at = offset + 1; at + SHORTEST_RECORD <= this.end; at += 1) {
      if (this.wholeAt(at) === undefined) continue;
      this.at = at;
      return { is: 'damage', offset, length: at - offset, torn: false };
    }
    this.at = this.end;
    return { is: 'tail', offset, length: this.end - offset, torn: this.isTorn(offset) };
  }

  private take(offset: number, length: number): Stretch {
    this.at = offset + length;
    return { is: isEnd(this.window, offset - this.windowAt) ? 'end' : 'record', offset, length, torn: false };
  }

  private isTorn(offset: number): boolean {
    if (offset + SHORTEST_RECORD > this.end) return true;
    this.hold(offset, SHORTEST_RECORD);
    const length = plausibleLength(this.window, offset - this.windowAt);
    return length !== undefined && offset + length > this.end;
  }

  /** The length of the record that begins there, if one does; it then stands in the window. */
  private wholeAt(offset: number): number | undefined {
    if (offset + SHORTEST_RECORD > this.end) return undefined;
    this.hold(offset, SHORTEST_RECORD);
    const length = plausibleLength(this.window, offset - this.windowAt);
    if (length === undefined || offset + length > this.end) return undefined;
    this.hold(offset, length);
    return isWhole(this.window, offset - this.windowAt, length) ? length : undefined;
  }

  private hold(offset: number, length: number): void {
    if (offset >= this.windowAt && offset + length <= this.windowAt + this.window.length) return;
    const size = Math.min(Math.max(WINDOW, length), this.end - offset);
    const bytes = Buffer.allocUnsafe(size);
    bytes.fill(0, this.read(bytes, size, offset));
    this.window = bytes;
    this.windowAt = offset;
  }

  /** What cannot be read, as on a bad sector or in a file that was cut meanwhile, is zeros, and so no record. */
  private read(into: Buffer, size: number, offset: number): number {
    try {
      return this.files.read(this.descriptor, into, size, offset);
    } catch (error) {
      if (hasCode(error, 'EIO')) return 0;
      throw error;
    }
  }
}
