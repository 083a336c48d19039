import type { EventKind } from '../event.js';
import { maskText } from '../redaction/mask-text.js';
import { type EventFacts, readFacts } from './facts.js';
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
const NOWHERE = -1;

/** Makes a record's JSON: what `JSON.stringify` would make of the event, redacted and with its id and time. */
export class EventDecoder {
  /** Texts in which something was masked. */
  masked = 0;
  private memory = new RecordMemory(new ArrayBuffer(1024), 0, 1024);
  private at = 0;
  private end = 0;
  /** JSON by name, made when it is first needed. */
  private readonly keyTexts: string[] = [];
  private readonly valueTexts: string[] = [];
  private readonly maskedNames: boolean[] = [];

  /** `names` grows as the reader is told of new ones. */
  constructor(private readonly names: readonly string[]) {}

  json(bytes: Uint8Array, id: string, sampling?: StoredSampling): string {
    this.load(bytes);
    const kind = kindOf(this.memory.words[1] as number);
    const time = timestampOf(kind, this.memory.doubles[2] as number);
    const members = this.members(TIMESTAMP_AFTER[kind], `"timestamp":${time}`);
    return `{"event_id":${JSON.stringify(id)},${members}${sampling === undefined ? '' : samplingText(sampling)}}`;
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

  /** The members up to the end of their object, with one more after the first `extraAfter`. */
  private members(extraAfter: number, extra = ''): string {
    let text = '';
    let count = 0;
    while (this.at < this.end) {
      const head = this.memory.words[this.at >> 2] as number;
      if ((head & TAG_MASK) === END) break;
      if (count === extraAfter) text += text === '' ? extra : `,${extra}`;
      const key = this.key(head);
      text += `${text === '' ? '' : ','}${key}${this.value()}`;
      count++;
    }
    if (extraAfter < count) return text;
    return text === '' ? extra : `${text},${extra}`;
  }

  private key(head: number): string {
    if ((head & KEY) === 0) {
      const id = head >>> KEY_SHIFT;
      return (this.keyTexts[id] ??= `${JSON.stringify(this.names[id])}:`);
    }
    const text = cellText(this.memory, this.at);
    this.at = cellAfter(this.memory, this.at);
    return `${JSON.stringify(text)}:`;
  }

  private value(): string {
    const { words, doubles } = this.memory;
    const at = this.at;
    const word = words[(at >> 2) + 1] as number;
    this.at = cellAfter(this.memory, at);
    switch ((words[at >> 2] as number) & TAG_MASK) {
      case NAME:
        return this.named(word);
      case INTEGER:
        return String(word);
      case DOUBLE:
        return String(doubles[(at + CELL_BYTES) >> 3]);
      case TRUE:
        return 'true';
      case FALSE:
        return 'false';
      case NULL:
        return 'null';
      case OBJECT:
        return `{${this.closed(this.members(NOWHERE))}}`;
      case ARRAY:
        return `[${this.closed(this.items())}]`;
      default:
        return this.quoted(cellText(this.memory, at));
    }
  }

  private items(): string {
    let text = '';
    while (((this.memory.words[this.at >> 2] as number) & TAG_MASK) !== END) {
      text += text === '' ? this.value() : `,${this.value()}`;
    }
    return text;
  }

  private closed(inside: string): string {
    this.at += CELL_BYTES;
    return inside;
  }

  private named(name: number): string {
    const known = this.valueTexts[name];
    if (known === undefined) {
      const before = this.masked;
      const text = this.quoted(this.names[name] as string);
      this.maskedNames[name] = this.masked > before;
      return (this.valueTexts[name] = text);
    }
    if (this.maskedNames[name]) this.masked++;
    return known;
  }

  private quoted(text: string): string {
    const masked = maskText(text);
    if (masked !== text) this.masked++;
    return JSON.stringify(masked);
  }
}

function samplingText(sampling: StoredSampling): string {
  const { rule, reason, threshold, r, policyVersion, windowId } = sampling;
  const stored = { rule, reason, threshold, r, policy_version: policyVersion, window_id: windowId };
  return `,"sample_rate":${sampling.sampleRate},"sampling":${JSON.stringify(stored)}`;
}
