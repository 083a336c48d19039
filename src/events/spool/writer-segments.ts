import { randomBytes } from 'node:crypto';
import { EndMarks } from './end-marks.js';
import { closeQuietly } from './files.js';
import type { SpoolOptions } from './options.js';
import { SegmentFile } from './segment-file.js';
import { syncLater } from './sync-later.js';
import { SpoolUsage } from './usage.js';

/** The segments of one writer: the one that it appends to, and those that it has left and not yet synced. */
export class WriterSegments {
  current: SegmentFile | undefined;
  retired: SegmentFile[] = [];
  readonly usage: SpoolUsage;
  private readonly writer = randomBytes(8).toString('hex');
  private readonly ends = new EndMarks();
  private directoryDirty = false;

  constructor(
    private readonly directory: string,
    private readonly descriptor: number,
    private readonly sinks: readonly string[],
    private readonly settings: Required<SpoolOptions>,
  ) {
    this.usage = new SpoolUsage(directory, settings.files);
  }

  /** Those that were left, `earlier` ones first, and the current one. */
  all(earlier: readonly SegmentFile[] = []): SegmentFile[] {
    const left = [...earlier, ...this.retired];
    return this.current === undefined ? left : [...left, this.current];
  }

  /** A new one, whose first record has that sequence; the former one has to be left. Throws what the system says. */
  start(first: number): SegmentFile {
    const { files, host, process } = this.settings;
    const header = { process, writer: this.writer, first, createdAt: host.now(), sinks: this.sinks };
    this.current = SegmentFile.create(files, this.directory, this.usage.nextNumber(), header, host.elapsed());
    this.usage.bytes += this.current.size;
    this.directoryDirty = true;
    return this.current;
  }

  /** `sequence` is that of the next record. */
  leave(sequence: number): void {
    if (this.current === undefined) return;
    this.ends.add(this.current, sequence);
    if (this.settings.fsync === 'never') this.ends.close(this.current);
    else this.retired.push(this.current);
    this.current = undefined;
  }

  /** The current one holds nothing that is not elsewhere. */
  discard(): void {
    this.current?.discard();
    this.current = undefined;
  }

  /** Closes segments that were left and are synced. */
  retire(files: readonly SegmentFile[] = this.retired.splice(0)): void {
    for (const file of files) this.ends.close(file);
  }

  /** Writes the marks of ends for which there was no room. */
  markEnds(): void {
    this.ends.catchUp();
  }

  /** Waits for the disk. Throws what the system says. */
  sync(files: readonly SegmentFile[]): void {
    for (const file of files) file.sync();
    if (this.directoryDirty) this.settings.files.sync(this.descriptor);
    this.directoryDirty = false;
  }

  syncLater(files: readonly SegmentFile[], answered: (failed: boolean) => void): void {
    const syncs = files.map((file) => file.syncLater.bind(file));
    if (this.directoryDirty) syncs.push((done) => this.settings.files.syncLater(this.descriptor, done));
    this.directoryDirty = false;
    syncLater(syncs, answered);
  }

  close(files: readonly SegmentFile[]): void {
    for (const file of files) file.close();
    this.ends.giveUp();
    closeQuietly(this.settings.files, this.descriptor);
  }
}
