import { statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PromptheusError } from '../../src/adapter.js';
import { APPLICATION_ID, SCHEMA_VERSION, schemaOf } from './schema.js';

/** A database that holds the table, and what writes into it. */
export interface EventDatabase {
  readonly database: DatabaseSync;
  readonly insert: StatementSync;
  /** Deletes at most so many events from before a time. */
  readonly deleteBefore: StatementSync;
  /** Whether its file was deleted or moved: SQLite would go on writing to it where nobody finds it. */
  isGone(): boolean;
}

/** SQLite's primary result codes (https://sqlite.org/rescode.html); `errcode` has an extension in its upper bits. */
export const RESULT = { ERROR: 1, BUSY: 5, CORRUPT: 11, TOOBIG: 18, NOTADB: 26 } as const;
const UNUSABLE: readonly number[] = [RESULT.ERROR, RESULT.CORRUPT, RESULT.NOTADB];

/** While a process starts, it may wait for others that make the same table. */
const OPEN_BUSY_MS = 5_000;
/** A batch is tried again, so that the thread need not stand still for long. */
const WRITE_BUSY_MS = 100;

/**
 * Opens the database and makes the table.
 * @throws {SQLITE_MISSING} {SQLITE_UNUSABLE}
 */
export function openDatabase(path: string, table: string): EventDatabase {
  const sqlite = process.getBuiltinModule('node:sqlite');
  if (sqlite === undefined) {
    throw new PromptheusError(
      'SQLITE_MISSING',
      `sqliteSink needs node:sqlite, which Node ${process.version} does not have.`,
    );
  }
  const database = new sqlite.DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${OPEN_BUSY_MS}`);
    assertOurs(database, path);
    // A commit is on the disk before the batch counts as stored; what is deleted is overwritten.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    database.exec(`BEGIN IMMEDIATE; ${schemaOf(table)} COMMIT`);
    const insert = database.prepare(`INSERT OR IGNORE INTO "${table}" (event_id, kind, json) VALUES (?, ?, ?)`);
    const deleteBefore = database.prepare(
      `DELETE FROM "${table}" WHERE rowid IN (SELECT rowid FROM "${table}" WHERE timestamp < ? LIMIT ?)`,
    );
    database.exec(`PRAGMA busy_timeout = ${WRITE_BUSY_MS}`);
    const file = fileAt(path);
    return { database, insert, deleteBefore, isGone: () => fileAt(path) !== file };
  } catch (error) {
    database.close();
    throw explained(error, path);
  }
}

/** Which file is there now. */
function fileAt(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.dev} ${stats.ino}`;
}

function assertOurs(database: DatabaseSync, path: string): void {
  // Both from one moment: another process may be making the table.
  database.exec('BEGIN');
  const application = numberOf(database, 'application_id');
  const version = numberOf(database, 'user_version');
  database.exec('COMMIT');
  if (application !== APPLICATION_ID && (application !== 0 || version !== 0)) {
    throw unusable(path, `it belongs to another application (application_id ${application}, user_version ${version})`);
  }
  if (version > SCHEMA_VERSION) {
    throw unusable(path, `its schema has version ${version}, of a newer promptheus; this one knows ${SCHEMA_VERSION}`);
  }
}

function numberOf(database: DatabaseSync, pragma: string): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}

/** SQLite's word for a file that no retry will help, said with the file. */
export function explained(error: unknown, path: string): unknown {
  return UNUSABLE.includes(resultOf(error)) ? unusable(path, String(error), error) : error;
}

export function resultOf(error: unknown): number {
  return Number((error as { readonly errcode?: number }).errcode) & 0xff;
}

function unusable(path: string, why: string, cause?: unknown): PromptheusError {
  return new PromptheusError('SQLITE_UNUSABLE', `${path} cannot be the database of sqliteSink: ${why}.`, { cause });
}
