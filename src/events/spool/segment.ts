import { join } from 'node:path';
import { hasCode, type SpoolFiles } from './files.js';
import { decodeHeader, decodeRecord, LONGEST_HEADER, type SegmentHeader, sequenceOf, sinksOf } from './format.js';
import { SegmentScan, type Stretch } from './scan.js';

/** A segment as a reader knows it. */
export class Segment {
  /** Up to here it is known. */
  end: number;
  /** The sequence of the first record that was found; 0 while there is none. */
  first = 0;
  /** The sequence of the last record that was found or, where the end is marked, written. */
  last = 0;
  /** Where the last record that was found stands. */
  lastAt = 0;
  lastLength = 0;
  /** Its writer marked the end. */
  ended = false;
  /** Nothing will be appended. */
  closed = false;
  /** Where bytes stand that are no record. */
  readonly damage = new Set<number>();
  /** By sink: up to where it was read. */
  readonly readTo: number[] = [];

  constructor(
    readonly name: string,
    readonly path: string,
    readonly header: SegmentHeader,
  ) {
    this.end = header.length;
  }

  /** The bit that stands for a sink in the masks of this segment; 0 for a sink that its writer did not know. */
  bitOf(sink: string): number {
    const at = this.header.sinks.indexOf(sink);
    return at < 0 ? 0 : (1 << at) >>> 0;
  }
}

export interface ScannedRecord {
  readonly sequence: number;
  readonly sinks: number;
  readonly offset: number;
  readonly length: number;
}

export interface ScanResult {
  readonly records: number;
  readonly damaged: readonly Stretch[];
  /** What stands behind the last record: torn off, or not yet written. */
  readonly tail: Stretch | undefined;
}

/** Reads the header of a segment; `gone` when the file is. */
export function openSegment(
  files: SpoolFiles,
  directory: string,
  name: string,
): Segment | 'short' | 'newer' | 'damaged' | 'gone' {
  const path = join(directory, name);
  const header = withSegment(files, path, (descriptor) => {
    const bytes = Buffer.alloc(Math.min(files.size(descriptor), LONGEST_HEADER));
    return decodeHeader(bytes.subarray(0, files.read(descriptor, bytes, bytes.length, 0)));
  });
  if (header === undefined) return 'gone';
  return typeof header === 'string' ? header : new Segment(name, path, header);
}

/** Goes on from where the segment is known, and tells of each record; undefined when the file is gone. */
export function scanOn(
  files: SpoolFiles,
  segment: Segment,
  each: (record: ScannedRecord) => void,
): ScanResult | undefined {
  return withSegment(files, segment.path, (descriptor) => {
    const damaged: Stretch[] = [];
    const scan = new SegmentScan(files, descriptor, segment.end, files.size(descriptor));
    let records = 0;
    for (const stretch of scan.stretches()) {
      if (stretch.is === 'tail') return { records, damaged, tail: stretch };
      const { offset, length } = stretch;
      segment.end = offset + length;
      if (stretch.is === 'damage') {
        damaged.push(stretch);
        segment.damage.add(offset);
      }
      if (stretch.is === 'damage') continue;
      const at = scan.inBytes(stretch);
      const sequence = sequenceOf(scan.bytes, at);
      if (stretch.is === 'end') {
        segment.ended = true;
        segment.last = sequence - 1;
        break;
      }
      records += 1;
      segment.first ||= sequence;
      segment.last = sequence;
      segment.lastAt = offset;
      segment.lastLength = length;
      each({ sequence, sinks: sinksOf(scan.bytes, at), offset, length });
    }
    return { records, damaged, tail: undefined };
  });
}

/** The id of the last record that was found. */
export function lastIdIn(files: SpoolFiles, { path, lastAt, lastLength }: Segment): string | undefined {
  return withSegment(files, path, (descriptor) => {
    const bytes = Buffer.alloc(lastLength);
    files.read(descriptor, bytes, lastLength, lastAt);
    return decodeRecord(bytes, 0, lastLength).id;
  });
}

/** Opens a segment for `use`; undefined when it is gone. */
export function withSegment<T>(files: SpoolFiles, path: string, use: (descriptor: number) => T): T | undefined {
  let descriptor: number;
  try {
    descriptor = files.open(path, 'read');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    return use(descriptor);
  } finally {
    files.close(descriptor);
  }
}
