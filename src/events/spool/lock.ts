import { join } from 'node:path';
import { PromptheusError, show } from '../../errors/promptheus-error.js';
import { hasCode, readWhole, removeIfThere, type SpoolFiles, writeAll } from './files.js';
import type { SpoolHost } from './host.js';
import { LOCK } from './names.js';

/** A lock of another host, whose process cannot be asked for, is left over when nobody has renewed it this long. */
const STALE_AFTER_MS = 15_000;
/** One that cannot be read is being written, or was when its process died. */
const WRITTEN_WITHIN_MS = 1_000;
const RENEW_EVERY_MS = 5_000;

interface Holder {
  readonly process: string;
  readonly pid: number;
  readonly started: string;
  readonly host: string;
  readonly boot: string;
}

/**
 * One process at a time works in a spool directory; its threads share the lock. A file, since Node has no `flock`: it names the
 * process by id and start, so that what a crash left behind is known to be stale and taken over.
 */
export class SpoolLock {
  private renewedAt: number;

  private constructor(
    private readonly path: string,
    private readonly process: string,
    private readonly files: SpoolFiles,
    private readonly host: SpoolHost,
    /** False where another thread of this process has taken it before. */
    readonly taken: boolean,
  ) {
    this.renewedAt = host.now();
  }

  /** Throws SPOOL_UNUSABLE where another process has it. */
  static take(directory: string, process: string, files: SpoolFiles, host: SpoolHost): SpoolLock {
    const path = join(directory, LOCK);
    for (let tries = 0; tries < 3; tries += 1) {
      if (create(path, process, files, host)) return new SpoolLock(path, process, files, host, true);
      const holder = read(path, files);
      if (holder?.process === process) return new SpoolLock(path, process, files, host, false);
      if (isHeld(holder, path, files, host)) throw inUse(directory, holder);
      moveAway(path, process, holder, files);
    }
    throw inUse(directory, read(path, files));
  }

  /** Whether a process that lives holds it. */
  static isHeld(directory: string, files: SpoolFiles, host: SpoolHost): boolean {
    const path = join(directory, LOCK);
    return files.list(directory).includes(LOCK) && isHeld(read(path, files), path, files, host);
  }

  /** Tells other hosts that its process lives; puts the file back where somebody deleted it. Whether it was time to. */
  renew(): boolean {
    const now = this.host.now();
    if (now - this.renewedAt < RENEW_EVERY_MS) return false;
    this.renewedAt = now;
    try {
      this.files.touch(this.path, now);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) this.putBack();
      // A lock that cannot be renewed is worth no failure.
    }
    return true;
  }

  private putBack(): void {
    try {
      create(this.path, this.process, this.files, this.host);
    } catch {
      // Its directory went too, or the disk is full: tried again.
    }
  }

  release(): void {
    release(this.path, this.process, this.files);
  }

  /** After the threads of a process: one that has died may have had it. */
  static leave(directory: string, process: string, files: SpoolFiles): void {
    release(join(directory, LOCK), process, files);
  }
}

function release(path: string, process: string, files: SpoolFiles): void {
  try {
    if (read(path, files)?.process === process) removeIfThere(files, path);
  } catch {
    // It stays, and is stale when the process is gone.
  }
}

function create(path: string, process: string, files: SpoolFiles, host: SpoolHost): boolean {
  const started = host.started(host.pid) ?? '';
  const holder: Holder = { process, pid: host.pid, started, host: host.name, boot: host.boot };
  const bytes = Buffer.from(JSON.stringify(holder));
  let descriptor: number;
  try {
    descriptor = files.open(path, 'create');
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
  try {
    writeAll(files, descriptor, bytes, 0, bytes.length);
    return true;
  } catch (error) {
    removeIfThere(files, path);
    throw error;
  } finally {
    files.close(descriptor);
  }
}

function read(path: string, files: SpoolFiles): Holder | undefined {
  try {
    const found: unknown = JSON.parse(readWhole(files, path).toString());
    return isHolder(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** JSON of any other kind was written by somebody else, and holds nothing. */
function isHolder(found: unknown): found is Holder {
  if (typeof found !== 'object' || found === null) return false;
  const { pid, process, started, host, boot }: Partial<Record<keyof Holder, unknown>> = found;
  return Number.isSafeInteger(pid) && [process, started, host, boot].every((text) => typeof text === 'string');
}

function isHeld(holder: Holder | undefined, path: string, files: SpoolFiles, host: SpoolHost): boolean {
  if (holder !== undefined && holder.host === host.name) {
    return holder.boot === host.boot && host.started(holder.pid) === holder.started;
  }
  try {
    return host.now() - files.modifiedAt(path) < (holder === undefined ? WRITTEN_WITHIN_MS : STALE_AFTER_MS);
  } catch {
    return false;
  }
}

/** Whoever is faster may have put a lock of its own there meanwhile: then that one is put back. */
function moveAway(path: string, process: string, stale: Holder | undefined, files: SpoolFiles): void {
  const away = `${path}.${process}`;
  try {
    files.rename(path, away);
    if (read(away, files)?.process === stale?.process) files.remove(away);
    else files.rename(away, path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

function inUse(directory: string, holder: Holder | undefined): PromptheusError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${show(holder.host)}`;
  return new PromptheusError(
    'SPOOL_UNUSABLE',
    `the spool directory ${show(directory)} is in use by ${who}; give each process a directory of its own`,
  );
}
