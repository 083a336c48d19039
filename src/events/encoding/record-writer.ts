import { types } from 'node:util';
import type { EventKind } from '../event.js';
import { maskWithin } from '../redaction/mask-within.js';
import { DROP, KEEP, type Key, type Names, Place, RESERVED_IN_CONTEXT, RESERVED_IN_WIDE } from './names.js';
import {
  ARRAY,
  CELL_BYTES,
  CRITICAL,
  DOUBLE,
  END,
  FALSE,
  HEADER_BYTES,
  INTEGER,
  KEY,
  KEY_SHIFT,
  KINDS,
  kindNumber,
  NAME,
  NAMES,
  NULL,
  OBJECT,
  padded,
  type RecordMemory,
  TEXT_LATIN1,
  TEXT_UTF8,
  TEXT_UTF16,
  TRUE,
} from './record.js';

export type FieldValue = string | number | boolean | null | undefined | object;
export type EventFields = Readonly<Record<string, FieldValue>>;

/** At the top of an event, or of what is merged into it. */
type Level = EventKind | 'context';

export const TOO_LARGE = -1;
export const FAILED = -2;

/** Beyond a record's bytes, for what is written before it is seen to be too long. */
const SPARE_BYTES = 32;
const DEEPEST = 32;
/** Up to here, writing character by character is quicker than a call of V8's own copy. */
const SHORT_TEXT = 12;
/** A text may have half of the event; where that makes an event too large, all are cut at a sixteenth. */
const LONG_SHARE = 2;
const SHORT_SHARE = 16;

const overflow = new Error('The event has no room in a record.');

/** The bytes that a record may take. */
export function recordBytes(eventBytes: number): number {
  return padded(HEADER_BYTES + eventBytes + SPARE_BYTES);
}

/** Writes fields as the cells of a record. */
export class RecordWriter {
  /** Of the record that was written last: forbidden keys, cut texts, values that JSON cannot express. */
  redacted = 0;
  truncated = 0;
  omitted = 0;
  private limit = 0;
  private longestText = 0;
  private readonly longTexts: number;
  private readonly shortTexts: number;
  /** What stands first in an event, by its kind's number. */
  private readonly starts = [NAMES, ...KINDS].map(() => new Place());
  private readonly contextStart = new Place();
  /** The objects that the value being written is in. */
  private readonly around: unknown[] = new Array(DEEPEST).fill(undefined);
  private depth = 0;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly bytes: Buffer;

  constructor(
    memory: RecordMemory,
    private readonly names: Names,
    private readonly eventBytes: number,
  ) {
    this.words = memory.words;
    this.doubles = memory.doubles;
    this.bytes = memory.bytes;
    this.longTexts = Math.floor(eventBytes / LONG_SHARE);
    this.shortTexts = Math.floor(eventBytes / SHORT_SHARE);
  }

  /** Writes an event and returns where it ends; `TOO_LARGE`, or `FAILED` where its own code threw. */
  event(start: number, kind: EventKind, fields: EventFields, context: EventFields | undefined): number {
    const end = this.attempt(start, kind, fields, context, this.longTexts);
    return end === TOO_LARGE ? this.attempt(start, kind, fields, context, this.shortTexts) : end;
  }

  /** Completes the record of an event. */
  eventHeader(start: number, end: number, kind: EventKind, critical: boolean, seq: number, at: number): void {
    this.header(start, end, kindNumber(kind) | (critical ? CRITICAL : 0), seq, at);
  }

  private attempt(
    start: number,
    kind: EventKind,
    fields: EventFields,
    context: EventFields | undefined,
    longestText: number,
  ): number {
    this.redacted = this.truncated = this.omitted = 0;
    this.longestText = longestText;
    this.limit = start + HEADER_BYTES + this.eventBytes;
    this.around[0] = context ?? fields;
    this.depth = 1;
    try {
      const end = this.members(fields, start + HEADER_BYTES, this.starts[kindNumber(kind)] as Place, kind);
      return context === undefined ? end : this.members(context, end, this.contextStart, 'context');
    } catch (error) {
      return error === overflow ? TOO_LARGE : FAILED;
    }
  }

  /** Writes the record that gives a name its number, and returns where it ends. */
  name(start: number, id: number, text: string): number {
    this.limit = start + HEADER_BYTES + this.eventBytes;
    const end = this.text(id << KEY_SHIFT, text, start + HEADER_BYTES);
    this.header(start, end, NAMES, 0, 0);
    return end;
  }

  private header(start: number, end: number, what: number, seq: number, at: number): void {
    this.words[start >> 2] = end - start;
    this.words[(start >> 2) + 1] = what;
    this.doubles[(start >> 3) + 1] = seq;
    this.doubles[(start >> 3) + 2] = at;
  }

  /** `level`: where these stand, if not inside a value. */
  private members(value: object, start: number, place: Place, level?: Level): number {
    let at = start;
    let before = place;
    const own = ownMembers(value);
    // Half of what `Object.keys` costs; `hasOwnProperty` would cost ten times the loop.
    for (const text in own) {
      let key = before.next;
      if (key === undefined || key.text !== text) {
        key = this.names.key(text);
        if (key.id !== 0) before.next = key;
      }
      before = key;
      if (key.rule !== KEEP && this.drops(key, level)) continue;
      const member = own[text];
      at = key.id === 0 ? this.namedMember(key, member, at) : this.value(key, key.id << KEY_SHIFT, member, at);
    }
    return at;
  }

