import { join } from 'node:path';
import { closeQuietly, hasCode, removeIfThere, type SpoolFiles, writeAll } from './files.js';
import { encodeEnd, encodeHeader, type SegmentHeader } from './format.js';
import { segmentName } from './names.js';

/** The segment that a writer appends to. */
export class SegmentFile {
  private synced = 0;
  private pending = 0;
  private closing = false;

  private constructor(
    private readonly files: SpoolFiles,
    private readonly path: string,
    private readonly descriptor: number,
    readonly createdAt: number,
    private readonly headerBytes: number,
    /** What is whole in it. */
    public size: number,
  ) {}

  /** Throws what the system says; then no file is left. */
  static create(
    files: SpoolFiles,
    directory: string,
    number: number,
    header: Omit<SegmentHeader, 'length'>,
    elapsed: number,
  ): SegmentFile {
    const path = join(directory, segmentName(number, header.writer));
    const descriptor = files.open(path, 'create');
    const bytes = encodeHeader(header);
    try {
      writeAll(files, descriptor, bytes, 0, bytes.length);
    } catch (error) {
      files.close(descriptor);
      removeIfThere(files, path);
      throw error;
    }
    return new SegmentFile(files, path, descriptor, elapsed, bytes.length, bytes.length);
  }

  get isEmpty(): boolean {
    return this.size === this.headerBytes;
  }

  /** Whether its file was deleted or moved, alone or with its directory: what is appended then is found by nobody. */
  get isGone(): boolean {
    try {
      this.files.sizeOf(this.path);
      return false;
    } catch (error) {
      return hasCode(error, 'ENOENT', 'ENOTDIR');
    }
  }

  get isSynced(): boolean {
    return this.synced === this.size;
  }

  /** One write call, unless the disk takes only a part. Throws what the system says; then nothing of it is there, unless it is an UncutError. */
  append(bytes: Uint8Array, offset: number, length: number): void {
    try {
      writeAll(this.files, this.descriptor, bytes, offset, length);
    } catch (error) {
      this.cut();
      throw error;
    }
    this.size += length;
  }

  /** Marks that nothing will follow; a reader also manages without. False where there is no room for the mark. */
  end(sequence: number): boolean {
    try {
      const bytes = encodeEnd(sequence);
      this.append(bytes, 0, bytes.length);
      return true;
    } catch {
      return false;
    }
  }

  sync(): void {
    if (this.isSynced) return;
    this.files.sync(this.descriptor);
    this.synced = this.size;
  }

  syncLater(done: (error: Error | null) => void): void {
    const size = this.size;
    this.pending += 1;
    this.files.syncLater(this.descriptor, (error) => {
      this.pending -= 1;
      if (error === null) this.synced = Math.max(this.synced, size);
      if (this.closing) this.close();
      done(error);
    });
  }

  /** The descriptor is given back once no sync is under way on it: its number could by then be another file's. */
  close(): void {
    this.closing = true;
    if (this.pending === 0) closeQuietly(this.files, this.descriptor);
  }

  /** For a file that holds nothing which is not elsewhere. */
  discard(): void {
    this.close();
    try {
      removeIfThere(this.files, this.path);
    } catch {
      // It is read as any other segment.
    }
  }

  private cut(): void {
    try {
      this.files.truncate(this.descriptor, this.size);
    } catch {
      throw new UncutError();
    }
  }
}

/** A part of a record stands at the end of a segment, and nothing may be appended to it any more. */
export class UncutError extends Error {}
