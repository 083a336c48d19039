import type { AppendOutcome, DropReason, EventKind } from '../event.js';
import { Counts } from './counts.js';
import { Lane } from './lanes.js';
import {
  DELIVERED,
  EVENT_SCOPE,
  limitsOf,
  normalLimitOf,
  SPILLED,
  type StoreLimits,
  sinkScope,
  viewsOf,
} from './layout.js';
import { Ownership, StoreLost } from './ownership.js';
import { repair, type Surroundings } from './repair.js';
import { Slots, type StoredEvent } from './slots.js';
import * as status from './status.js';

const NONE = -1;
const ALL_STATES = 0b1111;

/**
 * The events between the ring and the sinks, in memory that outlives their thread. Each knows for itself what every
 * sink has done with it. What changes anything stands between `begin` and `end`.
 */
export class Store {
  readonly limits: StoreLimits;
  readonly counts: Counts;
  readonly #ownership: Ownership;
  readonly #slots: Slots;
  readonly #normal: Lane;
  readonly #critical: Lane;
  readonly #isWaiting: readonly ((slot: number) => boolean)[];
  readonly #isDroppable = (slot: number): boolean => !status.anyInFlight(this.#slots.status(slot));
  /** No sink has anything to do with these any more, but the spool has. */
  #spoolBound: number[] = [];

  private constructor(memory: SharedArrayBuffer, around: Surroundings) {
    this.limits = limitsOf(memory);
    const { events, sinks } = this.limits;
    const views = viewsOf(memory);
    this.counts = new Counts(views, this.limits);
    this.#slots = new Slots(views, this.counts);
    // Besides the sinks, whoever looks for something to drop has a place in each lane.
    this.#normal = new Lane(events, sinks + 1);
    this.#critical = new Lane(events, sinks + 1);
    this.#isWaiting = Array.from(
      { length: sinks },
      (_, sink) => (slot: number) => status.stateOf(this.#slots.status(slot), sink) === status.WAITING,
    );
    this.#ownership = Ownership.take(views.header);
    try {
      this.#restore(repair(views, this.counts, sinks, around));
      around.ring?.giveBackUpTo(this.counts.lastSeq);
    } finally {
      this.end();
    }
  }

  /** Takes the store from whoever has it, and repairs what a death has left. */
  static open(memory: SharedArrayBuffer, around: Surroundings = {}): Store {
    return new Store(memory, around);
  }

  get owned(): boolean {
    return this.#ownership.held;
  }

  get life(): number {
    return this.#ownership.life;
  }

  /** False where someone else has taken the store: touch nothing. */
  begin(): boolean {
    return this.#ownership.begin();
  }

  end(): void {
    this.#ownership.end();
  }

  /** Within a change, after the disk: a successor may have lost patience. Throws StoreLost. */
  assertOwned(): void {
    if (!this.owned) throw new StoreLost();
  }

