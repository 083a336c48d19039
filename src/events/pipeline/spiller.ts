import type { AppendOutcome } from '../event.js';
import type { StoredEvent } from '../store/slots.js';
import type { Store } from '../store/store.js';
import type { Spool } from './spool.js';
import type { StoredEvents } from './stored-events.js';

/** Carries events from the store to the spool. Within a change. */
export class Spiller {
  readonly #store: Store;
  readonly #events: StoredEvents;
  readonly #spool: Spool | undefined;

  constructor(store: Store, events: StoredEvents, spool: Spool | undefined) {
    this.#store = store;
    this.#events = events;
    this.#spool = spool;
  }

  /** Whether there is a spool to carry to. */
  get spills(): boolean {
    return this.#spool !== undefined && !this.#spool.isLog;
  }

  takes(now: number): boolean {
    return this.#spool?.takes(now) ?? false;
  }

  /** Writes what has only the spool to wait for. What the spool refuses waits for its sinks again. */
  drain(now: number): void {
    for (let slot = this.#store.nextSpoolBound(); slot !== -1; slot = this.#store.nextSpoolBound()) {
      if (!this.takes(now) || !this.#append(slot, now)) this.#store.waitForSinks(slot);
    }
  }

  /** Writes a record that finds no place in the store. */
  appendArriving({ seq, kind, critical, bytes, sampling }: StoredEvent, now: number): AppendOutcome {
    const json = this.#events.json(bytes, seq, sampling);
    if (json === undefined || this.#spool === undefined) return 'failed';
    const sinks = (1 << this.#store.limits.sinks) - 1;
    return this.#spool.append({ id: this.#events.id(seq), kind, critical, json, sinks }, now);
  }

  #append(slot: number, now: number): boolean {
    const event = this.#events.at(slot);
    if (event === undefined) {
      this.#store.dropAll(slot, 'serialize_error');
      return true;
    }
    const write = (sinks: number, dropped: Parameters<Spool['append']>[2]) =>
      (this.#spool as Spool).append({ ...event, sinks }, now, dropped);
    const outcome = this.#store.append(slot, write);
    // It would be the oldest for ever, and come back each time.
    if (outcome === 'too_large') this.#store.dropAll(slot, 'too_large');
    return outcome === 'written' || outcome === 'too_large';
  }
}
