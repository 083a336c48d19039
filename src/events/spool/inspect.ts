import { join } from 'node:path';
import { type Cursors, readCursors } from './cursors.js';
import type { SpoolFiles } from './files.js';
import { CURSORS, isCorrupt, isSegment } from './names.js';
import { openSegment, type ScanResult, type Segment, scanOn } from './segment.js';
import { SequenceSet } from './sequences.js';

/** A segment as a look from outside finds it: nothing is changed, and nothing need be locked. */
export interface SegmentView {
  readonly name: string;
  readonly bytes: number;
  /** Undefined where its header cannot be read. */
  readonly segment: Segment | undefined;
  readonly header: 'whole' | 'short' | 'newer' | 'damaged';
  readonly scan: ScanResult;
  /** By sink: its records that are for the sink and not settled. */
  readonly waiting: Readonly<Record<string, number>>;
  /** Records that some sink still needs. */
  readonly events: number;
}

export interface SpoolView {
  readonly segments: readonly SegmentView[];
  readonly cursors: Cursors | 'none' | 'lost';
  /** What was set aside. */
  readonly corrupt: readonly string[];
}

const NOTHING: ScanResult = { records: 0, damaged: [], tail: undefined };

/** Reads every record of a spool, one window in memory. */
export function viewSpool(files: SpoolFiles, directory: string): SpoolView {
  const names = [...files.list(directory)].sort();
  const cursors = names.includes(CURSORS) ? readCursors(files, directory) : 'none';
  const views = names.filter(isSegment).map((name) => viewSegment(files, directory, name, cursors));
  return { segments: views.filter((view) => view !== undefined), cursors, corrupt: names.filter(isCorrupt) };
}

function viewSegment(
  files: SpoolFiles,
  directory: string,
  name: string,
  cursors: SpoolView['cursors'],
): SegmentView | undefined {
  const segment = openSegment(files, directory, name);
  if (segment === 'gone') return undefined;
  const bytes = files.sizeOf(join(directory, name));
  if (typeof segment === 'string')
    return { name, bytes, segment: undefined, header: segment, scan: NOTHING, waiting: {}, events: 0 };
  const settled = typeof cursors === 'string' ? {} : cursors.settled;
  const sinks = segment.header.sinks.map((sink) => ({
    bit: segment.bitOf(sink),
    settled: new SequenceSet(settled[sink]?.[segment.header.writer]),
    waiting: 0,
  }));
  let events = 0;
  const scan = scanOn(files, segment, (record) => {
    const needing = sinks.filter(({ bit, settled }) => (record.sinks & bit) !== 0 && !settled.has(record.sequence));
    for (const sink of needing) sink.waiting += 1;
    if (needing.length > 0) events += 1;
  });
  if (scan === undefined) return undefined;
  const waiting = Object.fromEntries(sinks.map((sink, at) => [segment.header.sinks[at], sink.waiting]));
  return { name, bytes, segment, header: 'whole', scan, waiting, events };
}
