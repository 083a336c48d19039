import { currentInstruments } from '../current.js';
import type { Instruments } from '../instruments.js';

/** Which instance a wrapper records into. */
export interface OnInstance {
  /** Default: the default instance, looked up at each call. */
  readonly promptheus?: Instruments | undefined;
}

/** The instance given, or the default one; `undefined` when none can be made: then calls run unobserved. */
export function availableInstruments(given?: Instruments): Instruments | undefined {
  try {
    return given ?? currentInstruments();
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
