import type { DropReason } from '../event.js';
import type { SinkEvent } from '../sinks/sink.js';
import { DELIVERED, EVENT_SCOPE, SPILLED, sinkScope } from '../store/layout.js';
import { closeGaps } from '../store/repair.js';
import type { AppendOutcome, Store } from '../store/store.js';
import type { SpoolReaderPort, SpoolRecord, SpoolWriterPort } from './ports.js';

/** How long a spool that was full, or failed, is left alone. */
const REFUSAL_MS = 1_000;

/** How many events are remembered that some sink has dropped while others are still to get them from the spool. */
const MOST_DROPPED = 10_000;

/** An event of the spool that a sink is done with. */
export interface SpooledOutcome {
  readonly event: SinkEvent;
  readonly dropped: DropReason | undefined;
}

/** The spool with its accounts. Like the store's, its changes stand between `begin` and `end`. */
export class Spool {
  readonly #store: Store;
  readonly #writer: SpoolWriterPort | undefined;
  readonly #reader: SpoolReaderPort;
  /** Which events are not delivered when their last sink is done with them, and why. */
  readonly #dropped = new Map<string, DropReason>();
  #refusesUntil = 0;
  #appended = false;

  /** Without a writer it is the log of `wal`, which the main thread writes. */
  constructor(store: Store, writer: SpoolWriterPort | undefined, reader: SpoolReaderPort) {
    this.#store = store;
    this.#writer = writer;
    this.#reader = reader;
  }

  get isLog(): boolean {
    return this.#writer === undefined;
  }

  takes(now: number): boolean {
    return this.#writer !== undefined && now >= this.#refusesUntil;
  }

  waiting(sink: number): number {
    return this.#reader.counts.perSink[sink] ?? 0;
  }

  /** Reading finds what is corrupt. */
  read(sink: number, most: number): readonly SinkEvent[] {
    if (!this.#store.begin()) return [];
    try {
      const events = this.#reader.read(sink, most);
      this.#closeGaps();
      return events;
    } finally {
      this.#store.end();
    }
  }

  /** Sees what was appended since. */
  refresh(): void {
    if (!this.#appended && !this.isLog) return;
    this.#appended = false;
    this.#reader.refresh();
    this.#closeGaps();
  }

  #closeGaps(): void {
    closeGaps(this.#store.counts, this.#store.limits.sinks, this.#reader.counts, 'spool_corrupt');
  }

  append(record: SpoolRecord, now: number, dropped?: DropReason): AppendOutcome {
    let outcome: AppendOutcome = 'failed';
    try {
      if (this.#writer !== undefined) outcome = this.#writer.append(record);
    } catch {
      // A spool that throws is one that fails: whoever wanted to write decides.
    }
    if (outcome === 'written') {
      this.#appended = true;
      if (dropped !== undefined) this.#rememberDropped(record.id, dropped);
    } else {
      this.#refusesUntil = now + REFUSAL_MS;
    }
    return outcome;
  }

  /** A sink is done with these, the oldest that it had not settled. */
  settle(sink: number, outcomes: readonly SpooledOutcome[]): void {
    let run: SinkEvent[] = [];
    for (const { event, dropped } of outcomes) {
      if (dropped === undefined && !this.#dropped.has(event.id)) {
        run.push(event);
        continue;
      }
      this.#settleDelivered(sink, run);
      run = [];
      this.#settleDropped(sink, event, dropped);
    }
    this.#settleDelivered(sink, run);
  }

  #settleDelivered(sink: number, events: readonly SinkEvent[]): void {
    if (events.length === 0) return;
    const { counts } = this.#store;
    const gone = this.#settled(sink, events);
    counts.add(EVENT_SCOPE, DELIVERED, gone);
    counts.add(sinkScope(sink), DELIVERED, events.length);
  }

  /** One alone, since the spool tells how many events are gone and not which. */
  #settleDropped(sink: number, event: SinkEvent, dropped: DropReason | undefined): void {
    const { counts } = this.#store;
    const reason = this.#dropped.get(event.id) ?? (dropped as DropReason);
    if (this.#settled(sink, [event]) === 0) {
      this.#rememberDropped(event.id, reason);
    } else {
      this.#dropped.delete(event.id);
      counts.addDropped(EVENT_SCOPE, reason);
    }
    if (dropped === undefined) counts.add(sinkScope(sink), DELIVERED, 1);
    else counts.addDropped(sinkScope(sink), dropped);
  }

  /** How many of them no sink needs any more. */
  #settled(sink: number, events: readonly SinkEvent[]): number {
    const before = this.#reader.counts.events;
    this.#reader.settle(sink, events);
    const gone = before - this.#reader.counts.events;
    this.#store.counts.add(EVENT_SCOPE, SPILLED, -gone);
    this.#store.counts.add(sinkScope(sink), SPILLED, -events.length);
    return gone;
  }

  #rememberDropped(id: string, reason: DropReason): void {
    if (this.#dropped.size >= MOST_DROPPED) this.#dropped.delete(this.#dropped.keys().next().value as string);
    this.#dropped.set(id, reason);
  }
}
