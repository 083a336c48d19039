import { join } from 'node:path';
import { hasCode, type SpoolFiles } from './files.js';
import { isSegment, segmentNumber, takesRoom } from './names.js';

/** What a spool directory takes of the disk, as far as one writer has looked; between two looks it knows what it wrote itself. */
export class SpoolUsage {
  bytes = 0;
  segments = 0;
  private highest = 0;

  constructor(
    private readonly directory: string,
    private readonly files: SpoolFiles,
  ) {}

  look(): void {
    let [bytes, segments] = [0, 0];
    for (const name of this.files.list(this.directory)) {
      if (isSegment(name)) segments += 1;
      this.highest = Math.max(this.highest, segmentNumber(name));
      if (takesRoom(name)) bytes += this.sizeOf(name);
    }
    this.bytes = bytes;
    this.segments = segments;
  }

  /** For a segment that is younger than all that are there. */
  nextNumber(): number {
    this.look();
    this.highest += 1;
    return this.highest;
  }

  private sizeOf(name: string): number {
    try {
      return this.files.sizeOf(join(this.directory, name));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return 0;
      throw error;
    }
  }
}
