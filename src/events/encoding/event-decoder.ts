import type { EventKind } from '../event.js';
import { maskText } from '../redaction/mask-text.js';
import { type EventFacts, readFacts } from './facts.js';
import { JsonBuffer } from './json-buffer.js';
import { copyPlainText } from './plain-text.js';
import {
  ARRAY,
  CELL_BYTES,
  cellAfter,
  cellText,
  DOUBLE,
  END,
  FALSE,
  HEADER_BYTES,
  INTEGER,
  KEY,
  KEY_SHIFT,
  kindOf,
  NAME,
  NULL,
  OBJECT,
  RecordMemory,
  TAG_MASK,
  TEXT_LATIN1,
  TRUE,
} from './record.js';
import { timestampOf } from './timestamp.js';

/** What sampling decided, as it stands on a wide event. */
export interface StoredSampling {
  readonly sampleRate: number;
  readonly rule: string;
  readonly reason: string;
  readonly threshold: string;
  readonly r: string;
  readonly policyVersion: string;
  /** Of the rates that fit a target. */
  readonly windowId?: number | undefined;
}

/** After how many members the time stands: behind what names the event. */
const TIMESTAMP_AFTER: Readonly<Record<EventKind, number>> = { metric: 2, operation: 3, wide: 0 };

const TIMESTAMP = Buffer.from(',"timestamp":');
const TRUE_TEXT = Buffer.from('true');
const FALSE_TEXT = Buffer.from('false');
const NULL_TEXT = Buffer.from('null');
const codeOf = (character: string): number => character.charCodeAt(0);
const QUOTE = codeOf('"');
const COMMA = codeOf(',');
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [codeOf('{'), codeOf('}'), codeOf('['), codeOf(']')];

/** Makes a record's JSON: what `JSON.stringify` would make of the event, redacted and with its id and time. */
export class EventDecoder {
  /** Texts in which something was masked. */
  masked = 0;
  private memory = new RecordMemory(new ArrayBuffer(1024), 0, 1024);
  private at = 0;
  private end = 0;
  private readonly out = new JsonBuffer();
  /** How each event of a process begins. */
  private head = headOf('');
  /** JSON by name, made when it is first needed. */
  private readonly keyTexts: Buffer[] = [];
  private readonly valueTexts: Buffer[] = [];
  private readonly maskedNames: boolean[] = [];
  /** Many events are of one millisecond. */
  private readonly time = { at: Number.NaN, kind: 'metric' as EventKind, text: '' };

  /** `names` grows as the reader is told of new ones. */
  constructor(private readonly names: readonly string[]) {}

  /** The two parts of its id are quicker written than put together; JSON escapes nothing of the first. */
  json(bytes: Uint8Array, processId: string, seq: number, sampling?: StoredSampling): string {
    const { out } = this;
    this.load(bytes);
    out.length = 0;
    if (this.head.processId !== processId) this.head = headOf(processId);
    out.copy(this.head.bytes);
    out.number(seq);
    out.byte(QUOTE);
    this.top();
    if (sampling !== undefined) out.text(samplingText(sampling));
    out.byte(CLOSE_OBJECT);
    return out.toString();
  }

  facts(bytes: Uint8Array): EventFacts {
    this.load(bytes);
    return readFacts(this.memory, 0, this.names);
  }

  /** A copy, since the doubles of a record are read where they stand, and the given bytes may stand anywhere. */
  private load(bytes: Uint8Array): void {
    if (bytes.length > this.memory.length) {
      const length = 2 ** Math.ceil(Math.log2(bytes.length));
      this.memory = new RecordMemory(new ArrayBuffer(length), 0, length);
    }
    this.memory.bytes.set(bytes);
    this.at = HEADER_BYTES;
    this.end = this.memory.words[0] as number;
  }

  /** The members of the event itself, behind its id. */
  private top(): void {
    const kind = kindOf(this.memory.words[1] as number);
    let before = TIMESTAMP_AFTER[kind];
    while (this.at < this.end) {
      if (before-- === 0) this.timestamp(kind);
      this.out.byte(COMMA);
      this.member();
    }
    if (before >= 0) this.timestamp(kind);
  }

