import type { AppendOutcome } from '../event.js';
import { isFull } from './cursors.js';
import { checkSinks, inDirectory } from './directory.js';
import { LONGEST_RECORD, mayFit, type SpoolRecord } from './format.js';
import { SpoolLock } from './lock.js';
import { type SpoolOptions, withDefaults } from './options.js';
import { Refusal } from './refusal.js';
import { type SegmentFile, UncutError } from './segment-file.js';
import { UnsyncedRecords } from './unsynced-records.js';
import { WriterSegments } from './writer-segments.js';

const RESCUE_EVERY_MS = 1_000;
/** The most bytes that are kept unsynced. */
const UNSYNCED_BYTES = 8 * 1024 * 1024;
/** An older segment is left even if it is not full, so that delivered events leave the disk; not while many wait there. */
const LEAVE_AFTER_MS = 60_000;
const FEW_SEGMENTS = 8;

interface Syncing {
  readonly records: UnsyncedRecords;
  readonly retired: readonly SegmentFile[];
}

/** Appends events to segments of its own, one write call each. Never throws once it is open. */
export class SpoolWriter {
  /** A sync failed. What it should have covered was written again to another file, or will be. */
  degraded = false;
  private readonly settings: Required<SpoolOptions>;
  private readonly segments: WriterSegments;
  private records = new UnsyncedRecords();
  private spare: UnsyncedRecords | undefined;
  private syncing: Syncing | undefined;
  /** A sync failed, and what it should have covered is not yet in another file. */
  private unsafe = false;
  private rescueAt = Number.NEGATIVE_INFINITY;
  /** What a failed sync should have covered, in a file whose own sync has not answered. */
  private copying: SegmentFile | undefined;
  private sequence = 1;
  private readonly refusal: Refusal;
  private syncedAt: number;
  private closed = false;

  private constructor(
    directory: string,
    descriptor: number,
    sinks: readonly string[],
    private readonly lock: SpoolLock,
    options: SpoolOptions,
  ) {
    this.settings = withDefaults(options);
    this.syncedAt = this.settings.host.elapsed();
    this.refusal = new Refusal(this.settings.host);
    this.segments = new WriterSegments(directory, descriptor, sinks, this.settings);
    // Made at once, so that a reader of any later day knows that this writer was there.
    this.attempt(() => void this.startSegment());
    if (this.settings.fsync !== 'never') this.settings.background ? this.syncInBackground() : this.sync();
  }

  /** `sinks` are the names behind the bits of the records' masks. Throws SPOOL_UNUSABLE. */
  static open(directory: string, sinks: readonly string[], options: SpoolOptions): SpoolWriter {
    const { files, host, process } = withDefaults(options);
    checkSinks(sinks);
    return inDirectory(directory, files, (descriptor) => {
      const lock = SpoolLock.take(directory, process, files, host);
      return new SpoolWriter(directory, descriptor, sinks, lock, options);
    });
  }

  /** What all segments take, as far as this writer has looked. */
  get bytes(): number {
    return this.segments.usage.bytes;
  }

  append(event: SpoolRecord): AppendOutcome {
    const refused = this.closed ? 'failed' : mayFit(event) ? this.refusal.standing : 'too_large';
    if (refused !== undefined) return refused;
    if (this.unsafe && !this.rescueIfDue()) return this.refusal.begin('failed');
    if (!this.hasUnsyncedRoom()) return this.refusal.begin(this.settings.background ? 'full' : 'failed');
    const length = this.records.encode(this.sequence, event);
    if (length > LONGEST_RECORD) return 'too_large';
    const outcome = this.attempt(() => this.place(length));
    if (outcome !== 'written') return outcome;
    this.sequence += 1;
    if (this.settings.fsync === 'never') return 'written';
    this.records.keep(this.sequence - 1, length);
    if (this.settings.fsync === 'each' && !this.sync()) return 'failed';
    return 'written';
  }

  /** What the policy asks for now: call it after each batch, and by a timer of `syncIntervalMs`. */
  syncIfDue(): void {
    if (this.closed) return;
    const { fsync, syncIntervalMs, host, background } = this.settings;
    const now = host.elapsed();
    const { current } = this.segments;
    if (this.lock.renew() && current?.isGone) this.segments.leave(this.sequence);
    else if (current !== undefined && !current.isEmpty && now - current.createdAt >= LEAVE_AFTER_MS) this.leaveIfFew();
    const due = fsync === 'interval' ? now - this.syncedAt >= syncIntervalMs : fsync === 'batch';
    if (!due) return;
    if (this.unsafe) this.rescueIfDue();
    else if (background) this.syncInBackground();
    else this.sync();
  }

  /** Forces all that was written to the disk, and waits for it. False where the disk refuses, or has not answered an earlier sync yet: then it stays in memory. */
  sync(): boolean {
    this.syncedAt = this.settings.host.elapsed();
    if (this.unsafe) return this.rescue();
    try {
      this.segments.sync(this.files());
    } catch {
      return this.rescue();
    }
    // The error of a sync that is under way is told to that one alone: until then nothing is known to be safe.
    if (this.syncing !== undefined) return false;
    this.segments.retire();
    this.records.clear();
    this.segments.markEnds();
    return true;
  }

  /** Syncs, and marks the end. What a sync that is under way still needs is let go when that is done. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.end();
    this.letGo();
  }

  /** The mark of the end says that all before it is safe: it is left out where the disk refuses. */
  private end(): void {
    const syncs = this.settings.fsync !== 'never';
    if (syncs && !this.sync()) return;
    this.segments.leave(this.sequence);
    this.segments.markEnds();
    if (syncs) this.sync();
  }

