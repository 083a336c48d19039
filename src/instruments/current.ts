import { type Slot, slot } from '../internal/slot.js';
import type { Instruments } from './instruments.js';

/** The slot holds the factory as well, so that a second copy of the package makes no second default instance. */
const shared: Slot & { instanceFactory?: () => Instruments } = slot;

/** Says how the default instance is made. Called once, by the composition root. */
export function setInstanceFactory(factory: () => Instruments): void {
  shared.instanceFactory ??= factory;
}

/** The default instance, made at its first use; `undefined` where only the decorators were ever loaded. */
export function currentInstruments(): Instruments | undefined {
  shared.instance ??= shared.instanceFactory?.();
  return shared.instance as Instruments | undefined;
}
