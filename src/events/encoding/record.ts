/**
 * A record: its length in bytes and what it is (two words), its sequence number and its time (two doubles), then cells
 * of 8 bytes. A cell's first word is a key's number and a tag; its second a small number, a name's number or a length
 * in bytes, which then follow, filled up to 8. All in the byte order of the machine: a record never leaves it.
 */
import type { EventKind } from '../event.js';

export const HEADER_BYTES = 24;
export const CELL_BYTES = 8;

/** What a record is. A record of names comes before the first that uses them. */
export const NAMES = 0;
export const KINDS = ['metric', 'operation', 'wide'] as const satisfies readonly EventKind[];
export const CRITICAL = 1 << 8;

export function kindNumber(kind: EventKind): number {
  return kind === 'metric' ? 1 : kind === 'operation' ? 2 : 3;
}

/** The kind of an event's record. */
export function kindOf(what: number): EventKind {
  return KINDS[(what & 0xff) - 1] as EventKind;
}

export const TEXT_LATIN1 = 1;
export const TEXT_UTF8 = 2;
/** Only text that is not well-formed, so that it comes out as it went in. */
export const TEXT_UTF16 = 3;
/** A text that has a number. */
export const NAME = 4;
export const INTEGER = 5;
export const DOUBLE = 6;
export const TRUE = 7;
export const FALSE = 8;
export const NULL = 9;
export const OBJECT = 10;
export const ARRAY = 11;
export const END = 12;
/** With a text's tag: it is the key of the cell that follows. */
export const KEY = 1 << 6;
export const TAG_MASK = 0x3f;
export const KEY_SHIFT = 8;

/** Typed views of one piece of memory that holds records. */
export class RecordMemory {
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly bytes: Buffer;

  /** `offset` and `length` are multiples of 8. */
  constructor(
    buffer: ArrayBufferLike,
    offset: number,
    readonly length: number,
  ) {
    this.words = new Int32Array(buffer, offset, length / 4);
    this.doubles = new Float64Array(buffer, offset, length / 8);
    this.bytes = Buffer.from(buffer, offset, length);
  }
}

/** Where a cell's successor is. */
export function cellAfter(memory: RecordMemory, at: number): number {
  const tag = (memory.words[at >> 2] as number) & TAG_MASK;
  if (tag <= TEXT_UTF16) return at + CELL_BYTES + padded(memory.words[(at >> 2) + 1] as number);
  return tag === DOUBLE ? at + 2 * CELL_BYTES : at + CELL_BYTES;
}

/** The text of a cell that holds its bytes. */
export function cellText(memory: RecordMemory, at: number): string {
  const tag = (memory.words[at >> 2] as number) & TAG_MASK;
  const from = at + CELL_BYTES;
  const encoding = tag === TEXT_LATIN1 ? 'latin1' : tag === TEXT_UTF8 ? 'utf8' : 'utf16le';
  return memory.bytes.toString(encoding, from, from + (memory.words[(at >> 2) + 1] as number));
}

export function padded(bytes: number): number {
  return (bytes + 7) & ~7;
}
