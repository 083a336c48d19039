/**
 * A ring of records in shared memory: one thread writes, one reads, neither waits for the other. Positions count bytes
 * for ever, modulo 2 ** 32. A record never crosses the end: what is left there is skipped.
 */
import { CELL_BYTES, HEADER_BYTES, RecordMemory } from '../encoding/record.js';

/** Words of the control block; what the two threads write lies on different cache lines. */
export const HEAD = 0;
/** The number of the event that was published last, modulo 2 ** 32; written before `HEAD`. */
export const PUBLISHED = 1;
export const TAIL = 16;
/** The number of the event that was given back last; written before `TAIL`, and the same again after a death between. */
export const TAKEN = 17;
/** 1 while the reader waits. */
export const SLEEPING = 32;

const CONTROL_BYTES = 256;
const SMALLEST = 1_024;
const LARGEST = 2 ** 30;
export const DEFAULT_RING_BYTES = 4 * 2 ** 20;

/** In the place of a record's length: the next record is at the beginning of the ring. */
export const SKIP = -1;

/** The bytes are rounded up to a power of two. */
export function createRing(bytes = DEFAULT_RING_BYTES): SharedArrayBuffer {
  const capacity = 2 ** Math.ceil(Math.log2(Math.min(Math.max(bytes, SMALLEST), LARGEST)));
  return new SharedArrayBuffer(CONTROL_BYTES + capacity);
}

/** The most events that stand in it at once: each has one member at least. */
export function mostEventsIn(ring: SharedArrayBuffer): number {
  return Math.floor((ring.byteLength - CONTROL_BYTES) / (HEADER_BYTES + CELL_BYTES));
}

export function controlOf(ring: SharedArrayBuffer): Int32Array {
  return new Int32Array(ring, 0, CONTROL_BYTES / 4);
}

export function memoryOf(ring: SharedArrayBuffer): RecordMemory {
  return new RecordMemory(ring, CONTROL_BYTES, ring.byteLength - CONTROL_BYTES);
}
