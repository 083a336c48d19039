import { randomUUID } from 'node:crypto';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownFile } from '../../internal/own-file.js';
import { batchFile, MAX_RECORDS, type Recorded, recordsOf } from './batch-file.js';
import { cleanupOldMetrics } from './cleanup.js';
import { inThread } from './in-thread.js';
import { makeWritable } from './make-writable.js';
import { Retention } from './retention.js';
import type { Sink, SinkBatch, SinkFailure, SinkReceipt } from './sink.js';
import { SinkOptions } from './sink-options.js';
import { Turns } from './turns.js';
import { isoOf, microsecondsNow, stampsOf } from './utc-stamp.js';
import { createWhole, createWholeSync, isTemporary, temporaryOf } from './whole-file.js';

export interface JsonFilesSinkOptions {
  /** Where the files go; made where it is missing. */
  readonly directory: string;
  /** For how many days files are kept at most, by the UTC date in their name. Default: for ever. */
  readonly retentionDays?: number;
  /** Its label in the metrics. Default: `'json_files'`. */
  readonly name?: string;
}

interface ResolvedOptions {
  readonly name: string;
  readonly directory: string;
  readonly retentionDays: number | undefined;
}

/** Older than any write takes: nobody is at work on such a file any more. */
const LEFT_OVER_MS = 600_000;

/**
 * Writes each batch as one file of at most 1,000 records, `metrics_YYYYMMDD_HHMMSS_µµµµµµ.json` in UTC, which is there whole and on the disk,
 * or not at all. At least once: a batch that is tried again after a crash is two files.
 * @throws {INVALID_OPTION}; at `start()` {SINK_NOT_WRITABLE}
 */
export function jsonFilesSink(options: JsonFilesSinkOptions): Sink {
  const given = new SinkOptions('jsonFilesSink', options, ['directory', 'retentionDays', 'name']);
  const resolved: ResolvedOptions = {
    name: given.text('name') ?? 'json_files',
    directory: given.path('directory'),
    retentionDays: given.count('retentionDays'),
  };
  return inThread(createSink(resolved), ownFile('events/sinks/json-files'), resolved);
}

export function createSink(options: ResolvedOptions): Sink {
  return new JsonFilesSink(options);
}

class JsonFilesSink implements Sink {
  readonly name: string;
  private readonly directory: string;
  private readonly turns = new Turns();
  private readonly retention: Retention | undefined;

  constructor({ name, directory, retentionDays }: ResolvedOptions) {
    this.name = name;
    this.directory = directory;
    if (retentionDays !== undefined)
      this.retention = new Retention(name, () => cleanupOldMetrics(directory, retentionDays));
  }

  async open(): Promise<void> {
    await makeWritable(this.name, this.directory, async () => {
      const trial = temporaryOf(join(this.directory, randomUUID()));
      await writeFile(trial, '');
      await rm(trial);
    });
    await this.removeLeftOvers();
    await this.retention?.start();
  }

  write(batch: SinkBatch): Promise<SinkReceipt> {
    return this.turns.take(() => this.store(batch));
  }

  writeSync(batch: SinkBatch): void {
    for (const records of inFiles(recordsOf(batch).records)) {
      for (const { path, text } of this.candidates(records)) if (createWholeSync(path, text)) break;
    }
  }

  async close(): Promise<void> {
    this.retention?.stop();
    await this.turns.done();
  }

  private async store(batch: SinkBatch): Promise<SinkReceipt> {
    const { records, failures } = recordsOf(batch);
    const files = inFiles(records);
    for (const [done, file] of files.entries()) {
      try {
        await this.storeFile(file);
      } catch (error) {
        if (done === 0) throw error;
        return { failures: [...failures, ...files.slice(done).flat().map(failedBy(error))] };
      }
    }
    return { failures };
  }

  private async storeFile(records: readonly Recorded[]): Promise<void> {
    for (const { path, text } of this.candidates(records)) if (await createWhole(path, text)) return;
  }

  /** The file that these records become, under one name after the other. */
  private *candidates(records: readonly Recorded[]): Generator<{ readonly path: string; readonly text: string }> {
    const at = microsecondsNow();
    const lines = records.map(({ json }) => json);
    for (const id of stampsOf(at)) {
      yield { path: join(this.directory, `metrics_${id}.json`), text: batchFile(id, isoOf(at), lines) };
    }
  }

  /** What a crash left half written. Other processes may be writing theirs right now. */
  private async removeLeftOvers(): Promise<void> {
    for (const name of (await readdir(this.directory)).filter(isTemporary)) {
      const path = join(this.directory, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
      if (mtimeMs < Date.now() - LEFT_OVER_MS) await rm(path, { force: true });
    }
  }
}

function inFiles(records: readonly Recorded[]): Recorded[][] {
  const files: Recorded[][] = [];
  for (let from = 0; from < records.length; from += MAX_RECORDS) files.push(records.slice(from, from + MAX_RECORDS));
  return files;
}

function failedBy(error: unknown): (record: Recorded) => SinkFailure {
  return ({ index }) => ({ index, reason: String(error), permanent: false });
}
