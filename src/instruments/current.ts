import { slot } from '../internal/slot.js';
import type { Instruments } from './instruments.js';

/** Says how the default instance is made. Called once, by the composition root. */
export function setInstanceFactory(factory: () => Instruments): void {
  slot.instanceFactory ??= factory;
}

/** The default instance, made at its first use; `undefined` where only the decorators were ever loaded. */
export function currentInstruments(): Instruments | undefined {
  const found = (slot.instance ?? slot.stopped) as Instruments | undefined;
  return found ?? (slot.instanceFactory as (() => Instruments) | undefined)?.();
}
