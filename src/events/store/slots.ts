import type { EventKind } from '../event.js';
import { Cells } from './cells.js';
import type { Counts } from './counts.js';
import { SLOTS_USED, type StoreViews } from './layout.js';
import * as status from './status.js';

export interface StoredEvent {
  readonly seq: number;
  readonly kind: EventKind;
  readonly critical: boolean;
  readonly bytes: Uint8Array;
  /** How it was sampled, as the decoder is to be told. */
  readonly sampling?: Uint8Array;
}

/** One place for each event that is held: its word, its number, and where its bytes are. The counts follow each change. */
export class Slots {
  readonly #views: StoreViews;
  readonly #counts: Counts;
  readonly #cells: Cells;
  #free: number[] = [];

  constructor(views: StoreViews, counts: Counts) {
    this.#views = views;
    this.#counts = counts;
    this.#cells = new Cells(views);
  }

  fits(length: number): boolean {
    return this.#cells.fits(length);
  }

  /** The event is held from the moment its word is written, which is last. */
  add({ seq, kind, critical, bytes, sampling }: StoredEvent): number {
    const all = sampling === undefined ? bytes : Buffer.concat([bytes, sampling]);
    const slot = this.#free.pop() ?? (this.#views.header[SLOTS_USED] as number)++;
    this.#views.seq[slot] = seq;
    this.#views.length[slot] = all.length;
    this.#views.samplingLength[slot] = sampling?.length ?? 0;
    this.#views.firstCell[slot] = this.#cells.write(all);
    this.write(slot, status.newStatus(kind, critical));
    this.#counts.addHeld(critical, 1, all.length);
    return slot;
  }

  free(slot: number): void {
    const critical = this.isCritical(slot);
    this.write(slot, 0);
    this.#counts.addHeld(critical, -1, -(this.#views.length[slot] as number));
    this.#cells.free(this.#views.firstCell[slot] as number);
    this.#free.push(slot);
  }

  write(slot: number, after: status.Status): void {
    const before = this.status(slot);
    Atomics.store(this.#views.status, slot, after);
    this.#counts.moved(before, after);
  }

  status(slot: number): status.Status {
    return this.#views.status[slot] as status.Status;
  }

  isCritical(slot: number): boolean {
    return status.isCritical(this.status(slot));
  }

  seq(slot: number): number {
    return this.#views.seq[slot] as number;
  }

  /** Valid until the next call. */
  record(slot: number): { bytes: Uint8Array; sampling: Uint8Array | undefined } {
    const length = this.#views.length[slot] as number;
    const end = length - (this.#views.samplingLength[slot] as number);
    const all = this.#cells.read(this.#views.firstCell[slot] as number, length);
    if (end === length) return { bytes: all, sampling: undefined };
    return { bytes: all.subarray(0, end), sampling: all.subarray(end) };
  }

  /** After a change of owner: what is not in use is free. */
  restore(used: readonly number[]): void {
    const inUse = new Set(used);
    for (let slot = (this.#views.header[SLOTS_USED] as number) - 1; slot >= 0; slot--) {
      if (!inUse.has(slot)) this.#free.push(slot);
    }
    this.#cells.rebuild(used.map((slot) => this.#views.firstCell[slot] as number));
  }
}
