import { CHANGES, OWNER } from './layout.js';

/** How long a new owner waits for the former one to leave what it is changing; it is dead, or hangs in a disk, after. */
const PATIENCE_MS = 50;

/** Thrown within a change after something that took its time, where someone else has taken the store meanwhile. */
export class StoreLost extends Error {}

/**
 * One at a time may change the store: the thread, its replacement, or the main thread as the process exits. A change
 * is announced by an odd number, so that a reader knows when what it read belongs together, and a new owner when the
 * former one is out. Who lost ownership finds out before its next change, and makes none.
 */
export class Ownership {
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #owner: number;
  #change = 0;

  private constructor(header: Int32Array<SharedArrayBuffer>, owner: number) {
    this.#header = header;
    this.#owner = owner;
  }

  /** Takes the store from whoever has it, and opens a change for the repair. */
  static take(header: Int32Array<SharedArrayBuffer>): Ownership {
    const ownership = new Ownership(header, Atomics.add(header, OWNER, 1) + 1);
    ownership.#enter();
    return ownership;
  }

  get held(): boolean {
    return Atomics.load(this.#header, OWNER) === this.#owner;
  }

  /** Distinguishes the lives of a pipeline's consumers. */
  get life(): number {
    return this.#owner;
  }

  /** Opens a change; false where someone else has taken the store. */
  begin(): boolean {
    if (!this.held) return false;
    this.#enter();
    if (this.held) return true;
    this.end();
    return false;
  }

  end(): void {
    // Not a plain addition: a successor that lost patience has moved the number on.
    Atomics.compareExchange(this.#header, CHANGES, this.#change, (this.#change + 1) | 0);
  }

  /** Waits for the other side to be out of its change, but not for ever: it may have died in it. */
  #enter(): void {
    let until = 0;
    for (;;) {
      const number = Atomics.load(this.#header, CHANGES);
      const odd = (number & 1) !== 0;
      if (!odd) {
        if (this.#moveOn(number, 1)) return;
      } else if (until === 0) {
        until = performance.now() + PATIENCE_MS;
      } else if (performance.now() > until && this.#moveOn(number, 2)) {
        return;
      }
    }
  }

  #moveOn(from: number, by: number): boolean {
    const to = (from + by) | 0;
    if (Atomics.compareExchange(this.#header, CHANGES, from, to) !== from) return false;
    this.#change = to;
    return true;
  }
}
