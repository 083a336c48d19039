import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PromptheusError, show } from '../../errors/promptheus-error.js';
import { batchFile } from './batch-file.js';
import { replaceWhole } from './whole-file.js';

/** Whether a stored event is to go. */
export type EventPredicate = (event: Readonly<Record<string, unknown>>) => boolean;

/** What `eraseEvents` did. */
export interface Erasure {
  readonly erased: number;
  /** The files that were rewritten, or deleted because nothing was left. */
  readonly files: readonly string[];
  /** Lines and files that are no JSON, such as a line that a crash cut off: nobody can say whose they are, so they stay. */
  readonly unreadable: number;
}

/**
 * Erases events from the files of `jsonFilesSink` and `jsonlSink` in a directory, each file in one step. Files that are finished can be
 * erased at any time; a `.jsonl` file that a sink still appends to would lose what is appended meanwhile, so stop its instance first. Rejects with
 * the system's error where the directory cannot be read or a file not be rewritten.
 *
 * @throws {INVALID_OPTION} when the predicate gives no boolean: the file with that event stays as it was
 * @example
 * await eraseEvents('./metrics', (event) => event.company_id === 'acme');
 */
export async function eraseEvents(directory: string, predicate: EventPredicate): Promise<Erasure> {
  const isErased = answered(predicate);
  const total = { erased: 0, files: [] as string[], unreadable: 0 };
  for (const name of (await readdir(directory)).sort()) {
    const erase = /^metrics_\d{8}_.*\.json$/.test(name)
      ? eraseRecords
      : /^[^.].*\.jsonl$/.test(name)
        ? eraseLines
        : undefined;
    const { erased, unreadable } = (await erase?.(join(directory, name), isErased)) ?? NOTHING;
    total.unreadable += unreadable;
    total.erased += erased;
    if (erased > 0) total.files.push(name);
  }
  return total;
}

/** A promise, which an async predicate gives, is as good as `true` to JavaScript: every event would go. */
function answered(predicate: EventPredicate): EventPredicate {
  return (event) => {
    const answer: unknown = predicate(event);
    if (typeof answer === 'boolean') return answer;
    throw new PromptheusError(
      'INVALID_OPTION',
      `eraseEvents: the predicate must give true or false, and at once, got ${show(answer)}.`,
    );
  };
}

type Counts = Pick<Erasure, 'erased' | 'unreadable'>;

const NOTHING: Counts = { erased: 0, unreadable: 0 };
const NEWLINE = 10;

async function eraseRecords(path: string, predicate: EventPredicate): Promise<Counts> {
  const batch = parsed(await readFile(path, 'utf8'));
  if (!Array.isArray(batch?.records)) return { erased: 0, unreadable: 1 };
  const kept = batch.records.filter((record) => !predicate(record));
  const erased = batch.records.length - kept.length;
  if (kept.length === 0) await rm(path);
  else if (erased > 0) {
    const lines = kept.map((record) => JSON.stringify(record));
    const text = batchFile(String(batch.batch_id), String(batch.batch_timestamp), lines);
    await replaceWhole(path, async (file) => (await file.writeFile(text), true));
  }
  return { erased, unreadable: 0 };
}

async function eraseLines(path: string, predicate: EventPredicate): Promise<Counts> {
  const counts = { erased: 0, unreadable: 0, kept: 0 };
  const stays = (line: string): boolean => {
    const event = parsed(line);
    if (event === undefined) counts.unreadable++;
    const erased = event !== undefined && predicate(event);
    erased ? counts.erased++ : counts.kept++;
    return !erased;
  };
  const { atime, mtime } = await stat(path);
  await replaceWhole(path, async (file) => {
    for await (const lines of linesIn(path)) {
      const text = lines.filter((line) => line !== '' && stays(line)).map((line) => `${line}\n`);
      await file.writeFile(text.join(''));
    }
    // The day of its lines, which the sink goes by when it puts the file aside.
    await file.utimes(atime, mtime);
    return counts.erased > 0;
  });
  if (counts.erased > 0 && counts.kept === 0) await rm(path);
  return counts;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The lines of a file, as many at a time as were read. */
async function* linesIn(path: string): AsyncGenerator<string[]> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    rest = bytes.subarray(end);
    if (end > 0) yield bytes.toString('utf8', 0, end - 1).split('\n');
  }
  if (rest.length > 0) yield [rest.toString()];
}
