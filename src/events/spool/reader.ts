import type { SinkEvent } from '../sinks/sink.js';
import { SpoolContents } from './contents.js';
import {
  CURSORS_VERSION,
  type Cursors,
  type HighWater,
  readCursors,
  reserve,
  setCursorsAside,
  writeCursors,
} from './cursors.js';
import { checkSinks, inDirectory } from './directory.js';
import { closeQuietly, removeIfThere } from './files.js';
import { decodeRecord, sequenceOf, sinksOf } from './format.js';
import { SpoolLock } from './lock.js';
import { type SpoolOptions, withDefaults } from './options.js';
import { emptyReport, mend, recover, type SpoolReport, seal } from './recovery.js';
import { SegmentScan } from './scan.js';
import { lastIdIn, type ScanResult, type Segment, withSegment } from './segment.js';

/** An event as it was read, and where it stands: `settle` and `giveBack` find it by that. */
export interface SpooledEvent extends SinkEvent {
  readonly segment: string;
  readonly offset: number;
  readonly sequence: number;
}

/**
 * Reads a spool for all sinks, oldest first. An event stays until every sink that it is for has settled it; after a crash a sink
 * gets again what it settled since the cursors were last written, which is at most `syncIntervalMs` before. Never throws once it
 * is open.
 */
export class SpoolReader {
  readonly report: SpoolReport = emptyReport();
  /** The id of the last event that the writers of this process wrote before it was opened; where `takesOver` was asked for. */
  lastAppended: string | undefined;
  private readonly settings: Required<SpoolOptions>;
  private readonly contents: SpoolContents;
  private accepted = 0;
  private changed = true;
  private writtenAt = Number.NEGATIVE_INFINITY;
  private closed = false;
  private readError: Error | undefined;
  private cursorError: Error | undefined;

  private constructor(
    private readonly directory: string,
    private readonly descriptor: number,
    sinks: readonly string[],
    private readonly lock: SpoolLock,
    options: SpoolOptions,
  ) {
    this.settings = withDefaults(options);
    const { files, host, process, takesOver } = this.settings;
    const onHarm = (segment: Segment, scan: ScanResult): void => this.onHarm(segment, scan);
    this.contents = new SpoolContents(directory, sinks, process, files, () => host.now(), onHarm);
    reserve(files, directory);
    const cursors = readCursors(files, directory);
    if (cursors === 'lost') setCursorsAside(files, directory);
    if (typeof cursors === 'object') this.contents.restore(cursors.settled);
    recover(this.contents, cursors, this.report, this.highWater(false), takesOver);
    if (takesOver) this.findLastAppended();
    this.sealFound();
    for (const [at, name] of this.contents.sinks.entries()) {
      if (at >= sinks.length) this.report.unclaimed[name] = this.contents.unsettled[at] ?? 0;
    }
    this.contents.countLosses();
    this.tryWrite(false);
  }

  /** Throws SPOOL_UNUSABLE. */
  static open(directory: string, sinks: readonly string[], options: SpoolOptions): SpoolReader {
    const { files, host, process } = withDefaults(options);
    checkSinks(sinks);
    return inDirectory(directory, files, (descriptor) => {
      const lock = SpoolLock.take(directory, process, files, host);
      try {
        return new SpoolReader(directory, descriptor, sinks, lock, options);
      } catch (error) {
        if (lock.taken) lock.release();
        throw error;
      }
    });
  }

  /** Why the cursors could not be written, or the segments not be read; it is tried again. */
  get failing(): Error | undefined {
    return this.cursorError ?? this.readError;
  }

  /** Events that not every sink has settled, for each sink those that it has not, and the bytes of all segments. */
  get counts(): { readonly events: number; readonly bytes: number; readonly perSink: readonly number[] } {
    const { events, bytes, unsettled, lost } = this.contents;
    return { events, bytes, perSink: unsettled.slice(0, lost.perSink.length) };
  }

  /** Events that were in `counts`, or that a writer of this process wrote, and that cannot be read any more. */
  get lost(): { readonly events: number; readonly perSink: readonly number[] } {
    return this.contents.lost;
  }

  /** The oldest events that a sink, told by its place in the list given to `open`, still needs and does not have. */
  read(sink: number, max: number): SpooledEvent[] {
    const events: SpooledEvent[] = [];
    for (const segment of [...this.contents.segments]) {
      if (events.length >= max) break;
      this.attempt(() => this.readFrom(segment, sink, max, events));
    }
    return events;
  }

  /** The sink is done with these, whatever became of them. */
  settle(sink: number, events: readonly SpooledEvent[]): void {
    for (const { event, segment } of this.found(events)) this.contents.settle(segment, sink, event.sequence);
    this.changed ||= events.length > 0;
    this.writeIfDue();
  }

  /** The sink did not take these: `read` gives them again. */
  giveBack(sink: number, events: readonly SpooledEvent[]): void {
    for (const { event, segment } of this.found(events)) {
      this.contents.writerOf(segment).takeBack(sink, event.sequence);
      segment.readTo[sink] = Math.min(segment.readTo[sink] ?? event.offset, event.offset);
    }
  }

  /** Looks for what a writer of this process has appended; false where the disk does not let it. Also the turn at which the cursors are written when they are due. */
  refresh(): boolean {
    if (this.closed) return false;
    this.lock.renew();
    const before = this.contents.bytes;
    const looked = this.attempt(() => {
      this.report.gaps += this.losing(() => this.contents.look());
      this.report.corrupt += this.losing(() => this.contents.loseMissing());
    });
    // The high water has moved.
    this.changed ||= this.contents.bytes !== before;
    this.writeIfDue();
    return looked;
  }

