import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  inThread,
  makeWritable,
  ownFile,
  PromptheusError,
  Retention,
  type Sink,
  type SinkBatch,
  type SinkFailure,
  SinkOptions,
  type SinkReceipt,
  show,
} from '../../src/adapter.js';
import { type EventDatabase, explained, openDatabase, RESULT, resultOf } from './database.js';
import type { SqliteSinkOptions } from './types.js';

interface ResolvedOptions {
  readonly name: string;
  readonly path: string;
  readonly table: string;
  readonly retentionDays: number | undefined;
}

const TABLE = /^(?!sqlite_)[a-z_][a-z0-9_]*$/i;
const DAY_MS = 86_400_000;
/** As many are deleted at once as do not keep the thread from its other sinks. */
const DELETED_AT_ONCE = 1_000;
/**
 * Stores events in a table of a SQLite database, by `node:sqlite`: one transaction a batch, each event once, by its `event_id`.
 * @throws {INVALID_OPTION}; at `start()` {SQLITE_MISSING} {SQLITE_UNUSABLE} {SINK_NOT_WRITABLE}
 */
export function sqliteSink(options: SqliteSinkOptions): Sink {
  const given = new SinkOptions('sqliteSink', options, ['path', 'table', 'retentionDays', 'name']);
  const resolved: ResolvedOptions = {
    name: given.text('name') ?? 'sqlite',
    path: given.path('path'),
    table: given.text('table') ?? 'events',
    retentionDays: given.count('retentionDays'),
  };
  if (!TABLE.test(resolved.table)) {
    throw new PromptheusError(
      'INVALID_OPTION',
      `sqliteSink: table must be letters, digits and _, not begin with a digit or sqlite_, got ${show(resolved.table)}.`,
    );
  }
  return inThread(createSink(resolved), ownFile('sqlite/adapter'), resolved);
}

export function createSink(options: ResolvedOptions): Sink {
  return new SqliteSink(options);
}

class SqliteSink implements Sink {
  readonly name: string;
  private opened: EventDatabase | undefined;
  private closed = false;
  private readonly retention: Retention | undefined;

  constructor(private readonly options: ResolvedOptions) {
    this.name = options.name;
    const { retentionDays } = options;
    if (retentionDays !== undefined) this.retention = new Retention(this.name, () => this.deleteOld(retentionDays));
  }

  async open(): Promise<void> {
    const { path } = this.options;
    await makeWritable(this.name, dirname(path), async () => this.ready());
    await this.retention?.start();
  }

  async write(batch: SinkBatch): Promise<SinkReceipt> {
    return this.writeSync(batch);
  }

  writeSync(batch: SinkBatch): SinkReceipt {
    const { database, insert } = this.ready();
    let begun = false;
    try {
      database.exec('BEGIN IMMEDIATE');
      begun = true;
      const failures = batch.events.flatMap(({ id, kind, json }, index): SinkFailure[] => {
        try {
          insert.run(id, kind, json);
          return [];
        } catch (error) {
          if (!isOfTheEvent(error)) throw error;
          return [{ index, reason: String(error), permanent: true }];
        }
      });
      database.exec('COMMIT');
      return { failures };
    } catch (error) {
      throw this.failed(error, begun);
    }
  }

  close(): void {
    this.retention?.stop();
    this.discard();
    this.closed = true;
  }

  private discard(): void {
    this.opened?.database.close();
    this.opened = undefined;
  }

  /** The database, opened anew where an error has closed it or its file is not there any more. */
  private ready(): EventDatabase {
    if (this.closed) throw new Error(`The sink ${this.name} is closed.`);
    if (this.opened?.isGone()) this.discard();
    return (this.opened ??= openDatabase(this.options.path, this.options.table));
  }

  /**
   * A lock is somebody else's and passes; after any other failure the next batch opens the file as it is then. Closing rolls back.
   */
  private failed(error: unknown, begun: boolean): unknown {
    if (begun || resultOf(error) !== RESULT.BUSY) this.discard();
    return explained(error, this.options.path);
  }

  private async deleteOld(days: number): Promise<void> {
    const before = new Date(Date.now() - days * DAY_MS).toISOString().slice(0, -1);
    while (
      this.opened !== undefined &&
      this.opened.deleteBefore.run(before, DELETED_AT_ONCE).changes === DELETED_AT_ONCE
    ) {
      await nextTurn();
    }
  }
}

/** Whether one event is wrong, and not the database. */
function isOfTheEvent(error: unknown): boolean {
  return resultOf(error) === RESULT.TOOBIG || (error as Error).message === 'malformed JSON';
}
