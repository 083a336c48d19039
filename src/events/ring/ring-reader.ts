import { type EventFacts, readFacts } from '../encoding/facts.js';
import { KNOWN_NAMES } from '../encoding/names.js';
import { CRITICAL, cellText, HEADER_BYTES, KEY_SHIFT, kindOf, NAMES, type RecordMemory } from '../encoding/record.js';
import type { EventKind } from '../event.js';
import { controlOf, HEAD, memoryOf, PUBLISHED, SKIP, SLEEPING, TAIL, TAKEN } from './ring.js';

/** An event as it stands in the ring. */
export interface RingRecord {
  readonly seq: number;
  readonly kind: EventKind;
  readonly critical: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The whole record; valid until the next call of the reader. */
  readonly bytes: Uint8Array;
  facts(): EventFacts;
}

/**
 * The consumer's end; one at a time. A record is given back only when the next is asked for, so that a reader that takes
 * the place of one that died sees again what the other was at work on.
 */
export class RingReader {
  /** Texts by their numbers, as the producer announces them. */
  readonly names: string[];
  private readonly memory: RecordMemory;
  private readonly control: Int32Array;
  private tail: number;
  /** Bytes of the record that was given out. */
  private held = 0;

  /** `names`: the producer's, for a reader that does not begin with the ring. */
  constructor(ring: SharedArrayBuffer, names: readonly string[] = KNOWN_NAMES) {
    this.names = [...names];
    this.memory = memoryOf(ring);
    this.control = controlOf(ring);
    this.tail = Atomics.load(this.control, TAIL);
  }

  next(): RingRecord | undefined {
    this.release();
    while (this.tail !== Atomics.load(this.control, HEAD)) {
      const start = this.tail & (this.memory.length - 1);
      const length = this.memory.words[start >> 2] as number;
      if (length === SKIP) this.pass(this.memory.length - start);
      else if (this.memory.words[(start >> 2) + 1] === NAMES) {
        this.learn(start + HEADER_BYTES);
        this.pass(length);
      } else {
        this.held = length;
        return this.recordAt(start, length);
      }
    }
    return undefined;
  }

  /** Gives back the record that was given out last. */
  release(): void {
    if (this.held === 0) return;
    this.control[TAKEN] = this.memory.doubles[((this.tail & (this.memory.length - 1)) >> 3) + 1] as number;
    this.pass(this.held);
    this.held = 0;
  }

  /** Events in the ring, with the one that was given out. */
  get waiting(): number {
    return ((this.control[PUBLISHED] as number) - (this.control[TAKEN] as number)) >>> 0;
  }

  /** Bytes of the ring that are taken. */
  get used(): number {
    return (Atomics.load(this.control, HEAD) - Atomics.load(this.control, TAIL)) >>> 0;
  }

  /**
   * Resolves when the ring is filling up, a critical event came or the time is over; at once where something is there.
   * Ordinary events wake nobody.
   */
  async waitForMore(timeoutMs: number): Promise<void> {
    const control = this.control;
    Atomics.store(control, SLEEPING, 1);
    if (((Atomics.load(control, HEAD) - this.tail) | 0) === this.held) {
      await Atomics.waitAsync(control, SLEEPING, 1, timeoutMs).value;
    }
    Atomics.store(control, SLEEPING, 0);
  }

  private pass(bytes: number): void {
    this.tail = (this.tail + bytes) | 0;
    Atomics.store(this.control, TAIL, this.tail);
  }

  private learn(cell: number): void {
    this.names[(this.memory.words[cell >> 2] as number) >>> KEY_SHIFT] = cellText(this.memory, cell);
  }

  private recordAt(start: number, length: number): RingRecord {
    const { memory, names } = this;
    const what = memory.words[(start >> 2) + 1] as number;
    return {
      seq: memory.doubles[(start >> 3) + 1] as number,
      kind: kindOf(what),
      critical: (what & CRITICAL) !== 0,
      at: memory.doubles[(start >> 3) + 2] as number,
      bytes: memory.bytes.subarray(start, start + length),
      facts: () => readFacts(memory, start, names),
    };
  }
}
