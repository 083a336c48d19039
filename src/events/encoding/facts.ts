import { KNOWN_NAMES } from './names.js';
import {
  ARRAY,
  CELL_BYTES,
  cellAfter,
  cellText,
  DOUBLE,
  END,
  HEADER_BYTES,
  INTEGER,
  KEY_SHIFT,
  NAME,
  OBJECT,
  type RecordMemory,
  TAG_MASK,
  TEXT_UTF16,
} from './record.js';

/** What sampling, lanes and routing look at, without the event's text. */
export interface EventFacts {
  requestId?: string;
  traceId?: string;
  durationMs?: number;
  status?: number;
  route?: string;
  method?: string;
  /** `company_id`. */
  tenant?: string;
  /** `error.code`. */
  errorCode?: string;
  outcome?: string;
}

const idOf = (name: (typeof KNOWN_NAMES)[number]) => KNOWN_NAMES.indexOf(name);
const ERROR = idOf('error');
const CODE = idOf('code');
const TEXTS: ReadonlyArray<'requestId' | 'traceId' | 'route' | 'method' | 'tenant' | 'outcome' | undefined> =
  Object.assign([], {
    [idOf('request_id')]: 'requestId',
    [idOf('trace_id')]: 'traceId',
    [idOf('route')]: 'route',
    [idOf('method')]: 'method',
    [idOf('company_id')]: 'tenant',
    [idOf('outcome')]: 'outcome',
  });
const NUMBERS: ReadonlyArray<'durationMs' | 'status' | undefined> = Object.assign([], {
  [idOf('duration_ms')]: 'durationMs',
  [idOf('status_code')]: 'status',
});

/** Reads the facts of the record at `start`. */
export function readFacts(memory: RecordMemory, start: number, names: readonly string[]): EventFacts {
  const facts: EventFacts = {};
  const end = start + (memory.words[start >> 2] as number);
  let depth = 0;
  let inError = false;
  for (let at = start + HEADER_BYTES; at < end; at = cellAfter(memory, at)) {
    const head = memory.words[at >> 2] as number;
    const tag = head & TAG_MASK;
    const id = head >>> KEY_SHIFT;
    if (tag === END) depth--;
    else if (tag === OBJECT || tag === ARRAY) {
      if (depth === 0) inError = id === ERROR && tag === OBJECT;
      depth++;
    } else if (depth === 0) fact(facts, id, memory, at, names);
    else if (depth === 1 && inError && id === CODE) {
      const code = scalar(memory, at, names);
      if (code !== undefined) facts.errorCode = String(code);
    }
  }
  return facts;
}

function fact(facts: EventFacts, id: number, memory: RecordMemory, at: number, names: readonly string[]): void {
  const text = TEXTS[id];
  const number = NUMBERS[id];
  if (text === undefined && number === undefined) return;
  const value = scalar(memory, at, names);
  if (number !== undefined && typeof value === 'number') facts[number] = value;
  else if (text !== undefined && value !== undefined) facts[text] = String(value);
}

/** A text or a number. */
function scalar(memory: RecordMemory, at: number, names: readonly string[]): string | number | undefined {
  const tag = (memory.words[at >> 2] as number) & TAG_MASK;
  const word = memory.words[(at >> 2) + 1] as number;
  if (tag <= TEXT_UTF16) return cellText(memory, at);
  if (tag === NAME) return names[word];
  if (tag === INTEGER) return word;
  return tag === DOUBLE ? memory.doubles[(at + CELL_BYTES) >> 3] : undefined;
}
