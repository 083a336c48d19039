import type { RecordMemory } from '../encoding/record.js';
import { controlOf, HEAD, memoryOf, PUBLISHED, SKIP, SLEEPING, TAIL } from './ring.js';

/** No place for the longest record. */
export const NO_ROOM = -1;
/** A sleeping reader is woken when this share of the ring is full. */
const WAKE_SHARE = 1 / 8;
/** Above that, it is looked at again when so much more was written: what the reader writes is slow to look at. */
const LOOK_AGAIN_SHARE = 1 / 64;

/** The producer's end. */
export class RingWriter {
  readonly memory: RecordMemory;
  private readonly control: Int32Array;
  private readonly capacity: number;
  private head: number;
  /** As it was when it was last looked at; it can only have moved on. */
  private tail: number;
  /** Up to this position of the head, nobody needs to be woken. */
  private wakeAfter: number;

  /** Only a place for the longest record is a place, so that a record can be written before its length is known. */
  constructor(
    ring: SharedArrayBuffer,
    private readonly longest: number,
  ) {
    this.control = controlOf(ring);
    this.memory = memoryOf(ring);
    this.capacity = this.memory.length;
    this.head = Atomics.load(this.control, HEAD);
    this.tail = Atomics.load(this.control, TAIL);
    this.wakeAfter = (this.tail + this.capacity * WAKE_SHARE) | 0;
  }

  /** Where the next record is to be written, or `NO_ROOM`. */
  place(): number {
    const offset = this.head & (this.capacity - 1);
    const rest = this.capacity - offset;
    const skipped = rest < this.longest ? rest : 0;
    if (this.capacity - this.used() < skipped + this.longest) {
      this.tail = Atomics.load(this.control, TAIL);
      if (this.capacity - this.used() < skipped + this.longest) return NO_ROOM;
    }
    if (skipped === 0) return offset;
    this.memory.words[offset >> 2] = SKIP;
    this.head = (this.head + skipped) | 0;
    return 0;
  }

  /** Shows the reader the record that was written at `place()`. `lastEvent`: the last event's number, this one's included. */
  publish(bytes: number, lastEvent: number, critical: boolean): void {
    const control = this.control;
    this.head = (this.head + bytes) | 0;
    control[PUBLISHED] = lastEvent;
    Atomics.store(control, HEAD, this.head);
    if (critical || ((this.head - this.wakeAfter) | 0) > 0) this.wake(critical);
  }

  private used(): number {
    return (this.head - this.tail) >>> 0;
  }

  private wake(critical: boolean): void {
    this.tail = Atomics.load(this.control, TAIL);
    const isFilling = this.used() > this.capacity * WAKE_SHARE;
    this.wakeAfter = isFilling
      ? (this.head + this.capacity * LOOK_AGAIN_SHARE) | 0
      : (this.tail + this.capacity * WAKE_SHARE) | 0;
    if (!critical && !isFilling) return;
    if (Atomics.compareExchange(this.control, SLEEPING, 1, 0) === 1) Atomics.notify(this.control, SLEEPING);
  }
}
