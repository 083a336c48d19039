import type { SegmentFile } from './segment-file.js';

/**
 * Marks the ends of the segments that a writer leaves. On a full disk there may be no room for the mark; such a segment is
 * kept open and marked later, since one without it makes an end in order look like none.
 */
export class EndMarks {
  private readonly missing = new Map<SegmentFile, number>();

  add(file: SegmentFile, sequence: number): void {
    if (!file.end(sequence)) this.missing.set(file, sequence);
  }

  /** Closes a segment, unless its mark is still to be written. */
  close(file: SegmentFile): void {
    if (!this.missing.has(file)) file.close();
  }

  /** Writes the marks for which there is room now. */
  catchUp(): void {
    for (const [file, sequence] of this.missing) {
      if (!file.end(sequence)) return;
      this.missing.delete(file);
      file.close();
    }
  }

  giveUp(): void {
    for (const file of this.missing.keys()) file.close();
    this.missing.clear();
  }
}
