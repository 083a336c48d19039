import type { DropReason } from '../event.js';
import type { SinkEvent } from '../sinks/sink.js';
import { sinkScope, WAITING } from '../store/layout.js';
import type { Store } from '../store/store.js';
import type { Spiller } from './spiller.js';
import type { Spool } from './spool.js';
import type { StoredEvents } from './stored-events.js';

/** An event that a sink is to get, and where its feed finds it again. */
export interface Entry {
  readonly event: SinkEvent;
  readonly ref: number;
}

/** Where a sink's events come from. `delivered`, `dropped` and `giveUp` stand within a change. */
export interface Feed {
  /** How long events may wait for a batch to fill. */
  readonly intervalMs: number;
  readonly waiting: number;
  /** Memory fills up with what waits for this sink: there is no time to fill a batch. */
  readonly isPressing: boolean;
  take(most: number): readonly Entry[];
  delivered(entries: readonly Entry[]): void;
  dropped(entry: Entry, reason: DropReason): void;
  /** The sink does not take them; `exhausted` says that they had all their tries. */
  giveUp(entries: readonly Entry[], exhausted: boolean, now: number): void;
  canStandAside(now: number): boolean;
  /** The sink is left alone for now: its events need not fill the memory. */
  standAside(most: number, now: number): void;
}

/** What came through the ring, from the lanes in memory. */
export class LaneFeed implements Feed {
  readonly intervalMs: number;
  readonly #sink: number;
  readonly #store: Store;
  readonly #events: StoredEvents;
  readonly #spiller: Spiller;

  constructor(sink: number, store: Store, events: StoredEvents, spiller: Spiller, intervalMs: number) {
    this.#sink = sink;
    this.#store = store;
    this.#events = events;
    this.#spiller = spiller;
    this.intervalMs = intervalMs;
  }

  get waiting(): number {
    return this.#store.counts.get(sinkScope(this.#sink), WAITING);
  }

  get isPressing(): boolean {
    return this.#store.isHalfFull && this.waiting * 2 >= this.#store.counts.held;
  }

  take(most: number): Entry[] {
    if (!this.#store.begin()) return [];
    try {
      const entries: Entry[] = [];
      for (const slot of this.#store.take(this.#sink, most)) {
        const event = this.#events.at(slot);
        if (event === undefined) this.#store.drop(slot, this.#sink, 'serialize_error');
        else entries.push({ event, ref: slot });
      }
      return entries;
    } finally {
      this.#store.end();
    }
  }

  delivered(entries: readonly Entry[]): void {
    for (const { ref } of entries) this.#store.deliver(ref, this.#sink);
  }

  dropped({ ref }: Entry, reason: DropReason): void {
    this.#store.drop(ref, this.#sink, reason);
  }

  giveUp(entries: readonly Entry[], exhausted: boolean, now: number): void {
    for (const { ref } of entries) {
      if (!exhausted || (this.#spiller.spills && !this.#spiller.takes(now))) this.#store.giveBack(ref, this.#sink);
      else if (this.#spiller.spills) this.#store.spool(ref, this.#sink);
      else this.#store.drop(ref, this.#sink, 'retries_exhausted');
    }
  }

  canStandAside(now: number): boolean {
    return this.#spiller.takes(now);
  }

  standAside(most: number, now: number): void {
    if (!this.#store.begin()) return;
    try {
      for (const slot of this.#store.take(this.#sink, most)) this.#store.spool(slot, this.#sink);
      this.#spiller.drain(now);
    } finally {
      this.#store.end();
    }
  }
}

/** What waits on disk, oldest first. What a sink has not settled of a batch is its next one: it is passed by never. */
export class SpoolFeed implements Feed {
  readonly intervalMs: number;
  readonly #sink: number;
  readonly #spool: Spool;
  /** Read, and not settled. */
  #open: readonly Entry[] = [];

  constructor(sink: number, spool: Spool, intervalMs: number) {
    this.#sink = sink;
    this.#spool = spool;
    this.intervalMs = intervalMs;
  }

  get waiting(): number {
    return this.#open.length || this.#spool.waiting(this.#sink);
  }

  get isPressing(): boolean {
    return false;
  }

  take(most: number): readonly Entry[] {
    if (this.#open.length === 0) this.#open = this.#spool.read(this.#sink, most).map((event, ref) => ({ event, ref }));
    return this.#open.slice(0, most);
  }

  delivered(entries: readonly Entry[]): void {
    this.#spool.settle(
      this.#sink,
      entries.map(({ event }) => event),
    );
    this.#forget(entries);
  }

  dropped(entry: Entry, reason: DropReason): void {
    this.#spool.settleDropped(this.#sink, entry.event, reason);
    this.#forget([entry]);
  }

  giveUp(): void {
    // They are on disk, and the next to be taken.
  }

  canStandAside(): boolean {
    return false;
  }

  standAside(): void {
    // They fill no memory.
  }

  #forget(entries: readonly Entry[]): void {
    const settled = new Set(entries);
    this.#open = this.#open.filter((entry) => !settled.has(entry));
  }
}
