import type { IncomingRecord, RecordSource } from './ports.js';

/** The ring, as a consumer goes on with it that may have had a predecessor. */
export class Inlet {
  readonly #ring: RecordSource;
  #ahead: IncomingRecord | undefined;

  constructor(ring: RecordSource) {
    this.#ring = ring;
  }

  get waiting(): number {
    return this.#ring.waiting;
  }

  /** The predecessor may have died after it had taken a record, and before it gave its space back. */
  giveBackUpTo(seq: number): void {
    for (this.#ahead = this.#ring.next(); this.#ahead !== undefined; this.#ahead = this.#ring.next()) {
      if (this.#ahead.seq > seq) return;
      this.#ring.release();
    }
  }

  next(): IncomingRecord | undefined {
    const record = this.#ahead ?? this.#ring.next();
    this.#ahead = undefined;
    return record;
  }

  release(): void {
    this.#ring.release();
  }
}
