import { slot } from '../../internal/slot.js';
import type { Instruments } from '../instruments.js';

/**
 * Binds what the observed methods of an object record into, where that is not the default instance: a container does so
 * with the objects that it makes, or with the prototype of those that it makes anew for each request.
 */
export function bindInstruments(owner: object, instruments: Instruments): void {
  slot.bound ??= new WeakMap();
  slot.bound.set(owner, instruments);
}

/** Ends that, unless the object has been bound to another instance since. */
export function unbindInstruments(owner: object, instruments: Instruments): void {
  if (slot.bound?.get(owner) === instruments) slot.bound.delete(owner);
}

/** The instance that an object, or the nearest of its prototypes, is bound to. */
export function boundInstruments(owner: unknown): Instruments | undefined {
  const { bound } = slot;
  if (bound === undefined || typeof owner !== 'object' || owner === null) return undefined;
  for (let at: object | null = owner; at !== null; at = Object.getPrototypeOf(at)) {
    const instruments = bound.get(at);
    if (instruments !== undefined) return instruments as Instruments;
  }
  return undefined;
}
