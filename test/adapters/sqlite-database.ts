import { DatabaseSync } from 'node:sqlite';

/** The texts of a column, in the order of storing. */
export function storedIn(path: string, table = 'events', column = 'json'): string[] {
  return read(path, `SELECT ${column} AS text FROM ${table} ORDER BY rowid`).map(({ text }) => String(text));
}

export function read(path: string, sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(path);
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

export function change(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}
