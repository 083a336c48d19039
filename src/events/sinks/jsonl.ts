import { closeSync, fstatSync, openSync, readSync, type Stats, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ownFile } from '../../internal/own-file.js';
import { inThread } from './in-thread.js';
import { type Lines, linesOf } from './lines.js';
import { makeWritable } from './make-writable.js';
import { Retention } from './retention.js';
import { RotatingFile, type Rotation } from './rotating-file.js';
import type { Sink, SinkBatch, SinkReceipt } from './sink.js';
import { SinkOptions } from './sink-options.js';
import { Turns } from './turns.js';

export interface JsonlSinkOptions {
  /** The file that lines are appended to. */
  readonly path: string;
  /**
   * When the file is put aside, as `<name>_YYYYMMDD_HHMMSS_µµµµµµ.jsonl` of its last line in UTC, and a new one begun: before it has
   * more than so many `bytes`, with the first line of a UTC day (`daily`); `keep` is how many such files stay. A file that is put
   * aside belongs to one process. Default: never.
   */
  readonly rotate?: { readonly bytes?: number; readonly daily?: boolean; readonly keep?: number };
  /** For how many days lines are kept at most; the file is then rotated daily. Default: for ever. */
  readonly retentionDays?: number;
  /** Its label in the metrics. Default: `'jsonl'`. */
  readonly name?: string;
}

interface ResolvedOptions {
  readonly name: string;
  readonly path: string;
  readonly rotation: Rotation;
}

/** A file, and how long it was then. */
interface Opened<File> {
  readonly file: File;
  readonly size: number;
}

const NEWLINE = 10;
const END_OF_LINE = Buffer.of(NEWLINE);

/**
 * Appends events to a file as lines of JSON: one write call a batch. At least once: a batch that is tried again after a crash stands
 * there twice, and `event_id` tells.
 * @throws {INVALID_OPTION}; at `start()` {SINK_NOT_WRITABLE}
 */
export function jsonlSink(options: JsonlSinkOptions): Sink {
  const given = new SinkOptions('jsonlSink', options, ['path', 'rotate', 'retentionDays', 'name']);
  const rotate = new SinkOptions('jsonlSink: rotate', options.rotate ?? {}, ['bytes', 'daily', 'keep']);
  const retentionDays = given.count('retentionDays');
  const resolved: ResolvedOptions = {
    name: given.text('name') ?? 'jsonl',
    path: given.path('path'),
    rotation: {
      bytes: rotate.count('bytes'),
      daily: rotate.flag('daily') || retentionDays !== undefined,
      keep: rotate.count('keep'),
      retentionDays,
    },
  };
  return inThread(createSink(resolved), ownFile('events/sinks/jsonl'), resolved);
}

export function createSink(options: ResolvedOptions): Sink {
  return new JsonlSink(options);
}

/** The file is opened for each batch: whoever moves or deletes it, as logrotate does, needs to tell nobody. */
class JsonlSink implements Sink {
  readonly name: string;
  private readonly path: string;
  private readonly file: RotatingFile;
  private readonly turns = new Turns();
  private readonly retention: Retention;

  constructor({ name, path, rotation }: ResolvedOptions) {
    this.name = name;
    this.path = path;
    this.file = new RotatingFile(path, rotation);
    this.retention = new Retention(name, () => this.turns.take(() => this.file.sweep()));
  }

  async open(): Promise<void> {
    await makeWritable(this.name, dirname(this.path), async () => (await open(this.path, 'a')).close());
    await this.retention.start();
  }

  write(batch: SinkBatch): Promise<SinkReceipt> {
    return this.turns.take(() => this.append(linesOf(batch)));
  }

  writeSync(batch: SinkBatch): SinkReceipt {
    const lines = linesOf(batch);
    if (lines.bytes.length === 0) return lines;
    const { file, size } = this.openSync(lines.bytes.length);
    try {
      return appendToSync(file, size, lines);
    } finally {
      closeSync(file);
    }
  }

  async close(): Promise<void> {
    this.retention.stop();
    await this.turns.done();
  }

  private async append(lines: Lines): Promise<SinkReceipt> {
    if (lines.bytes.length === 0) return lines;
    const { file, size } = await this.openFor(lines.bytes.length);
    try {
      return await appendTo(file, size, lines);
    } finally {
      await file.close();
    }
  }

  private async openFor(bytes: number): Promise<Opened<FileHandle>> {
    const { file, stats } = await opened(this.path);
    if (!this.file.isFull(stats, bytes)) return { file, size: stats.size };
    await file.close();
    this.file.putAside();
    const next = await opened(this.path);
    return { file: next.file, size: next.stats.size };
  }

  private openSync(bytes: number): Opened<number> {
    const file = openSync(this.path, 'a+');
    const stats = fstatSync(file);
    if (!this.file.isFull(stats, bytes)) return { file, size: stats.size };
    closeSync(file);
    this.file.putAside();
    const next = openSync(this.path, 'a+');
    return { file: next, size: fstatSync(next).size };
  }
}

async function opened(path: string): Promise<{ readonly file: FileHandle; readonly stats: Stats }> {
  const file = await open(path, 'a+');
  return { file, stats: await file.stat() };
}

async function appendTo(file: FileHandle, size: number, lines: Lines): Promise<SinkReceipt> {
  const append = new Append(lines, await isTorn(file, size));
  try {
    while (!append.isDone) append.written += (await file.write(append.bytes, append.written)).bytesWritten;
    return lines;
  } catch (error) {
    return append.receiptAfter(error);
  }
}

function appendToSync(file: number, size: number, lines: Lines): SinkReceipt {
  const append = new Append(lines, isTornSync(file, size));
  try {
    while (!append.isDone) append.written += writeSync(file, append.bytes, append.written);
    return lines;
  } catch (error) {
    return append.receiptAfter(error);
  }
}

/** A disk that gets full takes a part of a batch: what it has taken is stored, and only the rest failed. */
class Append {
  readonly bytes: Buffer;
  written = 0;

  constructor(
    private readonly lines: Lines,
    isTorn: boolean,
  ) {
    this.bytes = isTorn ? Buffer.concat([END_OF_LINE, lines.bytes]) : lines.bytes;
  }

  get isDone(): boolean {
    return this.written === this.bytes.length;
  }

  /** @throws what stopped it, where nothing of the batch was written */
  receiptAfter(error: unknown): SinkReceipt {
    const ofLines = this.written - (this.bytes.length - this.lines.bytes.length);
    if (ofLines <= 0) throw error;
    return this.lines.receiptOf(ofLines, error);
  }
}

/** Whether a crash or a full disk left a line without its end, which must not run into ours. */
async function isTorn(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== NEWLINE;
}

function isTornSync(file: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
}
