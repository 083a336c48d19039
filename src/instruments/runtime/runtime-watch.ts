import { slot } from '../../internal/slot.js';
import { watchEventLoopDelay } from './event-loop-delay.js';
import { type GcKind, watchGcPauses } from './gc-pauses.js';

export type Stop = () => void;

/** What an instance does with the events of the process. */
export interface RuntimeListener {
  eventLoopDelay(seconds: number): void;
  gcPause(kind: GcKind, seconds: number): void;
}

/**
 * One timer and one observer for the process, whatever number of instances and copies of the package listen: they run from
 * the first listener to the last. A listener is held weakly, since an instance may be dropped without being stopped.
 */
export class RuntimeWatch {
  private readonly listeners = new Set<WeakRef<RuntimeListener>>();
  private stops: Stop[] = [];

  listen(listener: RuntimeListener): Stop {
    const reference = new WeakRef(listener);
    this.listeners.add(reference);
    if (this.listeners.size === 1) {
      this.stops = [
        watchEventLoopDelay((seconds) => this.tell((to) => to.eventLoopDelay(seconds))),
        watchGcPauses((kind, seconds) => this.tell((to) => to.gcPause(kind, seconds))),
      ];
    }
    return () => this.drop(reference);
  }

  private tell(event: (to: RuntimeListener) => void): void {
    for (const reference of this.listeners) {
      const listener = reference.deref();
      if (listener === undefined) this.drop(reference);
      else event(listener);
    }
  }

  private drop(reference: WeakRef<RuntimeListener>): void {
    if (this.listeners.delete(reference) && this.listeners.size === 0) {
      for (const stop of this.stops.splice(0)) stop();
    }
  }
}

/** The process's own, made at its first use. */
export function runtimeWatch(): RuntimeWatch {
  return (slot.runtimeWatch ??= new RuntimeWatch()) as RuntimeWatch;
}
