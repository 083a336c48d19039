import { encodeRecord, roomFor, type SpoolRecord } from './format.js';

const SMALLEST = 64 * 1024;

/** Records are encoded here and stay until they are synced, so that they can be written again when a sync fails. */
export class UnsyncedRecords {
  private buffer = Buffer.allocUnsafeSlow(SMALLEST);
  /** Bytes kept. */
  length = 0;
  count = 0;
  /** The sequence of the first one kept. */
  first = 0;

  get bytes(): Buffer {
    return this.buffer;
  }

  /** Behind those that are kept; its length. It is gone with the next one, unless it is kept. */
  encode(sequence: number, event: SpoolRecord): number {
    const needed = this.length + roomFor(event);
    if (needed > this.buffer.length) this.grow(needed);
    return encodeRecord(this.buffer, this.length, sequence, event);
  }

  keep(sequence: number, length: number): void {
    if (this.count === 0) this.first = sequence;
    this.count += 1;
    this.length += length;
  }

  /** Puts those of another, which are older, in front. */
  prepend(older: UnsyncedRecords): void {
    const all = Buffer.concat([older.kept(), this.kept()]);
    if (older.count > 0) this.first = older.first;
    this.count += older.count;
    this.length = all.length;
    this.buffer = all;
  }

  clear(): void {
    this.length = 0;
    this.count = 0;
  }

  private kept(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private grow(needed: number): void {
    const buffer = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(buffer, 0, 0, this.length);
    this.buffer = buffer;
  }
}