  private drops(key: Key, level: Level | undefined): boolean {
    if (key.rule === DROP) this.redacted++;
    else if (level === undefined) return false;
    else if (key.rule === RESERVED_IN_WIDE && level !== 'wide') return false;
    else if (key.rule === RESERVED_IN_CONTEXT && level !== 'context') return false;
    else this.omitted++;
    return true;
  }

  /** A member whose key has no number. */
  private namedMember(key: Key, member: FieldValue, at: number): number {
    const from = this.text(KEY, key.text, at);
    const end = this.value(key, 0, member, from);
    return end === from ? at : end;
  }

  /** Writes a value and returns where it ends: at its beginning where JSON cannot express it. */
  private value(key: Key, head: number, value: unknown, at: number): number {
    if (typeof value === 'string') {
      const name = this.names.value(key, value);
      return name === 0 ? this.text(head, value, at) : this.cell(head | NAME, name, at);
    }
    if (typeof value === 'number') {
      if ((value | 0) === value) return this.cell(head | INTEGER, value, at);
      if (!Number.isFinite(value)) return this.cell(head | NULL, 0, at);
      const end = this.cell(head | DOUBLE, 0, at);
      this.doubles[end >> 3] = value;
      return end + CELL_BYTES;
    }
    if (typeof value === 'boolean') return this.cell(head | (value ? TRUE : FALSE), 0, at);
    if (value === null) return this.cell(head | NULL, 0, at);
    if (typeof value === 'object') return this.object(key, head, value, at);
    if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return this.text(head, String(value), at);
    if (value !== undefined) this.omitted++;
    return at;
  }

  private cell(head: number, word: number, at: number): number {
    if (at + CELL_BYTES > this.limit) throw overflow;
    this.words[at >> 2] = head;
    this.words[(at >> 2) + 1] = word;
    return at + CELL_BYTES;
  }

  private object(key: Key, head: number, given: object, at: number): number {
    const toJSON = (given as { toJSON?: unknown }).toJSON;
    const value: unknown = typeof toJSON === 'function' ? toJSON.call(given, key.text) : given;
    if (typeof value !== 'object' || value === null) return this.value(key, head, value, at);
    if (types.isBoxedPrimitive(value)) return this.value(key, head, value.valueOf(), at);
    const array = Array.isArray(value);
    if (this.depth === DEEPEST || this.isAround(value) || ArrayBuffer.isView(value)) {
      this.omitted++;
      return at;
    }
    this.around[this.depth++] = value;
    const inside = this.cell(head | (array ? ARRAY : OBJECT), 0, at);
    const end = array ? this.items(key, value, inside) : this.members(value, inside, key.inside);
    this.depth--;
    return this.cell(END, 0, end);
  }

  private isAround(value: object): boolean {
    for (let depth = 0; depth < this.depth; depth++) if (this.around[depth] === value) return true;
    return false;
  }

  private items(key: Key, items: readonly unknown[], start: number): number {
    let at = start;
    for (let index = 0; index < items.length; index++) {
      const end = this.value(key, 0, items[index], at);
      at = end === at ? this.cell(NULL, 0, at) : end;
    }
    return at;
  }

  private text(head: number, given: string, at: number): number {
    const text = given.length > this.longestText ? this.cut(given) : given;
    const from = at + CELL_BYTES;
    const length = text.length;
    if (from + length > this.limit) throw overflow;
    if (length <= SHORT_TEXT) {
      let all = 0;
      for (let index = 0; index < length; index++) {
        const code = text.charCodeAt(index);
        all |= code;
        this.bytes[from + index] = code;
      }
      if (all < 0x100) return this.ended(head | TEXT_LATIN1, length, at);
    }
    return this.longText(head, text, at);
  }

  /** The text's bytes stand after the cell. */
  private ended(head: number, bytes: number, at: number): number {
    this.words[at >> 2] = head;
    this.words[(at >> 2) + 1] = bytes;
    const end = at + CELL_BYTES + padded(bytes);
    if (end > this.limit) throw overflow;
    return end;
  }

  private longText(head: number, text: string, at: number): number {
    const from = at + CELL_BYTES;
    const room = this.limit - from;
    // A character takes at most three bytes; only where they may be too many are they counted before.
    if (text.length * 3 > room && Buffer.byteLength(text) > room) throw overflow;
    const bytes = this.bytes.write(text, from, room, 'utf8');
    if (bytes === text.length) return this.ended(head | TEXT_LATIN1, bytes, at);
    if (text.isWellFormed()) return this.ended(head | TEXT_UTF8, bytes, at);
    if (text.length * 2 > room) throw overflow;
    return this.ended(head | TEXT_UTF16, this.bytes.write(text, from, room, 'utf16le'), at);
  }

  private cut(text: string): string {
    this.truncated++;
    return maskWithin(text, this.longestText);
  }
}

/** With nothing that `for in` would find in a prototype. */
function ownMembers(value: object): EventFields {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? (value as EventFields) : { ...value };
}
