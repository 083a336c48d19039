import { currentInstruments } from '../current.js';
import type { Instruments } from '../instruments.js';

/** The default instance, or `undefined` when there is none and none can be made: then calls run unobserved. */
export function availableInstruments(): Instruments | undefined {
  try {
    return currentInstruments();
  } catch {
    return undefined;
  }
}

/** What `read` gives; `undefined`, and counted, when code of the user's throws in it (a getter, a callback). */
export function safely<T>(instruments: Instruments, part: string, read: () => T): T | undefined {
  try {
    return read();
  } catch {
    instruments.internalError(part);
    return undefined;
  }
}
