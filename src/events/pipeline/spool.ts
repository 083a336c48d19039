import type { AppendOutcome, DropReason } from '../event.js';
import type { SinkEvent } from '../sinks/sink.js';
import { DELIVERED, EVENT_SCOPE, SPILLED, sinkScope } from '../store/layout.js';
import { closeGaps, measure, type SpoolCounts } from '../store/repair.js';
import type { Store } from '../store/store.js';
import type { SpoolReaderPort, SpoolRecord, SpoolWriterPort } from './ports.js';

/** How long a spool that was full, or failed, is left alone. */
const REFUSAL_MS = 1_000;

const SPOOL_POLL_MS = 500;
const LOG_POLL_MS = 50;

/** How many events are remembered that some sink has dropped while others are still to get them from the spool. */
const MOST_DROPPED = 10_000;

/** The spool with its accounts. Like the store's, its changes stand between `begin` and `end`. */
export class Spool {
  readonly #store: Store;
  readonly #writer: SpoolWriterPort | undefined;
  readonly #reader: SpoolReaderPort | undefined;
  /** Which events are not delivered when their last sink is done with them, and why. */
  readonly #dropped = new Map<string, DropReason>();
  readonly #gone: number[];
  #refusesUntil = 0;
  #appended = false;
  #lostBefore: SpoolCounts;
  #tendAt = Number.NEGATIVE_INFINITY;

  /** Without a writer it is the log of `wal`, which the main thread writes; without a reader it can only be spilled to. */
  constructor(store: Store, writer: SpoolWriterPort | undefined, reader: SpoolReaderPort | undefined) {
    this.#store = store;
    this.#writer = writer;
    this.#reader = reader;
    // What was found to be lost as it was opened is counted by who repaired the store.
    this.#lostBefore = copyOf(reader?.lost);
    this.#gone = Array.from({ length: store.limits.sinks }, () => 0);
  }

  get isLog(): boolean {
    return this.#writer === undefined;
  }

  /** How often to look after it. A log is written by another thread, and a full batch is to be found soon. */
  get pollMs(): number {
    return this.isLog ? LOG_POLL_MS : SPOOL_POLL_MS;
  }

  takes(now: number): boolean {
    return this.#writer !== undefined && now >= this.#refusesUntil;
  }

  /** How many events this sink needs no more that stood here since it was opened, whatever became of them. */
  gone(sink: number): number {
    return this.#gone[sink] ?? 0;
  }

  waiting(sink: number): number {
    return this.#reader?.counts.perSink[sink] ?? 0;
  }

  /** Reading finds what is corrupt. Not within a change: the disk takes its time. */
  read(sink: number, most: number): readonly SinkEvent[] {
    if (this.#reader === undefined) return [];
    if (this.#appended && !this.refresh()) return [];
    const events = this.#reader.read(sink, most);
    return this.#closeGaps() ? events : [];
  }

  /** Its own work, now and then, and at once where there is something new. Not within a change. */
  tend(now: number): void {
    if (!this.#appended && now < this.#tendAt) return;
    this.#tendAt = now + this.pollMs;
    this.#writer?.syncIfDue();
    this.#reader?.mark(this.#store.counts.taken);
    this.refresh();
  }

  /** Sees what was appended; false where it cannot now, which tells nothing of what is there. Not within a change. */
  refresh(): boolean {
    if (this.#reader?.refresh() !== true) return false;
    this.#appended = false;
    return this.#closeGaps();
  }

  #closeGaps(): boolean {
    const { counts, lost } = this.#reader as SpoolReaderPort;
    if (!this.#store.begin()) return false;
    const before = this.#lostBefore;
    this.#lostBefore = copyOf(lost);
    const newlyLost = {
      events: lost.events - before.events,
      perSink: lost.perSink.map((events, sink) => events - (before.perSink[sink] ?? 0)),
    };
    for (const [sink, events] of newlyLost.perSink.entries()) this.#addGone(sink, events);
    const { sinks } = this.#store.limits;
    measure(this.#store.counts, sinks, { ...counts, lost: newlyLost });
    closeGaps(this.#store.counts, sinks, 'spool_corrupt');
    this.#store.end();
    return true;
  }

  append(record: SpoolRecord, now: number, dropped?: DropReason): AppendOutcome {
    let outcome: AppendOutcome = 'failed';
    try {
      if (this.#writer !== undefined) outcome = this.#writer.append(record);
    } catch {
      // A spool that throws is one that fails: whoever wanted to write decides.
    }
    this.#store.assertOwned();
    if (outcome === 'written') {
      this.#appended = true;
      if (dropped !== undefined) this.#rememberDropped(record.id, dropped);
    } else if (outcome !== 'too_large') {
      this.#refusesUntil = now + REFUSAL_MS;
    }
    return outcome;
  }

  /** A sink has stored these. That is counted before they are no more on disk: what is not counted by a death in between comes again. */
  settle(sink: number, events: readonly SinkEvent[]): void {
    const { counts } = this.#store;
    counts.add(sinkScope(sink), DELIVERED, events.length);
    const whole = this.#dropped.size === 0 ? events : events.filter(({ id }) => !this.#dropped.has(id));
    if (whole.length > 0) this.#settled(sink, whole, (gone) => counts.add(EVENT_SCOPE, DELIVERED, gone));
    if (whole.length < events.length) {
      for (const event of events) {
        const dropped = this.#dropped.get(event.id);
        if (dropped !== undefined) this.#settleIncomplete(sink, event, dropped);
      }
    }
  }

  /** A sink does without this one. */
  settleDropped(sink: number, event: SinkEvent, reason: DropReason): void {
    this.#store.counts.addDropped(sinkScope(sink), reason);
    this.#settleIncomplete(sink, event, this.#dropped.get(event.id) ?? reason);
  }

  /** One alone, since the spool tells how many events are gone and not which. */
  #settleIncomplete(sink: number, event: SinkEvent, dropped: DropReason): void {
    this.#settled(sink, [event], (gone) => {
      if (gone === 0) {
        this.#rememberDropped(event.id, dropped);
      } else {
        this.#dropped.delete(event.id);
        this.#store.counts.addDropped(EVENT_SCOPE, dropped);
      }
    });
  }

  /** `count` is told how many of them no sink needs any more. */
  #settled(sink: number, events: readonly SinkEvent[], count: (gone: number) => void): void {
    const reader = this.#reader as SpoolReaderPort;
    const before = reader.counts.events;
    reader.settle(sink, events);
    this.#store.assertOwned();
    const gone = before - reader.counts.events;
    count(gone);
    this.#store.counts.add(EVENT_SCOPE, SPILLED, -gone);
    this.#store.counts.add(sinkScope(sink), SPILLED, -events.length);
    this.#addGone(sink, events.length);
  }

  #addGone(sink: number, events: number): void {
    this.#gone[sink] = this.gone(sink) + events;
  }

  #rememberDropped(id: string, reason: DropReason): void {
    if (this.#dropped.size >= MOST_DROPPED) this.#dropped.delete(this.#dropped.keys().next().value as string);
    this.#dropped.set(id, reason);
  }
}

/** The reader goes on counting in its own. */
function copyOf({ events, perSink }: SpoolCounts = { events: 0, perSink: [] }): SpoolCounts {
  return { events, perSink: [...perSink] };
}