  private timestamp(kind: EventKind): void {
    const { time } = this;
    const at = this.memory.doubles[2] as number;
    if (time.at !== at || time.kind !== kind) Object.assign(time, { at, kind, text: timestampOf(kind, at) });
    this.out.copy(TIMESTAMP);
    this.out.ascii(time.text);
  }

  private member(): void {
    const head = this.memory.words[this.at >> 2] as number;
    if ((head & KEY) === 0) {
      const id = head >>> KEY_SHIFT;
      this.out.copy((this.keyTexts[id] ??= Buffer.from(`${JSON.stringify(this.names[id])}:`)));
    } else {
      this.out.text(`${JSON.stringify(cellText(this.memory, this.at))}:`);
      this.at = cellAfter(this.memory, this.at);
    }
    this.value();
  }

  private value(): void {
    const { memory, out } = this;
    const at = this.at;
    const word = memory.words[(at >> 2) + 1] as number;
    this.at = cellAfter(memory, at);
    switch ((memory.words[at >> 2] as number) & TAG_MASK) {
      case NAME:
        return this.named(word);
      case INTEGER:
        return out.integer(word);
      case DOUBLE:
        return out.number(memory.doubles[(at + CELL_BYTES) >> 3] as number);
      case TRUE:
        return out.copy(TRUE_TEXT);
      case FALSE:
        return out.copy(FALSE_TEXT);
      case NULL:
        return out.copy(NULL_TEXT);
      case OBJECT:
        return this.object();
      case ARRAY:
        return this.array();
      case TEXT_LATIN1:
        return this.latin1(at, word);
      default:
        out.text(this.quoted(cellText(memory, at)));
    }
  }

  private object(): void {
    this.out.byte(OPEN_OBJECT);
    for (let first = true; !this.isAtEnd(); first = false) {
      if (!first) this.out.byte(COMMA);
      this.member();
    }
    this.out.byte(CLOSE_OBJECT);
    this.at += CELL_BYTES;
  }

  private array(): void {
    this.out.byte(OPEN_ARRAY);
    for (let first = true; !this.isAtEnd(); first = false) {
      if (!first) this.out.byte(COMMA);
      this.value();
    }
    this.out.byte(CLOSE_ARRAY);
    this.at += CELL_BYTES;
  }

  private isAtEnd(): boolean {
    return ((this.memory.words[this.at >> 2] as number) & TAG_MASK) === END;
  }

  private latin1(at: number, length: number): void {
    const { memory, out } = this;
    out.reserve(length + 2);
    if (!copyPlainText(memory.bytes, at + CELL_BYTES, length, out.bytes, out.length + 1)) {
      out.text(this.quoted(cellText(memory, at)));
      return;
    }
    out.bytes[out.length] = QUOTE;
    out.length += length + 2;
    out.bytes[out.length - 1] = QUOTE;
  }

  private named(name: number): void {
    let text = this.valueTexts[name];
    if (text === undefined) {
      const before = this.masked;
      this.valueTexts[name] = text = Buffer.from(this.quoted(this.names[name] as string));
      this.maskedNames[name] = this.masked > before;
    } else if (this.maskedNames[name]) this.masked++;
    this.out.copy(text);
  }

  private quoted(text: string): string {
    const masked = maskText(text);
    if (masked !== text) this.masked++;
    return JSON.stringify(masked);
  }
}

function headOf(processId: string): { readonly processId: string; readonly bytes: Buffer } {
  return { processId, bytes: Buffer.from(`{"event_id":"${processId}-`) };
}

function samplingText(sampling: StoredSampling): string {
  const { rule, reason, threshold, r, policyVersion, windowId } = sampling;
  const stored = { rule, reason, threshold, r, policy_version: policyVersion, window_id: windowId };
  return `,"sample_rate":${sampling.sampleRate},"sampling":${JSON.stringify(stored)}`;
}
