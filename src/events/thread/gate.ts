import { GATE, viewsOf } from '../store/layout.js';

const OPEN = 0;
const ENTERED = 1;
const CLOSED = 2;

/**
 * A thread that opens the spool takes what it finds there for left by the dead. So that it does not end what the process is
 * writing as it exits, one is let in at a time, and nobody after the exit.
 */
export class Gate {
  readonly #header: Int32Array<SharedArrayBuffer>;

  constructor(store: SharedArrayBuffer) {
    this.#header = viewsOf(store).header;
  }

  /** Of a thread that begins; one that died in here has kept nobody out. `undefined`: the process ends. */
  pass<T>(begin: () => T): T | undefined {
    for (let state = OPEN; ; ) {
      const found = Atomics.compareExchange(this.#header, GATE, state, ENTERED);
      if (found === CLOSED) return undefined;
      if (found === state) break;
      state = found;
    }
    try {
      return begin();
    } finally {
      Atomics.compareExchange(this.#header, GATE, ENTERED, OPEN);
      Atomics.notify(this.#header, GATE);
    }
  }

  /** Waits until nobody is inside, but not for ever: whoever is may have died there. */
  close(patienceMs: number): void {
    const until = performance.now() + patienceMs;
    while (Atomics.compareExchange(this.#header, GATE, OPEN, CLOSED) === ENTERED) {
      const left = until - performance.now();
      if (left <= 0) break;
      Atomics.wait(this.#header, GATE, ENTERED, left);
    }
    Atomics.store(this.#header, GATE, CLOSED);
  }
}
