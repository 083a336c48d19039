const NONE = -1;

/**
 * One lane's events, oldest first, as a doubly linked list over the slots: any of them can leave at any moment. The
 * links are the owner's alone; who takes over makes them anew from the sequence numbers.
 */
export class Lane {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** A place for each reader: where it goes on, NONE at the end. */
  readonly #places: Int32Array;
  #head = NONE;
  #tail = NONE;

  constructor(slots: number, readers: number) {
    this.#next = new Int32Array(slots);
    this.#previous = new Int32Array(slots);
    this.#places = new Int32Array(readers).fill(NONE);
  }

  get head(): number {
    return this.#head;
  }

  push(slot: number): void {
    this.#next[slot] = NONE;
    this.#previous[slot] = this.#tail;
    if (this.#tail === NONE) this.#head = slot;
    else this.#next[this.#tail] = slot;
    this.#tail = slot;
    for (let reader = 0; reader < this.#places.length; reader++) {
      if (this.#places[reader] === NONE) this.#places[reader] = slot;
    }
  }

  remove(slot: number): void {
    const next = this.#next[slot] as number;
    const previous = this.#previous[slot] as number;
    if (previous === NONE) this.#head = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#tail = previous;
    else this.#previous[next] = previous;
    for (let reader = 0; reader < this.#places.length; reader++) {
      if (this.#places[reader] === slot) this.#places[reader] = next;
    }
  }

  next(slot: number): number {
    return this.#next[slot] as number;
  }

  /**
   * The oldest event that is one of the reader's. Its place stays there, so that it is not searched for again: what
   * lies before a reader's place is none of its events until `reread`.
   */
  oldest(reader: number, isMine: (slot: number) => boolean): number {
    let slot = this.#places[reader] as number;
    while (slot !== NONE && !isMine(slot)) slot = this.#next[slot] as number;
    this.#places[reader] = slot;
    return slot;
  }

  /** An event became one of the reader's again. */
  reread(reader: number): void {
    this.#places[reader] = this.#head;
  }
}
