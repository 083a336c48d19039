import type { SpoolContents } from './contents.js';
import type { Cursors, HighWater } from './cursors.js';
import { removeIfThere, type SpoolFiles, writeAll } from './files.js';
import { encodeEnd } from './format.js';
import { corruptPath } from './names.js';
import type { Stretch } from './scan.js';
import { type ScanResult, type Segment, withSegment } from './segment.js';
import type { WriterLog } from './writer-log.js';

const COPIED_AT_ONCE = 256 * 1024;

/** What a reader found when it opened a directory; `torn` and `corrupt` also count what is found later. */
export interface SpoolReport {
  /** Events of earlier processes that are here and not settled. */
  recovered: number;
  /** The process before this one did not close its spool. */
  uncleanShutdown: boolean;
  /** No more accepted events than this are missing without a trace; infinite where nothing bounds it (fsync `never` and a restart of the machine). */
  lostUnknownMax: number;
  /** Segments whose end was torn off, which is where a record was being written; they were cut. */
  torn: number;
  /** Events that were damaged on disk. */
  corrupt: number;
  /** Events whose segment is missing. */
  gaps: number;
  /** The cursors were damaged: what was settled and is on disk comes once more. */
  cursorsLost: boolean;
  /** Events by the sinks that they wait for and that are not there any more. */
  unclaimed: Record<string, number>;
}

export function emptyReport(): SpoolReport {
  return {
    recovered: 0,
    uncleanShutdown: false,
    lostUnknownMax: 0,
    torn: 0,
    corrupt: 0,
    gaps: 0,
    cursorsLost: false,
    unclaimed: {},
  };
}

/** Cuts a tail that was torn off, and sets aside what is no record, so that somebody can look at it. */
export function mend(files: SpoolFiles, directory: string, segment: Segment, { damaged, tail }: ScanResult): void {
  for (const stretch of damaged) setAside(files, directory, segment, stretch);
  if (tail === undefined) return;
  if (!tail.torn) setAside(files, directory, segment, tail);
  const descriptor = files.open(segment.path, 'change');
  try {
    files.truncate(descriptor, tail.offset);
    files.sync(descriptor);
  } finally {
    files.close(descriptor);
  }
}

/** Marks the end of what a dead process left open, and sees to it that all of it is on the disk. */
export function seal(files: SpoolFiles, segment: Segment): void {
  const descriptor = files.open(segment.path, 'append');
  try {
    const end = encodeEnd(segment.last + 1);
    if (!segment.ended) writeAll(files, descriptor, end, 0, end.length);
    segment.ended = true;
    files.sync(descriptor);
  } finally {
    files.close(descriptor);
  }
}

function setAside(files: SpoolFiles, directory: string, segment: Segment, { offset, length }: Stretch): void {
  const path = corruptPath(directory, segment.name, offset);
  withSegment(files, segment.path, (from) => {
    removeIfThere(files, path);
    const to = files.open(path, 'create');
    try {
      const bytes = Buffer.alloc(Math.min(length, COPIED_AT_ONCE));
      for (let at = 0; at < length; at += bytes.length) {
        const read = files.read(from, bytes, Math.min(bytes.length, length - at), offset + at);
        writeAll(files, to, bytes, 0, read);
      }
      files.sync(to);
    } finally {
      files.close(to);
    }
  });
}

/** Finds out what the process before left, and what is missing of it. Afterwards all that was found is on the disk. */
export function recover(
  contents: SpoolContents,
  cursors: Cursors | 'none' | 'lost',
  report: SpoolReport,
  own: HighWater,
  takesOver: boolean,
): void {
  const before = typeof cursors === 'string' ? undefined : cursors.highWater;
  contents.look(!takesOver);
  const dead = contents.segments.filter(({ header }) => header.process !== own.process);
  report.recovered = contents.inherited;
  report.cursorsLost = cursors === 'lost';
  const unclean =
    dead.some(isLeftOpen) || (before === undefined ? dead.length > 0 : before.process !== own.process && !before.clean);
  report.uncleanShutdown = unclean;
  for (const writer of contents.writers.values()) loseHoles(contents, writer, report);
  const ends = typeof cursors === 'string' ? {} : cursors.written;
  const cutOff = loseEnds(contents, ends, before, report);
  const restarted = before === undefined || before.boot === '' || before.boot !== own.boot;
  if (!restarted) report.gaps += cutOff;
  else if (unclean) report.lostUnknownMax = Math.max(cutOff, unsyncedMost(contents, before ?? own));
  if (unclean) report.lostUnknownMax += (before ?? own).memoryMost;
}

/** By the number of writers that may have left something unsynced. */
function unsyncedMost({ segments }: SpoolContents, { process, unsyncedMost, writers }: HighWater): number {
  const found = segments.filter(({ header }) => header.process === process).map(({ header }) => header.writer);
  return (unsyncedMost ?? Number.POSITIVE_INFINITY) * Math.max(1, new Set([...found, ...writers]).size);
}

function isLeftOpen(segment: Segment): boolean {
  return segment.closed && !segment.ended;
}

function loseHoles(contents: SpoolContents, writer: WriterLog, report: SpoolReport): void {
  const spans = contents.segments.filter(({ header, first }) => header.writer === writer.id && first > 0);
  const missing = [...writer.missing()];
  const damaged = missing.filter((sequence) => spans.some(({ first, last }) => first <= sequence && sequence <= last));
  report.corrupt += damaged.length;
  report.gaps += missing.length - damaged.length;
  contents.lose(writer, missing);
}

/** What was seen of each writer and is not there any more; how much of it was of the last process, and may never have reached the disk. */
function loseEnds(
  contents: SpoolContents,
  written: Cursors['written'],
  before: HighWater | undefined,
  report: SpoolReport,
): number {
  let cutOff = 0;
  for (const [id, last] of Object.entries(written)) {
    const isLast = before?.writers.includes(id) ?? false;
    const writer = contents.writerNamed(id, isLast ? (before?.process ?? '') : '');
    writer.last = Math.max(writer.last, last);
    const missing = [...writer.missing()];
    if (isLast) cutOff += missing.length;
    else report.gaps += missing.length;
    contents.lose(writer, missing);
  }
  return cutOff;
}
