// The bytes of a segment: a header, then records. All numbers are little-endian. docs/spool.md shows the same as tables.
import { crc32 } from 'node:zlib';
import type { EventKind } from '../event.js';

export const VERSION = 1;
const MAGIC = Buffer.from('PMTHSPOL', 'latin1');
const HEADER_FIXED = 64;
/** Length and checksum, in front of each record. */
const FRAME = 8;
/** Sequence, kind, flags, length of the id, sinks. */
const RECORD_FIXED = 16;
export const SHORTEST_RECORD = FRAME + RECORD_FIXED;
/** No record is longer; a length above it is damage. */
export const LONGEST_RECORD = 1024 * 1024;
const LONGEST_ID = 1_000;
/** A mask has a bit for each. */
export const MOST_SINKS = 32;

const KINDS: readonly EventKind[] = ['metric', 'operation', 'wide'];
/** The last record of a segment that its writer has left. */
const END = 255;
const TWO_32 = 0x1_0000_0000;

/** One event as it is written. */
export interface SpoolRecord {
  readonly id: string;
  readonly kind: EventKind;
  readonly critical: boolean;
  readonly json: string;
  /** The sinks that still need it: bit n is the writer's nth. */
  readonly sinks: number;
}

export interface SegmentHeader {
  /** The process that wrote it, 32 hex digits. */
  readonly process: string;
  /** 16 hex digits; sequences count up per writer. */
  readonly writer: string;
  /** The sequence of its first record. */
  readonly first: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** What the bits of a record's mask mean. */
  readonly sinks: readonly string[];
  /** Where the first record begins. */
  readonly length: number;
}

export function encodeHeader(header: Omit<SegmentHeader, 'length'>): Buffer {
  const names = Buffer.from(JSON.stringify(header.sinks));
  const bytes = Buffer.alloc(HEADER_FIXED + names.length);
  MAGIC.copy(bytes);
  bytes.writeUInt16LE(VERSION, 8);
  bytes.writeUInt16LE(names.length, 10);
  bytes.write(header.process, 16, 16, 'hex');
  bytes.write(header.writer, 32, 8, 'hex');
  writeWide(bytes, header.first, 40);
  writeWide(bytes, header.createdAt, 48);
  names.copy(bytes, HEADER_FIXED);
  bytes.writeUInt32LE(crc32(bytes.subarray(16)), 12);
  return bytes;
}

/** `short`: not all of it is there. `newer`: another version of the package wrote it. `damaged`: it was never a header, or is none now. */
export function decodeHeader(bytes: Buffer): SegmentHeader | 'short' | 'newer' | 'damaged' {
  const magic = Math.min(bytes.length, MAGIC.length);
  if (bytes.compare(MAGIC, 0, magic, 0, magic) !== 0) return 'damaged';
  if (bytes.length < HEADER_FIXED) return 'short';
  if (bytes.readUInt16LE(8) !== VERSION) return 'newer';
  const length = HEADER_FIXED + bytes.readUInt16LE(10);
  if (bytes.length < length) return 'short';
  if (crc32(bytes.subarray(16, length)) !== bytes.readUInt32LE(12)) return 'damaged';
  return {
    process: bytes.toString('hex', 16, 32),
    writer: bytes.toString('hex', 32, 40),
    first: readWide(bytes, 40),
    createdAt: readWide(bytes, 48),
    sinks: JSON.parse(bytes.toString('utf8', HEADER_FIXED, length)),
    length,
  };
}

/** No header is longer. */
export const LONGEST_HEADER = HEADER_FIXED + 0xffff;

/** Whether it may fit into a record; how long it is in bytes shows when it is encoded. */
export function mayFit(event: SpoolRecord): boolean {
  return event.id.length <= LONGEST_ID && event.json.length <= LONGEST_RECORD;
}

/** The most bytes that a record can take. */
export function roomFor(event: SpoolRecord): number {
  return FRAME + RECORD_FIXED + (event.id.length + event.json.length) * 3;
}

/** Writes a record into a buffer that has room for it; its length. */
export function encodeRecord(into: Buffer, at: number, sequence: number, event: SpoolRecord): number {
  const idAt = at + FRAME + RECORD_FIXED;
  const idLength = into.write(event.id, idAt, 'utf8');
  const end = idAt + idLength + into.write(event.json, idAt + idLength, 'utf8');
  into[at + 16] = KINDS.indexOf(event.kind);
  into[at + 17] = event.critical ? 1 : 0;
  into.writeUInt16LE(idLength, at + 18);
  into.writeUInt32LE(event.sinks >>> 0, at + 20);
  return frame(into, at, sequence, end);
}

/** What a writer puts at the end of a segment when it leaves it. */
export function encodeEnd(sequence: number): Buffer {
  const bytes = Buffer.alloc(FRAME + RECORD_FIXED);
  bytes[16] = END;
  frame(bytes, 0, sequence, bytes.length);
  return bytes;
}

function frame(into: Buffer, at: number, sequence: number, end: number): number {
  writeWide(into, sequence, at + FRAME);
  into.writeUInt32LE(end - at - FRAME, at);
  into.writeUInt32LE(crc32(into.subarray(at + FRAME, end)), at + 4);
  return end - at;
}

/** How long the record that begins here is, told by its first `SHORTEST_RECORD` bytes; undefined where none can begin. */
export function plausibleLength(bytes: Buffer, at: number): number | undefined {
  const length = FRAME + bytes.readUInt32LE(at);
  const kind = bytes[at + 16]!;
  const plausible =
    length >= SHORTEST_RECORD + bytes.readUInt16LE(at + 18) &&
    length <= LONGEST_RECORD &&
    (kind < KINDS.length || kind === END) &&
    bytes[at + 17]! <= 1;
  return plausible ? length : undefined;
}

/** Whether the record that stands here, with all of its bytes, is what was written. */
export function isWhole(bytes: Buffer, at: number, length: number): boolean {
  return crc32(bytes.subarray(at + FRAME, at + length)) === bytes.readUInt32LE(at + 4);
}

export function isEnd(bytes: Buffer, at: number): boolean {
  return bytes[at + 16] === END;
}

export function sequenceOf(bytes: Buffer, at: number): number {
  return readWide(bytes, at + FRAME);
}

export function sinksOf(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 20);
}

export function decodeRecord(bytes: Buffer, at: number, length: number): SpoolRecord {
  const idAt = at + FRAME + RECORD_FIXED;
  const jsonAt = idAt + bytes.readUInt16LE(at + 18);
  return {
    id: bytes.toString('utf8', idAt, jsonAt),
    kind: KINDS[bytes[at + 16]!] ?? 'metric',
    critical: bytes[at + 17] === 1,
    json: bytes.toString('utf8', jsonAt, at + length),
    sinks: sinksOf(bytes, at),
  };
}

/** A sequence is a whole number below 2^53, in eight bytes. */
function writeWide(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32LE(value % TWO_32, at);
  bytes.writeUInt32LE(Math.floor(value / TWO_32), at + 4);
}

function readWide(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * TWO_32;
}
