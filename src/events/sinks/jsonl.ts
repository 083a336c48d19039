import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
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

  writeSync(batch: SinkBatch): void {
    const { bytes } = linesOf(batch);
    if (bytes.length === 0) return;
    const file = this.openSync(bytes.length);
    try {
      const whole = isTornSync(file) ? Buffer.concat([END_OF_LINE, bytes]) : bytes;
      for (let written = 0; written < whole.length; ) written += writeSync(file, whole, written);
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
    const file = await this.openFor(lines.bytes.length);
    try {
      return await appendTo(file, lines);
    } finally {
      await file.close();
    }
  }

  private async openFor(bytes: number): Promise<FileHandle> {
    const file = await open(this.path, 'a+');
    if (!this.file.isFull(await file.stat(), bytes)) return file;
    await file.close();
    this.file.putAside();
    return open(this.path, 'a+');
  }

  private openSync(bytes: number): number {
    const file = openSync(this.path, 'a+');
    if (!this.file.isFull(fstatSync(file), bytes)) return file;
    closeSync(file);
    this.file.putAside();
    return openSync(this.path, 'a+');
  }
}

/** A disk that is full takes a part of a batch: what it has taken is stored, and only the rest failed. */
async function appendTo(file: FileHandle, lines: Lines): Promise<SinkReceipt> {
  const before = (await isTorn(file)) ? END_OF_LINE : Buffer.alloc(0);
  const bytes = before.length === 0 ? lines.bytes : Buffer.concat([before, lines.bytes]);
  let written = 0;
  try {
    while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
  } catch (error) {
    if (written <= before.length) throw error;
    return lines.receiptOf(written - before.length, error);
  }
  return lines;
}

/** Whether a crash or a full disk left a line without its end, which must not run into ours. */
async function isTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== NEWLINE;
}

function isTornSync(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
}
