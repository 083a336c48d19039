import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PromptheusError, show } from '../../errors/promptheus-error.js';
import { firstDayKept } from './utc-stamp.js';

/** Files of batches, lines that were put aside, and either while it was written. */
const DATED = /^\.?metrics_(\d{8})(?:_\d+)*\.jsonl?(?:\.tmp)?$/;

/**
 * Deletes the files of metrics in a directory whose day, the UTC date in their name, began more than `days` ago; gives their names.
 * Other files are not touched. Rejects with the system's error where the directory cannot be read or a file not be deleted.
 * @throws {INVALID_OPTION}
 */
export async function cleanupOldMetrics(directory: string, days = 30): Promise<readonly string[]> {
  if (!Number.isFinite(days) || days < 0) {
    throw new PromptheusError(
      'INVALID_OPTION',
      `cleanupOldMetrics: days must be a number of at least 0, got ${show(days)}.`,
    );
  }
  const first = firstDayKept(days);
  const old = (await readdir(directory)).filter((name) => (DATED.exec(name)?.[1] ?? first) < first).sort();
  await Promise.all(old.map((name) => rm(join(directory, name), { force: true })));
  return old;
}
