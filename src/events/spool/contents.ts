import { join } from 'node:path';
import type { Cursors } from './cursors.js';
import type { SpoolFiles } from './files.js';
import { corruptPath, isSegment } from './names.js';
import { openSegment, type ScannedRecord, type ScanResult, type Segment, scanOn } from './segment.js';
import { SequenceSet } from './sequences.js';
import { WriterLog } from './writer-log.js';

/** A header that is not whole is being written, unless it is older. */
const HEADER_WITHIN_MS = 15_000;

/** Events that were on disk, or must have been, and cannot be read; for each sink, in the order in which they were given. */
export interface Lost {
  events: number;
  readonly perSink: number[];
}

/** What is in a spool directory: the segments, and which of their events which sink still needs. */
export class SpoolContents {
  /** By age. */
  segments: Segment[] = [];
  readonly writers = new Map<string, WriterLog>();
  /** The sinks that were given, then those that only segments name. */
  readonly sinks: string[];
  /** Not settled by every sink. */
  events = 0;
  /** Those of other processes, as they were found. */
  inherited = 0;
  /** By sink. */
  readonly unsettled: number[];
  readonly lost: Lost;
  /** Until all was found, what an earlier process has lost is in the report alone: it was in nobody's counts. */
  private countsAll = false;
  private settledBefore: Cursors['settled'] = {};
  /** Segments that this version cannot read. */
  private readonly foreign = new Set<string>();