  private letGo(): void {
    if (this.syncing !== undefined || this.copying !== undefined) return;
    this.segments.close(this.files());
    if (this.lock.taken) this.lock.release();
  }

  private files(): SegmentFile[] {
    return this.segments.all(this.syncing?.retired);
  }

  /** Writes the record that stands encoded behind the kept ones. */
  private place(length: number): AppendOutcome {
    const { maxBytes, segmentBytes } = this.settings;
    const { usage, current } = this.segments;
    if (usage.bytes + length > maxBytes) {
      usage.look();
      if (usage.bytes + length > maxBytes) return this.refusal.begin('full');
    }
    const fits = current !== undefined && (current.size + length <= segmentBytes || current.isEmpty);
    const file = fits ? current : this.startSegment();
    file.append(this.records.bytes, this.records.length, length);
    usage.bytes += length;
    return 'written';
  }

  private attempt(work: () => AppendOutcome | undefined): AppendOutcome {
    try {
      const outcome = work() ?? 'written';
      if (outcome === 'written') this.refusal.end();
      return outcome;
    } catch (error) {
      if (isFull(error)) return this.refusal.begin('full');
      // What stands at the end may be the record, whole: its sequence is not used for another one.
      if (error instanceof UncutError) this.sequence += 1;
      this.segments.leave(this.sequence);
      return this.refusal.begin('failed');
    }
  }

  private startSegment(first = this.sequence): SegmentFile {
    this.segments.leave(this.sequence);
    return this.segments.start(first);
  }

  private leaveIfFew(): void {
    this.attempt(() => void this.segments.usage.look());
    if (this.segments.usage.segments <= FEW_SEGMENTS) this.segments.leave(this.sequence);
  }

  /** Keeps what is unsynced within its bound, by a sync; false where that cannot be. */
  private hasUnsyncedRoom(): boolean {
    const { unsyncedRecords, background } = this.settings;
    const count = this.records.count + (this.syncing?.records.count ?? 0);
    const bytes = this.records.length + (this.syncing?.records.length ?? 0);
    if (background && (count * 2 >= unsyncedRecords || bytes * 2 >= UNSYNCED_BYTES)) this.syncInBackground();
    if (count < unsyncedRecords && bytes < UNSYNCED_BYTES) return true;
    return !background && this.sync();
  }

  private syncInBackground(): void {
    if (this.syncing !== undefined) return;
    const files = this.files().filter((file) => !file.isSynced);
    if (files.length === 0 && this.segments.retired.length === 0) return;
    this.syncedAt = this.settings.host.elapsed();
    const syncing = { records: this.records, retired: this.segments.retired };
    this.syncing = syncing;
    this.records = this.spare ?? new UnsyncedRecords();
    this.spare = undefined;
    this.segments.retired = [];
    this.segments.syncLater(files, (failed) => this.syncedInBackground(syncing, failed));
  }

  private syncedInBackground(syncing: Syncing, failed: boolean): void {
    if (this.syncing !== syncing) return;
    this.segments.retire(syncing.retired);
    this.syncing = undefined;
    if (failed) {
      this.records.prepend(syncing.records);
      if (this.closed) this.rescue();
      else this.rescueInBackground();
    } else {
      syncing.records.clear();
      this.spare = syncing.records;
    }
    if (!this.closed) return;
    this.end();
    this.letGo();
  }

  private rescueIfDue(): boolean {
    const { host, background } = this.settings;
    if (this.copying !== undefined || host.elapsed() - this.rescueAt < RESCUE_EVERY_MS) return false;
    return background ? this.rescueInBackground() : this.rescue();
  }

  /** After a failed sync the system forgets the pages that it could not write: the same file is never synced again, another one is written. */
  private rescue(): boolean {
    this.leaveUnsafe();
    if (this.records.count === 0) return this.safeAgain();
    try {
      this.segments.sync([this.copy()]);
    } catch {
      return this.copyFailed();
    }
    return this.copied();
  }

  /** The same without waiting for the disk: until it has answered, events are refused. */
  private rescueInBackground(): boolean {
    this.leaveUnsafe();
    if (this.records.count === 0) return this.safeAgain();
    let copy: SegmentFile;
    try {
      copy = this.copying = this.copy();
    } catch {
      return this.copyFailed();
    }
    this.segments.syncLater([copy], (failed) => {
      this.copying = undefined;
      // A sync that waits may have made another copy meanwhile.
      if (this.segments.current === copy) failed ? this.copyFailed() : this.copied();
      if (this.closed) this.letGo();
    });
    return !this.unsafe;
  }

  private leaveUnsafe(): void {
    this.rescueAt = this.settings.host.elapsed();
    this.degraded = true;
    this.unsafe = true;
    if (this.syncing !== undefined) {
      this.records.prepend(this.syncing.records);
      this.segments.retired.push(...this.syncing.retired);
      this.syncing = undefined;
    }
    this.segments.leave(this.sequence);
    this.segments.retire();
  }

  private copy(): SegmentFile {
    const file = this.startSegment(this.records.first);
    file.append(this.records.bytes, 0, this.records.length);
    return file;
  }

  private copyFailed(): false {
    this.segments.discard();
    return false;
  }

  private copied(): true {
    this.segments.usage.bytes += this.records.length;
    return this.safeAgain();
  }

  private safeAgain(): true {
    this.unsafe = false;
    this.refusal.end();
    this.records.clear();
    return true;
  }
}
