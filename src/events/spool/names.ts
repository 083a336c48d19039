import { join } from 'node:path';

const SEGMENT = /^(\d{12})\.([0-9a-f]{16})\.segment$/;

/** The names in a spool directory. Segments sort by age. */
export const CURSORS = 'cursors.json';
export const LOCK = 'lock';
/** Its room is given up for the cursors on a full disk. */
export const RESERVE = 'reserve';
const CORRUPT = '.corrupt';

export function segmentName(number: number, writer: string): string {
  return `${String(number).padStart(12, '0')}.${writer}.segment`;
}

export function isSegment(name: string): boolean {
  return SEGMENT.test(name);
}

/** Of a segment's name; 0 for any other. */
export function segmentNumber(name: string): number {
  return Number(SEGMENT.exec(name)?.[1] ?? 0);
}

/** What takes room and is not of a fixed size. */
export function takesRoom(name: string): boolean {
  return isSegment(name) || isCorrupt(name);
}

export function isCorrupt(name: string): boolean {
  return name.endsWith(CORRUPT);
}

/** Where a damaged file, or the damaged part of a segment, is set aside. */
export function corruptPath(directory: string, name: string, offset?: number): string {
  return join(directory, offset === undefined ? name + CORRUPT : `${name}.${offset}${CORRUPT}`);
}
