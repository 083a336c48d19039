import { DROP_REASONS } from '../event.js';

/** Two bits a sink fit beside an event's flags in one word. */
export const MOST_SINKS = 8;

/** A record is a chain of cells. */
export const CELL_BYTES = 128;

/** The share of the limit that only critical events may use. */
const RESERVED_SHARE = 0.2;

/** How many events that are not critical a store of so many holds. */
export function normalLimitOf(events: number): number {
  return events - Math.floor(events * RESERVED_SHARE);
}

export interface StoreLimits {
  /** Most events held; 0 where the events stand in the log on disk and only the counts are needed. */
  readonly events: number;
  readonly bytes: number;
  readonly sinks: number;
  /** Rules of sampling, each with counts of its own. */
  readonly rules?: number;
}

/** Words of the header. */
export const EVENT_LIMIT = 0;
export const BYTE_LIMIT = 1;
export const SINK_COUNT = 2;
/** Who may change anything here; 0 is nobody. */
export const OWNER = 3;
/** Odd while the counts are being changed. */
export const CHANGES = 4;
/** Which of the two copies of `taken` and `lastSeq` holds. */
export const TAKEN_COPY = 5;
export const HALF_FULL = 6;
/** How many slots and cells were ever used: what is above was never touched. */
export const SLOTS_USED = 7;
export const CELLS_USED = 8;
export const RULE_COUNT = 9;
/** Whether a thread is just beginning, and whether the process ends. */
export const GATE = 10;
const HEADER_WORDS = 16;

/** Numbers of the whole pipeline. Each copy of taken stands beside the last sequence number that it counts. */
export const TAKEN = 0;
export const LAST_SEQ = 1;
/** Under `wal`: how many were taken last from the log, and what `taken` was then; 0 once they are counted as spilled. */
export const SEEN = 4;
export const SEEN_AT = 10;
/** Under `wal`: appended by the main thread, which alone writes this. */
export const WRITTEN = 5;
export const LAST_FLUSH = 6;
export const BYTES_HELD = 7;
export const DEPTH_NORMAL = 8;
export const DEPTH_CRITICAL = 9;
const PIPELINE_NUMBERS = 16;

/** Numbers of one scope: of the events as a whole (scope 0), or of a sink. */
export const RECOVERED = 0;
export const DELIVERED = 1;
export const SPILLED = 2;
export const WAITING = 3;
/** In memory for another sink's sake, and for the spool once that has done with it. */
export const SPOOL_BOUND = 4;
export const IN_FLIGHT = 5;
export const BATCHES = 6;
export const RETRIES = 7;
export const FAILED_WRITES = 8;
export const BREAKER = 9;
export const DROPPED = 10;
const SCOPE_NUMBERS = DROPPED + DROP_REASONS.length;

export const EVENT_SCOPE = 0;

/** The scope of the sink with this index. */
export function sinkScope(sink: number): number {
  return sink + 1;
}

/** Where a number of a scope stands. */
export function numberAt(scope: number, field: number): number {
  return PIPELINE_NUMBERS + scope * SCOPE_NUMBERS + field;
}

/** Numbers of one rule of sampling. Who decides writes them: the consumer, or the main thread under `wal`. */
export const KEPT = 0;
export const LEFT_OUT = 1;
const RULE_NUMBERS = 2;

/** Where a number of a rule stands. */
export function ruleNumberAt(sinks: number, rule: number, field: number): number {
  return numberAt(sinkScope(sinks), 0) + rule * RULE_NUMBERS + field;
}

export interface StoreViews {
  readonly header: Int32Array<SharedArrayBuffer>;
  readonly numbers: Float64Array<SharedArrayBuffer>;
  readonly seq: Float64Array<SharedArrayBuffer>;
  readonly status: Int32Array<SharedArrayBuffer>;
  readonly firstCell: Int32Array<SharedArrayBuffer>;
  readonly length: Int32Array<SharedArrayBuffer>;
  /** How many of the record's last bytes are its sampling decision. */
  readonly samplingLength: Int32Array<SharedArrayBuffer>;
  readonly nextCell: Int32Array<SharedArrayBuffer>;
  readonly cells: Uint8Array<SharedArrayBuffer>;
}

/** The last cell of an event is half empty on average, and never fuller than it is: hence a cell more for each. */
function cellCount(limits: StoreLimits): number {
  return limits.events === 0 ? 0 : Math.ceil(limits.bytes / CELL_BYTES) + limits.events;
}

function layOut(memory: SharedArrayBuffer | undefined, limits: StoreLimits): { bytes: number; views?: StoreViews } {
  const cells = cellCount(limits);
  const numbers = ruleNumberAt(limits.sinks, limits.rules ?? 0, 0);
  const sizes = [
    HEADER_WORDS * 4,
    numbers * 8,
    limits.events * 8,
    ...Array<number>(4).fill(limits.events * 4),
    cells * 4,
    cells * CELL_BYTES,
  ];
  let bytes = 0;
  const offsets = sizes.map((size) => {
    const offset = bytes;
    bytes += Math.ceil(size / 8) * 8;
    return offset;
  });
  if (memory === undefined) return { bytes };
  const words = (at: number, length: number): Int32Array<SharedArrayBuffer> =>
    new Int32Array(memory, offsets[at], length);
  return {
    bytes,
    views: {
      header: words(0, HEADER_WORDS),
      numbers: new Float64Array(memory, offsets[1], numbers),
      seq: new Float64Array(memory, offsets[2], limits.events),
      status: words(3, limits.events),
      firstCell: words(4, limits.events),
      length: words(5, limits.events),
      samplingLength: words(6, limits.events),
      nextCell: words(7, cells),
      cells: new Uint8Array(memory, offsets[8], cells * CELL_BYTES),
    },
  };
}

/** Memory for a store and its counts. The system gives a page when it is first touched. */
export function createStoreMemory(limits: StoreLimits): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(layOut(undefined, limits).bytes);
  const header = new Int32Array(memory, 0, HEADER_WORDS);
  header[EVENT_LIMIT] = limits.events;
  header[BYTE_LIMIT] = limits.bytes;
  header[SINK_COUNT] = limits.sinks;
  header[RULE_COUNT] = limits.rules ?? 0;
  viewsOf(memory).numbers[LAST_SEQ] = -1;
  return memory;
}

export function limitsOf(memory: SharedArrayBuffer): Required<StoreLimits> {
  const header = new Int32Array(memory, 0, HEADER_WORDS);
  return {
    events: header[EVENT_LIMIT] as number,
    bytes: header[BYTE_LIMIT] as number,
    sinks: header[SINK_COUNT] as number,
    rules: header[RULE_COUNT] as number,
  };
}

export function viewsOf(memory: SharedArrayBuffer): StoreViews {
  return layOut(memory, limitsOf(memory)).views as StoreViews;
}
