import { currentInstruments } from '../current.js';
import type { Instruments } from '../instruments.js';
import { boundInstruments } from './bound.js';

/** Which instance a wrapper records into. */
export interface OnInstance {
  /** Default: the instance that the method's object is bound to (Nest), else the default one, looked up at each call. */
  readonly promptheus?: Instruments | undefined;
}

/**
 * The instance given, that which the object of a method is bound to, or the default one; `undefined` when none can be made:
 * then calls run unobserved.
 */
export function availableInstruments(given?: Instruments, self?: unknown): Instruments | undefined {
  try {
    return given ?? boundInstruments(self) ?? currentInstruments();
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
