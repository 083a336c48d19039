import { randomBytes } from 'node:crypto';
import { isFull } from './cursors.js';
import { checkSinks, inDirectory } from './directory.js';
import { EndMarks } from './end-marks.js';
import { closeQuietly } from './files.js';
import { LONGEST_RECORD, mayFit, type SpoolRecord } from './format.js';
import { SpoolLock } from './lock.js';
import { type SpoolOptions, withDefaults } from './options.js';
import { type AppendOutcome, Refusal } from './refusal.js';
import { SegmentFile, UncutError } from './segment-file.js';
import { UnsyncedRecords } from './unsynced-records.js';
import { SpoolUsage } from './usage.js';

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
  private readonly id = randomBytes(8).toString('hex');
  private readonly settings: Required<SpoolOptions>;
  private current: SegmentFile | undefined;
  /** Left, but not synced. */
  private retired: SegmentFile[] = [];
  private readonly ends = new EndMarks();
  private records = new UnsyncedRecords();
  private spare: UnsyncedRecords | undefined;
  private syncing: Syncing | undefined;
  /** A sync failed, and what it should have covered is not yet in another file. */
  private unsafe = false;
  private rescueAt = Number.NEGATIVE_INFINITY;
  private directoryDirty = false;
  private sequence = 1;
  private readonly usage: SpoolUsage;
  private readonly refusal: Refusal;
  private syncedAt: number;
  private closed = false;

  private constructor(
    private readonly directory: string,
    private readonly descriptor: number,
    private readonly sinks: readonly string[],
    private readonly lock: SpoolLock,
    options: SpoolOptions,
  ) {
    this.settings = withDefaults(options);
    this.syncedAt = this.settings.host.elapsed();
    this.refusal = new Refusal(this.settings.host);
    this.usage = new SpoolUsage(directory, this.settings.files);
    // Made at once, so that a reader of any later day knows that this writer was there.
    this.attempt(() => this.startSegment());
    if (this.settings.fsync !== 'never') this.sync();
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
    return this.usage.bytes;
  }

  append(event: SpoolRecord): AppendOutcome {
    if (this.closed || !mayFit(event)) return 'failed';
    const standing = this.refusal.standing;
    if (standing !== undefined) return standing;
    if (this.unsafe && !this.rescueIfDue()) return this.refusal.begin('failed');
    if (!this.hasUnsyncedRoom()) return this.refusal.begin(this.settings.background ? 'full' : 'failed');
    const length = this.records.encode(this.sequence, event);
    if (length > LONGEST_RECORD) return 'failed';
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
    this.lock.renew();
    if (this.current !== undefined && !this.current.isEmpty && now - this.current.createdAt >= LEAVE_AFTER_MS)
      this.leaveIfFew();
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
      for (const file of this.files()) file.sync();
      if (this.directoryDirty) this.settings.files.sync(this.descriptor);
    } catch {
      return this.rescue();
    }
    this.directoryDirty = false;
    // The error of a sync that is under way is told to that one alone: until then nothing is known to be safe.
    if (this.syncing !== undefined) return false;
    this.retire();
    this.records.clear();
    this.ends.catchUp();
    return true;
  }

  /** Syncs, and marks the end. What a sync that is under way still needs is let go when that is done. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.end();
    if (this.syncing === undefined) this.letGo();
  }

  /** The mark of the end says that all before it is safe: it is left out where the disk refuses. */
  private end(): void {
    const syncs = this.settings.fsync !== 'never';
    if (syncs && !this.sync()) return;
    this.leave();
    this.ends.catchUp();
    if (syncs) this.sync();
  }

  private letGo(): void {
    for (const file of this.files()) file.close();
    this.ends.giveUp();
    closeQuietly(this.settings.files, this.descriptor);
    if (this.lock.taken) this.lock.release();
  }

  private files(): SegmentFile[] {
    const left = [...(this.syncing?.retired ?? []), ...this.retired];
    return this.current === undefined ? left : [...left, this.current];
  }

  /** Writes the record that stands encoded behind the kept ones. */
  private place(length: number): AppendOutcome {
    const { maxBytes, segmentBytes } = this.settings;
    if (this.usage.bytes + length > maxBytes) {
      this.usage.look();
      if (this.usage.bytes + length > maxBytes) return this.refusal.begin('full');
    }
    if (this.current === undefined || (this.current.size + length > segmentBytes && !this.current.isEmpty))
      this.startSegment();
    this.current?.append(this.records.bytes, this.records.length, length);
    this.usage.bytes += length;
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
      this.leave();
      return this.refusal.begin('failed');
    }
  }

  private startSegment(first = this.sequence): undefined {
    this.leave();
    const { files, host, process } = this.settings;
    const header = { process, writer: this.id, first, createdAt: host.now(), sinks: this.sinks };
    this.current = SegmentFile.create(files, this.directory, this.usage.nextNumber(), header, host.elapsed());
    this.usage.bytes += this.current.size;
    this.directoryDirty = true;
  }

  private leave(): void {
    if (this.current === undefined) return;
    this.ends.add(this.current, this.sequence);
    if (this.settings.fsync === 'never') this.ends.close(this.current);
    else this.retired.push(this.current);
    this.current = undefined;
  }

  private leaveIfFew(): void {
    this.attempt(() => void this.usage.look());
    if (this.usage.segments <= FEW_SEGMENTS) this.leave();
  }

  /** Closes the segments that were left and are synced. */
  private retire(): void {
    for (const file of this.retired) this.ends.close(file);
    this.retired = [];
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
    if (this.syncing !== undefined || (this.records.count === 0 && this.retired.length === 0)) return;
    this.syncedAt = this.settings.host.elapsed();
    const syncing = { records: this.records, retired: this.retired };
    const files = this.files().filter((file) => !file.isSynced);
    this.syncing = syncing;
    this.records = this.spare ?? new UnsyncedRecords();
    this.spare = undefined;
    this.retired = [];
    let [left, failed] = [files.length + 1, false];
    const done = (error: Error | null): void => {
      left -= 1;
      failed ||= error !== null;
      if (left === 0) this.syncedInBackground(syncing, failed);
    };
    for (const file of files) file.syncLater(done);
    if (!this.directoryDirty) return done(null);
    this.directoryDirty = false;
    this.settings.files.syncLater(this.descriptor, done);
  }

  private syncedInBackground(syncing: Syncing, failed: boolean): void {
    if (this.syncing !== syncing) return;
    for (const file of syncing.retired) this.ends.close(file);
    this.syncing = undefined;
    if (failed) {
      this.records.prepend(syncing.records);
      this.rescue();
    } else {
      syncing.records.clear();
      this.spare = syncing.records;
    }
    if (!this.closed) return;
    this.end();
    this.letGo();
  }

  private rescueIfDue(): boolean {
    return this.settings.host.elapsed() - this.rescueAt >= RESCUE_EVERY_MS && this.rescue();
  }

  /** After a failed sync the system forgets the pages that it could not write: the same file is never synced again, another one is written. */
  private rescue(): boolean {
    this.rescueAt = this.settings.host.elapsed();
    this.degraded = true;
    this.unsafe = true;
    if (this.syncing !== undefined) {
      this.records.prepend(this.syncing.records);
      this.retired.push(...this.syncing.retired);
      this.syncing = undefined;
    }
    this.leave();
    this.retire();
    if (this.records.count > 0 && !this.writeAgain()) return false;
    this.unsafe = false;
    this.records.clear();
    return true;
  }

  private writeAgain(): boolean {
    try {
      this.startSegment(this.records.first);
      this.current?.append(this.records.bytes, 0, this.records.length);
      this.current?.sync();
      this.settings.files.sync(this.descriptor);
    } catch {
      this.current?.discard();
      this.current = undefined;
      return false;
    }
    this.usage.bytes += this.records.length;
    this.directoryDirty = false;
    return true;
  }
}
