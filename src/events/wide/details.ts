import { cutMasked } from '../redaction/mask-within.js';

const MOST_NAME = 128;

/**
 * How many bytes the details of an event may still take. What does not fit stands in the totals only, so that an event of
 * a thousand calls is no longer than one of thirty.
 */
export class DetailRoom {
  constructor(private bytes: number) {}

  /** Whether there is room for a detail whose names, numbers and closed values take `fixed` bytes, beside these texts. */
  take(fixed: number, ...texts: ReadonlyArray<string | undefined>): boolean {
    let needed = fixed;
    // A UTF-16 unit is three bytes at most.
    for (const text of texts) needed += Math.min(text?.length ?? 0, MOST_NAME) * 3;
    if (needed > this.bytes) {
      // The first that is left out is the last: what stands in an event is its beginning.
      this.bytes = 0;
      return false;
    }
    this.bytes -= needed;
    return true;
  }
}

/** A name that an application or a provider gave: a model, a collection, a host. */
export function nameOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : cutMasked(text, MOST_NAME);
}

/** Milliseconds to the microsecond. */
export function millis(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}
