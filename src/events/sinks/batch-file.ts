import type { SinkBatch, SinkEvent, SinkFailure } from './sink.js';

export const MAX_RECORDS = 1_000;

/** The keys of an operation in a file, in their order. */
const OPERATION_KEYS = [
  'operation_type',
  'operation_name',
  'duration_ms',
  'timestamp',
  'success',
  'error_message',
  'metadata',
] as const;

/** An event as it stands in a file. */
export interface Recorded {
  readonly index: number;
  readonly json: string;
}

/** The records of a batch. One that is no JSON would make a whole file unreadable, so it is looked at here. */
export function recordsOf({ events }: SinkBatch): { records: readonly Recorded[]; failures: readonly SinkFailure[] } {
  const records: Recorded[] = [];
  const failures: SinkFailure[] = [];
  for (const [index, event] of events.entries()) {
    try {
      records.push({ index, json: recordOf(event) });
    } catch (error) {
      failures.push({ index, reason: String(error), permanent: true });
    }
  }
  return { records, failures };
}

function recordOf({ kind, json }: SinkEvent): string {
  const event = JSON.parse(json);
  if (kind !== 'operation') return json;
  return JSON.stringify(Object.fromEntries(OPERATION_KEYS.map((key) => [key, event[key] ?? null])));
}

/** The text of a file; each record is a line, so that line tools find it. */
export function batchFile(id: string, timestamp: string, records: readonly string[]): string {
  const lines = records.join(',\n');
  const [at, name] = [JSON.stringify(timestamp), JSON.stringify(id)];
  return `{"records":[\n${lines}\n],"batch_timestamp":${at},"batch_id":${name},"total_records":${records.length}}\n`;
}
