import { dirname } from 'node:path';
import type { OpenMode, SpoolFiles } from '../../../../src/events/spool/files.js';
import { Death } from '../pipeline/mortal.js';

interface Inode {
  /** What a reader of this machine sees. */
  bytes: Buffer;
  /** What is on the disk for sure. */
  synced: Buffer;
  /** A sync failed: the system has forgotten what it could not write, and later syncs of the file do as if all were well. */
  forgotten: boolean;
  modifiedAt: number;
}

interface Opened {
  readonly inode: Inode | undefined;
  readonly path: string;
}

/** Picks a whole number below `below`. */
export type Pick = (below: number) => number;

/** The machine has stopped; whatever still runs on it changes nothing any more. */
export class Crashed extends Death {}

function failure(code: string, path = ''): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/**
 * A disk with a page cache: what was written survives the death of the process, what was synced survives the loss of power, and
 * names survive it when their directory was synced. It can stop between any two operations and in the middle of a write.
 */
export class SimulatedDisk implements SpoolFiles {
  /** Operations that change something, until the machine stops. */
  fuse = Number.POSITIVE_INFINITY;
  capacity = Number.POSITIVE_INFINITY;
  failingSyncs = 0;
  failingReads = false;
  failingWrites = 0;
  writes = 0;
  syncs = 0;
  clock = 0;
  private names = new Map<string, Inode>();
  private syncedNames = new Map<string, Inode>();
  /** What has happened to names since their directory was synced, oldest first. */
  private journal: ((names: Map<string, Inode>) => void)[] = [];
  private readonly opened = new Map<number, Opened>();
  private later: (() => void)[] = [];
  private nextDescriptor = 3;

  makeDirectory(): void {}

  list(directory: string): readonly string[] {
    this.alive();
    return [...this.names.keys()]
      .filter((path) => dirname(path) === directory)
      .map((path) => path.slice(directory.length + 1));
  }