  hasRoom(critical: boolean, length: number): boolean {
    const { events, bytes } = this.limits;
    if (this.counts.held >= events || this.counts.bytes + length > bytes || !this.#slots.fits(length)) return false;
    return critical || this.counts.depth(false) < this.normalLimit;
  }

  /** By events or by bytes. */
  get isHalfFull(): boolean {
    const { events, bytes } = this.limits;
    return this.counts.held * 2 >= events || this.counts.bytes * 2 >= bytes;
  }

  get normalLimit(): number {
    return normalLimitOf(this.limits.events);
  }

  /** Only where there is room. */
  add(event: StoredEvent): void {
    const slot = this.#slots.add(event);
    this.#laneOf(slot).push(slot);
  }

  /** The oldest event that no sink has in flight and that has to go for one that arrives; NONE (-1) where there is none. */
  oldestDroppable(forCritical: boolean): number {
    const reader = this.limits.sinks;
    const slot = this.#normal.oldest(reader, this.#isDroppable);
    return slot === NONE && forCritical ? this.#critical.oldest(reader, this.#isDroppable) : slot;
  }

  /** Gives a sink its oldest events, the critical lane's first. */
  take(sink: number, most: number): number[] {
    const slots: number[] = [];
    const isWaiting = this.#isWaiting[sink] as (slot: number) => boolean;
    for (const lane of [this.#critical, this.#normal]) {
      while (slots.length < most) {
        const slot = lane.oldest(sink, isWaiting);
        if (slot === NONE) break;
        this.#slots.write(slot, status.withState(this.#slots.status(slot), sink, status.IN_FLIGHT));
        slots.push(slot);
      }
    }
    return slots;
  }

  deliver(slot: number, sink: number): void {
    const after = this.#change(slot, status.withState(this.#slots.status(slot), sink, status.DONE));
    this.counts.add(sinkScope(sink), DELIVERED, 1);
    this.#leave(slot, after);
  }

  drop(slot: number, sink: number, reason: DropReason): void {
    this.#moveSinks(slot, 1 << sink, ALL_STATES, status.DONE, reason);
  }

  /** The sink could not take it: it waits again, where it stood. */
  giveBack(slot: number, sink: number): void {
    this.#moveSinks(slot, 1 << sink, ALL_STATES, status.WAITING);
  }

  /** It goes to the spool as soon as no other sink has anything to do with it. */
  spool(slot: number, sink: number): void {
    this.#moveSinks(slot, 1 << sink, ALL_STATES, status.TO_SPOOL);
  }

  dropWaiting(slot: number, reason: DropReason): void {
    this.#moveSinks(slot, -1, 1 << status.WAITING, status.DONE, reason);
  }

  dropAll(slot: number, reason: DropReason): void {
    this.#moveSinks(slot, -1, ALL_STATES, status.DONE, reason);
  }

  spoolAll(slot: number): void {
    this.#moveSinks(slot, -1, ALL_STATES, status.TO_SPOOL);
  }

  /** The spool could not take it: its sinks have to, or the queue's limit decides. */
  waitForSinks(slot: number): void {
    this.#moveSinks(slot, -1, 1 << status.TO_SPOOL, status.WAITING);
  }

  /** The next event for the spool; NONE (-1) where there is none. */
  nextSpoolBound(): number {
    for (let slot = this.#spoolBound.shift(); slot !== undefined; slot = this.#spoolBound.shift()) {
      if (status.isSpoolBound(this.#slots.status(slot), this.limits.sinks)) return slot;
    }
    return NONE;
  }

  /** Writes an event to the spool; it leaves memory when it is written. The caller does something else with it if not. */
  append(slot: number, write: (sinks: number, dropped: DropReason | undefined) => AppendOutcome): AppendOutcome {
    const word = this.#slots.status(slot);
    const mask = status.spoolMask(word, this.limits.sinks);
    this.#slots.write(slot, status.withAppending(word, true));
    const outcome = write(mask, status.reasonOf(word));
    if (outcome !== 'written') {
      this.#slots.write(slot, word);
      return outcome;
    }
    // Before it leaves memory: who takes over then finds it here as well, and knows that it is counted.
    this.counts.add(EVENT_SCOPE, SPILLED, 1);
    for (let sink = 0; sink < this.limits.sinks; sink++) {
      if ((mask & (1 << sink)) !== 0) this.counts.add(sinkScope(sink), SPILLED, 1);
    }
    this.#free(slot);
    return outcome;
  }

  /** What is in memory, the critical lane first. */
  slots(): number[] {
    const slots: number[] = [];
    for (const lane of [this.#critical, this.#normal]) {
      for (let slot = lane.head; slot !== NONE; slot = lane.next(slot)) slots.push(slot);
    }
    return slots;
  }

  /** Whether what had come in up to this sequence number has left. */
  hasNoneUpTo(seq: number): boolean {
    return [this.#critical, this.#normal].every(({ head }) => head === NONE || this.#slots.seq(head) > seq);
  }

  seq(slot: number): number {
    return this.#slots.seq(slot);
  }

  kind(slot: number): EventKind {
    return status.kindOf(this.#slots.status(slot));
  }

  isCritical(slot: number): boolean {
    return this.#slots.isCritical(slot);
  }

  /** Valid until the next call. */
  record(slot: number): ReturnType<Slots['record']> {
    return this.#slots.record(slot);
  }

  /** Writes the word, or frees the slot where no sink has anything to do with the event any more. */
  #change(slot: number, after: status.Status): status.Status {
    if (status.allDone(after, this.limits.sinks)) this.#free(slot);
    else this.#slots.write(slot, after);
    return after;
  }

  /** What follows for the event as a whole; after the counts of the sinks. */
  #leave(slot: number, after: status.Status): void {
    const { sinks } = this.limits;
    if (status.allDone(after, sinks)) {
      const reason = status.reasonOf(after);
      if (reason === undefined) this.counts.add(EVENT_SCOPE, DELIVERED, 1);
      else this.counts.addDropped(EVENT_SCOPE, reason);
    } else if (!status.anyInFlight(after)) {
      if (status.isSpoolBound(after, sinks)) this.#spoolBound.push(slot);
      else this.#laneOf(slot).reread(sinks);
    }
  }

  #moveSinks(slot: number, sinks: number, from: number, to: status.SinkState, reason?: DropReason): void {
    let after = this.#slots.status(slot);
    let moved = 0;
    for (let sink = 0; sink < this.limits.sinks; sink++) {
      const state = status.stateOf(after, sink);
      if (state === status.DONE || state === to) continue;
      if ((sinks & (1 << sink)) === 0 || (from & (1 << state)) === 0) continue;
      after = status.withState(after, sink, to);
      moved |= 1 << sink;
    }
    if (moved === 0) return;
    if (reason !== undefined) after = status.withReason(after, reason);
    this.#change(slot, after);
    for (let sink = 0; sink < this.limits.sinks; sink++) {
      if ((moved & (1 << sink)) === 0) continue;
      if (reason !== undefined) this.counts.addDropped(sinkScope(sink), reason);
      if (to === status.WAITING) this.#laneOf(slot).reread(sink);
    }
    this.#leave(slot, after);
  }

  #laneOf(slot: number): Lane {
    return this.isCritical(slot) ? this.#critical : this.#normal;
  }

  #free(slot: number): void {
    this.#laneOf(slot).remove(slot);
    this.#slots.free(slot);
  }

  #restore(used: readonly number[]): void {
    this.#slots.restore(used);
    for (const slot of used) {
      this.#laneOf(slot).push(slot);
      this.#leave(slot, this.#slots.status(slot));
    }
  }
}
