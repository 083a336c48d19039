import {
  closeSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';

/** `create` makes a file that must not be there; `append` and `create` write at its end; `change` also cuts it. */
export type OpenMode = 'create' | 'append' | 'change' | 'read' | 'directory';

/** The file operations that a spool is made of, so that a test can give it a disk that fails. They throw as `node:fs` does. */
export interface SpoolFiles {
  makeDirectory(path: string): void;
  /** The names of its files: a directory in it is somebody else's, whatever its name. */
  list(directory: string): readonly string[];
  open(path: string, mode: OpenMode): number;
  size(descriptor: number): number;
  sizeOf(path: string): number;
  /** Epoch milliseconds. */
  modifiedAt(path: string): number;
  touch(path: string, atMs: number): void;
  read(descriptor: number, into: Uint8Array, length: number, position: number): number;
  /** At the end of the file; how much of it was written. */
  write(descriptor: number, bytes: Uint8Array, offset: number, length: number): number;
  truncate(descriptor: number, length: number): void;
  sync(descriptor: number): void;
  /** The same without waiting for the disk. */
  syncLater(descriptor: number, done: (error: Error | null) => void): void;
  close(descriptor: number): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
}

const FLAGS: Readonly<Record<OpenMode, string>> = {
  create: 'ax',
  append: 'a',
  change: 'r+',
  read: 'r',
  directory: 'r',
};

/** Stands for a directory where the system opens none, as Windows does: there renames need no fsync of it. */
const NO_DIRECTORY = -1;

export const nodeFiles: SpoolFiles = {
  makeDirectory: (path) => void mkdirSync(path, { recursive: true }),
  list: (directory) =>
    readdirSync(directory, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [] : [entry.name])),
  open: (path, mode) =>
    mode === 'directory' && process.platform === 'win32' ? NO_DIRECTORY : openSync(path, FLAGS[mode], 0o600),
  size: (descriptor) => fstatSync(descriptor).size,
  sizeOf: (path) => statSync(path).size,
  modifiedAt: (path) => statSync(path).mtimeMs,
  touch: (path, atMs) => utimesSync(path, atMs / 1000, atMs / 1000),
  read: (descriptor, into, length, position) => readSync(descriptor, into, 0, length, position),
  write: (descriptor, bytes, offset, length) => writeSync(descriptor, bytes, offset, length, null),
  truncate: (descriptor, length) => ftruncateSync(descriptor, length),
  sync(descriptor) {
    if (descriptor === NO_DIRECTORY) return;
    try {
      fsyncSync(descriptor);
    } catch (error) {
      if (!hasNoSync(error)) throw error;
    }
  },
  syncLater(descriptor, done) {
    if (descriptor === NO_DIRECTORY) queueMicrotask(() => done(null));
    else fsync(descriptor, (error) => done(hasNoSync(error) ? null : error));
  },
  close(descriptor) {
    if (descriptor !== NO_DIRECTORY) closeSync(descriptor);
  },
  rename: (from, to) => renameSync(from, to),
  remove: (path) => unlinkSync(path),
};

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Some file systems, such as those of FUSE, know no sync: that is no failure of the disk. */
function hasNoSync(error: unknown): boolean {
  return hasCode(error, 'EINVAL', 'ENOTSUP', 'ENOSYS');
}

/** For a descriptor that nothing depends on any more. */
export function closeQuietly(files: SpoolFiles, descriptor: number): void {
  try {
    files.close(descriptor);
  } catch {
    // What it held was synced, or is kept to be written again.
  }
}

/** The whole of a small file. */
export function readWhole(files: SpoolFiles, path: string): Buffer {
  const descriptor = files.open(path, 'read');
  try {
    const bytes = Buffer.alloc(files.size(descriptor));
    let read = 0;
    while (read < bytes.length) {
      const more = files.read(descriptor, bytes.subarray(read), bytes.length - read, read);
      if (more === 0) break;
      read += more;
    }
    return bytes.subarray(0, read);
  } finally {
    files.close(descriptor);
  }
}

/** Writes all of it; throws what the system says when there is no room for the rest. */
export function writeAll(
  files: SpoolFiles,
  descriptor: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
): void {
  let written = 0;
  while (written < length) written += files.write(descriptor, bytes, offset + written, length - written);
}

/** Puts a file in the place of another so that after a crash one of the two is there, whole. */
export function replaceFile(files: SpoolFiles, directory: number, path: string, bytes: Uint8Array): void {
  const temporary = `${path}.new`;
  removeIfThere(files, temporary);
  const descriptor = files.open(temporary, 'create');
  try {
    writeAll(files, descriptor, bytes, 0, bytes.length);
    files.sync(descriptor);
  } finally {
    files.close(descriptor);
  }
  files.rename(temporary, path);
  files.sync(directory);
}

export function removeIfThere(files: SpoolFiles, path: string): void {
  try {
    files.remove(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