  open(path: string, mode: OpenMode): number {
    this.alive();
    if (mode === 'directory') return this.remember({ inode: undefined, path });
    let inode = this.names.get(path);
    if (mode === 'create') {
      if (inode !== undefined) throw failure('EEXIST', path);
      this.step();
      const made: Inode = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0), forgotten: false, modifiedAt: this.clock };
      this.rename_((names) => names.set(path, made));
      inode = made;
    }
    if (inode === undefined) throw failure('ENOENT', path);
    return this.remember({ inode, path });
  }

  size(descriptor: number): number {
    return this.inode(descriptor).bytes.length;
  }

  sizeOf(path: string): number {
    return this.named(path).bytes.length;
  }

  modifiedAt(path: string): number {
    return this.named(path).modifiedAt;
  }

  touch(path: string, atMs: number): void {
    this.named(path).modifiedAt = atMs;
  }

  read(descriptor: number, into: Uint8Array, length: number, position: number): number {
    const { bytes } = this.inode(descriptor);
    if (this.failingReads) throw failure('EIO');
    return bytes.copy(into, 0, position, position + length);
  }

  write(descriptor: number, bytes: Uint8Array, offset: number, length: number): number {
    const inode = this.inode(descriptor);
    if (this.failingWrites > 0) {
      this.failingWrites -= 1;
      throw failure('EIO');
    }
    const room = this.capacity - this.used;
    if (room <= 0) throw failure('ENOSPC');
    const stops = this.fuse <= 0;
    // A write that the crash interrupts leaves a part; so does one for which there is no room.
    const written = Math.min(stops ? length >> 1 : length, room);
    inode.bytes = Buffer.concat([inode.bytes, bytes.subarray(offset, offset + written)]);
    inode.modifiedAt = this.clock;
    this.writes += 1;
    this.step();
    return written;
  }

  truncate(descriptor: number, length: number): void {
    const inode = this.inode(descriptor);
    this.step();
    inode.bytes = inode.bytes.subarray(0, length);
  }

  sync(descriptor: number): void {
    this.alive();
    const opened = this.opened.get(descriptor);
    if (opened === undefined) throw failure('EBADF');
    const { inode, path } = opened;
    this.step();
    this.syncs += 1;
    if (this.failingSyncs > 0) {
      this.failingSyncs -= 1;
      if (inode !== undefined) inode.forgotten = true;
      throw failure('EIO', path);
    }
    if (inode === undefined) {
      for (const change of this.journal) change(this.syncedNames);
      this.journal = [];
    } else if (!inode.forgotten) inode.synced = inode.bytes;
  }

  syncLater(descriptor: number, done: (error: Error | null) => void): void {
    const run = (): Error | null => {
      try {
        this.sync(descriptor);
        return null;
      } catch (error) {
        return error as Error;
      }
    };
    // The disk may be faster than the news of it.
    const early = this.writes % 2 === 0 ? run() : undefined;
    this.later.push(() => done(early === undefined ? run() : early));
  }

  /** The thread pool has its turn. */
  runLater(): void {
    const later = this.later;
    this.later = [];
    for (const run of later) run();
  }

  close(descriptor: number): void {
    this.alive();
    if (!this.opened.delete(descriptor)) throw failure('EBADF');
  }

  rename(from: string, to: string): void {
    const inode = this.named(from);
    this.step();
    this.rename_((names) => {
      names.delete(from);
      names.set(to, inode);
    });
  }

  remove(path: string): void {
    this.named(path);
    this.step();
    this.rename_((names) => names.delete(path));
  }

  /** The process is killed: all that was written is there. */
  kill(): void {
    this.restart();
  }

  /** The power goes: of what was not synced, some is there, some not, some as zeros. */
  losePower(pick: Pick): void {
    for (const change of this.journal) if (pick(2) === 0) change(this.syncedNames);
    this.names = new Map(this.syncedNames);
    this.journal = [];
    for (const inode of new Set(this.names.values())) {
      inode.bytes = leftOf(inode, pick);
      inode.synced = inode.bytes;
      inode.forgotten = false;
    }
    this.restart();
  }

  /** Puts other bytes into a file, as a failing disk would. */
  harm(path: string, change: (bytes: Buffer) => Buffer): void {
    const inode = this.named(path);
    inode.bytes = change(Buffer.from(inode.bytes));
    inode.synced = inode.bytes;
  }

  content(path: string): Buffer {
    return this.named(path).bytes;
  }

  /** What a loss of power would leave for sure, of the files whose names end so. */
  syncedTexts(end: string): string[] {
    const files = [...this.syncedNames].filter(([name]) => name.endsWith(end));
    return files.map(([, { synced }]) => synced.toString('latin1'));
  }

  get hasForgotten(): boolean {
    return [...this.names.values()].some(({ forgotten }) => forgotten);
  }

  get used(): number {
    return [...new Set(this.names.values())].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  private restart(): void {
    this.opened.clear();
    this.later = [];
    this.fuse = Number.POSITIVE_INFINITY;
  }

  private rename_(change: (names: Map<string, Inode>) => void): void {
    change(this.names);
    this.journal.push(change);
  }

  private remember(opened: Opened): number {
    this.opened.set(this.nextDescriptor, opened);
    return this.nextDescriptor++;
  }

  private named(path: string): Inode {
    this.alive();
    const inode = this.names.get(path);
    if (inode === undefined) throw failure('ENOENT', path);
    return inode;
  }

  private inode(descriptor: number): Inode {
    this.alive();
    const inode = this.opened.get(descriptor)?.inode;
    if (inode === undefined) throw failure('EBADF');
    return inode;
  }

  private step(): void {
    this.alive();
    this.fuse -= 1;
    this.alive();
  }

  private alive(): void {
    if (this.fuse < 0) throw new Crashed();
  }
}

function leftOf({ bytes, synced, forgotten }: Inode, pick: Pick): Buffer {
  const grew = bytes.length >= synced.length && bytes.subarray(0, synced.length).equals(synced);
  if (!grew) return pick(2) === 0 ? bytes : synced;
  const left = synced.length + (forgotten ? 0 : pick(bytes.length - synced.length + 1));
  // Its length was written, and not all of what it holds.
  const zeros = pick(4) === 0 ? pick(bytes.length - left + 1) : 0;
  return Buffer.concat([bytes.subarray(0, left), Buffer.alloc(zeros)]);
}
