import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { hasCode, readWhole, removeIfThere, replaceFile, type SpoolFiles, writeAll } from './files.js';
import { CURSORS, corruptPath, RESERVE } from './names.js';

export const CURSORS_VERSION = 1;
const RESERVED_BYTES = 64 * 1024;

/** What was seen last of a process, so that the next one can tell how much may be missing. */
export interface HighWater {
  readonly process: string;
  readonly boot: string;
  /** All that was accepted is delivered or on disk, and every segment was left by its writer. */
  readonly clean: boolean;
  readonly writers: readonly string[];
  /** The most records that a writer leaves unsynced; null: any number. */
  readonly unsyncedMost: number | null;
  /** The most accepted events that can be in memory only. */
  readonly memoryMost: number;
  /** Accepted by the process, for the record. */
  readonly accepted: number;
}

export interface Cursors {
  readonly version: typeof CURSORS_VERSION;
  /** By sink and writer: the ranges of sequences that the sink has settled, or that were not for it. */
  readonly settled: Readonly<Record<string, Readonly<Record<string, readonly (readonly [number, number])[]>>>>;
  /** The last sequence that each writer was seen to have written. */
  readonly written: Readonly<Record<string, number>>;
  readonly highWater: HighWater;
}

/** `none`: there is no file. `lost`: it is damaged, or of another version. */
export function readCursors(files: SpoolFiles, directory: string): Cursors | 'none' | 'lost' {
  const path = join(directory, CURSORS);
  let text: string;
  try {
    text = readWhole(files, path).toString();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'none';
    throw error;
  }
  const [body = '', checksum] = text.split('\n');
  if (checksum !== checksumOf(body)) return 'lost';
  const cursors: Cursors = JSON.parse(body);
  return cursors.version === CURSORS_VERSION ? cursors : 'lost';
}

export function setCursorsAside(files: SpoolFiles, directory: string): void {
  files.rename(join(directory, CURSORS), corruptPath(directory, CURSORS));
}

/** Durable when it returns. On a full disk the reserve makes room, or nothing that was consumed could ever be removed. */
export function writeCursors(files: SpoolFiles, directory: string, descriptor: number, cursors: Cursors): void {
  const path = join(directory, CURSORS);
  const body = JSON.stringify(cursors);
  const bytes = Buffer.from(`${body}\n${checksumOf(body)}\n`);
  try {
    replaceFile(files, descriptor, path, bytes);
  } catch (error) {
    if (!isFull(error)) throw error;
    removeIfThere(files, `${path}.new`);
    removeIfThere(files, join(directory, RESERVE));
    replaceFile(files, descriptor, path, bytes);
  }
}

/** Takes the room that `writeCursors` may need; without it where there is none. */
export function reserve(files: SpoolFiles, directory: string): void {
  const path = join(directory, RESERVE);
  let descriptor: number;
  try {
    descriptor = files.open(path, 'create');
  } catch {
    return;
  }
  try {
    writeAll(files, descriptor, Buffer.alloc(RESERVED_BYTES), 0, RESERVED_BYTES);
  } catch {
    removeIfThere(files, path);
  } finally {
    files.close(descriptor);
  }
}

export function isFull(error: unknown): boolean {
  return hasCode(error, 'ENOSPC', 'EDQUOT');
}

function checksumOf(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
