import { viewsOf, WRITTEN } from './layout.js';

/**
 * Under `wal`: how many events the main thread has appended to the log. It counts first and takes back what could not
 * be appended, so that the reader of the log never sees more than were counted.
 */
export class WrittenCount {
  readonly #numbers: Float64Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer) {
    this.#numbers = viewsOf(memory).numbers;
  }

  add(events: number): void {
    (this.#numbers[WRITTEN] as number) += events;
  }
}