  /** How many events the process has accepted, for whoever looks at what it left. */
  mark(accepted: number): void {
    this.changed ||= accepted !== this.accepted;
    this.accepted = accepted;
  }

  /** Writes the cursors, and removes the segments that nobody needs. */
  sync(): void {
    if (!this.closed) this.tryWrite(false);
  }

  /** After the writers of the process: what they have left open makes it an unclean end. */
  close(): void {
    if (this.closed) return;
    this.refresh();
    this.attempt(() => this.contents.findLateMarks());
    this.closed = true;
    const { process } = this.settings;
    this.tryWrite(this.contents.segments.every(({ header, ended }) => ended || header.process !== process));
    closeQuietly(this.settings.files, this.descriptor);
    this.lock.release();
  }

  private *found(events: readonly SpooledEvent[]): Generator<{ event: SpooledEvent; segment: Segment }> {
    const byName = new Map(this.contents.segments.map((segment) => [segment.name, segment]));
    for (const event of events) {
      const segment = byName.get(event.segment);
      if (segment !== undefined) yield { event, segment };
    }
  }

  private readFrom(segment: Segment, sink: number, max: number, events: SpooledEvent[]): void {
    const { files } = this.settings;
    const from = segment.readTo[sink] ?? segment.header.length;
    if (from >= segment.end) return;
    const writer = this.contents.writerOf(segment);
    const bit = segment.bitOf(this.contents.sinks[sink] ?? '');
    let harmed = false;
    const there = withSegment(files, segment.path, (descriptor) => {
      const scan = new SegmentScan(files, descriptor, from, segment.end);
      for (const { is, offset, length } of scan.stretches()) {
        if (events.length >= max) break;
        segment.readTo[sink] = offset + length;
        if (is !== 'record') harmed ||= is !== 'end' && !segment.damage.has(offset);
        else {
          const at = scan.inBytes({ offset });
          const sequence = sequenceOf(scan.bytes, at);
          if ((sinksOf(scan.bytes, at) & bit) === 0 || !writer.isWanted(sink, sequence)) continue;
          const { id, kind, critical, json } = decodeRecord(scan.bytes, at, length);
          events.push({ id, kind, critical, json, segment: segment.name, offset, sequence });
          writer.handOut(sink, sequence);
        }
      }
      return true;
    });
    if (harmed || there === undefined) this.check(segment);
  }

  /** A segment was whole when it was found, and is not now. */
  private check(segment: Segment): void {
    this.report.corrupt += this.losing(() => this.contents.check(segment));
    this.changed = true;
  }

  private losing(work: () => void): number {
    const before = this.contents.lost.events;
    work();
    return this.contents.lost.events - before;
  }

  private onHarm(segment: Segment, scan: ScanResult): void {
    if (scan.tail !== undefined) this.report.torn += 1;
    this.attempt(() => mend(this.settings.files, this.directory, segment, scan));
  }

  private findLastAppended(): void {
    const { files, process } = this.settings;
    const newest = this.contents.segments.findLast(({ header, first }) => header.process === process && first > 0);
    if (newest !== undefined) this.attempt(() => void (this.lastAppended = lastIdIn(files, newest)));
  }

  /** What a dead process or thread wrote may not be on the disk yet, and the high water is about to be replaced by ours. */
  private sealFound(): void {
    const { files, process, takesOver } = this.settings;
    for (const segment of this.contents.segments) {
      if (takesOver || segment.header.process !== process) this.attempt(() => seal(files, segment));
    }
  }

  private writeIfDue(): void {
    const waited = this.settings.host.elapsed() - this.writtenAt;
    if (this.closed || waited < this.settings.syncIntervalMs) return;
    if (this.changed || this.contents.consumed().length > 0) this.tryWrite(false);
  }

  /** First the cursors, then the segments that they have passed: the other way round a crash would look like a loss. */
  private writeNow(clean: boolean): void {
    const { files, host } = this.settings;
    this.writtenAt = host.elapsed();
    const consumed = this.contents.consumed();
    const cursors: Cursors = {
      version: CURSORS_VERSION,
      settled: this.contents.settled(),
      written: this.contents.written(),
      highWater: this.highWater(clean),
    };
    writeCursors(files, this.directory, this.descriptor, cursors);
    this.changed = false;
    if (consumed.length === 0) return;
    for (const { path } of consumed) removeIfThere(files, path);
    files.sync(this.descriptor);
    this.contents.forget(consumed);
    reserve(files, this.directory);
  }

  private highWater(clean: boolean): HighWater {
    const { process, host, fsync, unsyncedRecords, memoryMost } = this.settings;
    const own = [...this.contents.writers.values()].filter((writer) => writer.process === process);
    return {
      process,
      boot: host.boot,
      clean,
      writers: own.map(({ id }) => id),
      unsyncedMost: fsync === 'never' ? null : unsyncedRecords,
      memoryMost,
      accepted: this.accepted,
    };
  }

  private tryWrite(clean: boolean): void {
    try {
      this.writeNow(clean);
      this.cursorError = undefined;
    } catch (error) {
      this.cursorError = asError(error);
    }
  }

  private attempt(work: () => void): boolean {
    try {
      work();
      this.readError = undefined;
    } catch (error) {
      this.readError = asError(error);
    }
    return this.readError === undefined;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