  constructor(
    private readonly directory: string,
    sinks: readonly string[],
    /** Its segments may be growing. */
    private readonly process: string,
    private readonly files: SpoolFiles,
    private readonly now: () => number,
    /** Called for a segment that is not as its writer wrote it. */
    private readonly onHarm: (segment: Segment, scan: ScanResult) => void,
  ) {
    this.sinks = [...sinks];
    this.unsettled = sinks.map(() => 0);
    this.lost = { events: 0, perSink: sinks.map(() => 0) };
  }

  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.end, 0);
  }

  /** Before anything is looked at. */
  restore(settled: Cursors['settled']): void {
    this.settledBefore = settled;
  }

  settled(): Cursors['settled'] {
    const ofSink = (sink: number) =>
      Object.fromEntries([...this.writers.values()].map((writer) => [writer.id, writer.settledBy(sink).toJSON()]));
    return Object.fromEntries(this.sinks.map((name, sink) => [name, ofSink(sink)]));
  }

  written(): Cursors['written'] {
    return Object.fromEntries([...this.writers.values()].map(({ id, last }) => [id, last]));
  }

  /** Finds segments that are new, what was appended to those that are known, and which are gone. */
  look(ownMayGrow = true): void {
    const names = new Set(this.files.list(this.directory));
    this.findNew([...names].filter(isSegment).sort());
    const newest = new Map(this.segments.map((segment) => [segment.header.writer, segment]));
    const gone: Segment[] = [];
    for (const segment of this.segments) {
      if (segment.closed && names.has(segment.name)) continue;
      // Told before the segment is read: what its writer appended before it left is then found.
      const isOwn = ownMayGrow && segment.header.process === this.process;
      const mayGrow = isOwn && newest.get(segment.header.writer) === segment;
      if (!names.has(segment.name) || !this.readOn(segment, mayGrow)) gone.push(segment);
    }
    for (const segment of gone) this.loseSegment(segment);
  }

  /** Looks for marks of an end that came late: there was no room for them when the segment was left. */
  findLateMarks(): void {
    for (const segment of this.segments) if (segment.closed && !segment.ended) this.readOn(segment, false);
  }

  writerOf({ header }: Segment): WriterLog {
    return this.writerNamed(header.writer, header.process, header.first);
  }

  writerNamed(id: string, process: string, first = 1): WriterLog {
    let writer = this.writers.get(id);
    if (writer === undefined) {
      // A sink that the cursors do not know needs nothing of what is gone by now.
      const gone: [number, number][] = first > 1 ? [[1, first - 1]] : [];
      const settled = this.sinks.map((sink) => new SequenceSet(this.settledBefore[sink]?.[id] ?? gone));
      writer = new WriterLog(id, process, settled);
      this.writers.set(id, writer);
    }
    return writer;
  }

  settle(segment: Segment, sink: number, sequence: number): void {
    const writer = this.writerOf(segment);
    if (!writer.settle(sink, sequence) || !writer.present.has(sequence)) return;
    this.unsettled[sink]! -= 1;
    if (writer.isSettled(sequence)) this.events -= 1;
  }

  /** Gives up what the writers of this process wrote and nobody will find. */
  loseMissing(): void {
    for (const writer of this.writers.values()) {
      if (writer.process === this.process) this.lose(writer, writer.missing());
    }
  }

  /** Segments that no sink needs and nothing will be appended to. */
  consumed(): Segment[] {
    const lowest = new Map([...this.writers.values()].map((writer) => [writer.id, writer.lowestUnsettled()]));
    return this.segments.filter(({ closed, last, header }) => closed && last < (lowest.get(header.writer) ?? 1));
  }

  /** After the file is gone. */
  forget(segments: readonly Segment[]): void {
    this.segments = this.segments.filter((segment) => !segments.includes(segment));
    const needed = new Set(this.segments.map(({ header }) => header.writer));
    for (const { id, process } of [...this.writers.values()]) {
      if (!needed.has(id) && process !== this.process) this.writers.delete(id);
    }
  }

  /** All was found that was there before: what is lost from now on was counted. */
  countLosses(): void {
    this.countsAll = true;
  }

  /** Gives up sequences that cannot be read. */
  lose(writer: WriterLog, sequences: Iterable<number>): void {
    const isCounted = this.countsAll || writer.process === this.process;
    for (const sequence of sequences) {
      if (writer.isSettled(sequence)) continue;
      const present = writer.present.has(sequence);
      if (isCounted) this.lost.events += 1;
      if (present) this.events -= 1;
      for (const sink of this.sinks.keys()) {
        if (!writer.settle(sink, sequence)) continue;
        if (present) this.unsettled[sink]! -= 1;
        if (isCounted && sink < this.lost.perSink.length) this.lost.perSink[sink]! += 1;
      }
    }
  }

  /** Reads a segment once more and gives up what is no longer in it. */
  check(segment: Segment): void {
    const found = new SequenceSet();
    const again = openSegment(this.files, this.directory, segment.name);
    if (typeof again === 'object') scanOn(this.files, again, ({ sequence }) => void found.add(sequence));
    if (typeof again === 'object') for (const offset of again.damage) segment.damage.add(offset);
    this.loseOf(segment, found);
  }

  private loseSegment(segment: Segment): void {
    this.loseOf(segment, new SequenceSet());
    this.forget([segment]);
  }

  /** What another segment of the same writer spans as well was written twice, after a sync that failed. */
  private loseOf(segment: Segment, found: SequenceSet): void {
    if (segment.first === 0) return;
    for (const { header, first, last, name } of this.segments) {
      if (header.writer === segment.header.writer && name !== segment.name && first > 0) found.addRange(first, last);
    }
    const writer = this.writerOf(segment);
    for (const [from, to] of found.holes(segment.first, segment.last)) {
      this.lose(
        writer,
        [...new SequenceSet([[from, to]])].filter((sequence) => writer.present.has(sequence)),
      );
    }
  }

  private findNew(names: readonly string[]): void {
    const known = new Set(this.segments.map(({ name }) => name));
    for (const name of names) {
      if (known.has(name) || this.foreign.has(name)) continue;
      const segment = openSegment(this.files, this.directory, name);
      if (typeof segment === 'object') this.addSegment(segment);
      else if (segment === 'newer') this.foreign.add(name);
      else if (segment === 'damaged') this.files.rename(join(this.directory, name), corruptPath(this.directory, name));
      else if (segment === 'short' && this.isOld(name)) this.files.remove(join(this.directory, name));
    }
    this.segments.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private isOld(name: string): boolean {
    return this.now() - this.files.modifiedAt(join(this.directory, name)) > HEADER_WITHIN_MS;
  }

  private addSegment(segment: Segment): void {
    for (const name of segment.header.sinks) {
      if (this.sinks.includes(name)) continue;
      this.sinks.push(name);
      this.unsettled.push(0);
      for (const writer of this.writers.values()) {
        const settled = this.settledBefore[name]?.[writer.id];
        writer.addSink(settled === undefined ? undefined : new SequenceSet(settled));
      }
    }
    this.segments.push(segment);
    this.writerOf(segment);
  }

  private readOn(segment: Segment, mayGrow: boolean): boolean {
    const writer = this.writerOf(segment);
    const bits = this.sinks.map((sink) => segment.bitOf(sink));
    const scan = scanOn(this.files, segment, (record) => this.count(writer, bits, record));
    if (scan === undefined) return false;
    writer.last = Math.max(writer.last, segment.last);
    segment.closed = segment.ended || !mayGrow;
    // What stands behind the last record of a segment that grows is not written yet.
    const tail = segment.closed ? scan.tail : undefined;
    if (scan.damaged.length > 0 || tail !== undefined) this.onHarm(segment, { ...scan, tail });
    return true;
  }

  private count(writer: WriterLog, bits: readonly number[], { sequence, sinks }: ScannedRecord): void {
    if (!writer.present.add(sequence)) return;
    let needed = false;
    for (const [sink, bit] of bits.entries()) {
      if ((sinks & bit) === 0) writer.settledBy(sink).add(sequence);
      else if (!writer.settledBy(sink).has(sequence)) {
        this.unsettled[sink]! += 1;
        needed = true;
      }
    }
    if (!needed) return;
    this.events += 1;
    if (writer.process !== this.process) this.inherited += 1;
  }
}
