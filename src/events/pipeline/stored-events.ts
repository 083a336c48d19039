import type { SinkEvent } from '../sinks/sink.js';
import type { Store } from '../store/store.js';
import type { RecordDecoder } from './ports.js';

/** Unique among all processes. */
export function eventId(processId: string, seq: number): string {
  return `${processId}-${seq}`;
}

/** Makes events for sinks and spool of the records in the store. */
export class StoredEvents {
  readonly #store: Store;
  readonly #decoder: RecordDecoder;
  readonly #processId: string;

  constructor(store: Store, decoder: RecordDecoder, processId: string) {
    this.#store = store;
    this.#decoder = decoder;
    this.#processId = processId;
  }

  id(seq: number): string {
    return eventId(this.#processId, seq);
  }

  /** Undefined where the record cannot be read. */
  at(slot: number): SinkEvent | undefined {
    const { bytes, sampling } = this.#store.record(slot);
    const json = this.json(bytes, this.#store.seq(slot), sampling);
    if (json === undefined) return undefined;
    const critical = this.#store.isCritical(slot);
    return { id: this.id(this.#store.seq(slot)), kind: this.#store.kind(slot), critical, json };
  }

  json(bytes: Uint8Array, seq: number, sampling: Uint8Array | undefined): string | undefined {
    try {
      const decision = sampling === undefined ? undefined : JSON.parse(Buffer.from(sampling).toString());
      return this.#decoder.json(bytes, this.#processId, seq, decision);
    } catch {
      return undefined;
    }
  }
}
