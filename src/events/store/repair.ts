import type { DropReason } from '../event.js';
import type { Counts } from './counts.js';
import {
  DELIVERED,
  EVENT_SCOPE,
  IN_FLIGHT,
  RECOVERED,
  SLOTS_USED,
  SPILLED,
  SPOOL_BOUND,
  type StoreViews,
  sinkScope,
  WAITING,
} from './layout.js';
import * as status from './status.js';

/** What stands on disk: events that some sink still needs, and for each sink those that it needs. */
export interface SpoolCounts {
  readonly events: number;
  readonly perSink: readonly number[];
}

/** The same, and what was found to be lost since the last measurement. */
export interface Measured extends SpoolCounts {
  readonly lost: SpoolCounts;
}

/** What a death may have left at odds with the store. */
export interface Surroundings {
  readonly onDisk?: Measured | undefined;
  /** Whether the event is the last that was written to the spool: how many stand there does not tell, since others may have come back. */
  readonly wasAppended?: ((seq: number) => boolean) | undefined;
  /** Gives back the space of records that the store had taken. */
  readonly ring?: { giveBackUpTo(seq: number): void } | undefined;
}

/**
 * What a new owner does first, since the former one may have died between any two of its steps: the events' own words
 * are the truth, and the counts follow them. Gives the slots in use, in the order of their arrival.
 */
export function repair(views: StoreViews, counts: Counts, sinks: number, around: Surroundings): number[] {
  const used: number[] = [];
  let appended = 0;
  counts.forgetHeld();
  for (let slot = 0; slot < (views.header[SLOTS_USED] as number); slot++) {
    const before = views.status[slot] as status.Status;
    if (!status.isUsed(before)) continue;
    if (status.isAppending(before) && around.wasAppended?.(views.seq[slot] as number) === true) {
      appended = status.spoolMask(before, sinks);
      Atomics.store(views.status, slot, 0);
      continue;
    }
    const after = status.landed(status.withAppending(before, false), sinks);
    Atomics.store(views.status, slot, after);
    counts.moved(0, after);
    counts.addHeld(status.isCritical(after), 1, views.length[slot] as number);
    used.push(slot);
  }
  used.sort((a, b) => (views.seq[a] as number) - (views.seq[b] as number));
  const newest = used.at(-1);
  // It had come into the store, and was not yet counted as taken from the ring.
  if (newest !== undefined && (views.seq[newest] as number) > counts.lastSeq) counts.take(views.seq[newest] as number);
  if (around.onDisk !== undefined) {
    measure(counts, sinks, around.onDisk, appended);
    closeGaps(counts, sinks, 'spool_corrupt', around.onDisk.lost.events);
  }
  closeGaps(counts, sinks, 'thread_lost');
  return used;
}

/**
 * Counts what stands on disk as it was found there. More than was known: under `wal` what the main thread has written
 * meanwhile, the event that a thread was appending as it died (`appended`: for these sinks), else left by a former process,
 * or acknowledged once already by a sink whose cursor was not on disk yet. Less is lost: a gap.
 */
export function measure(counts: Counts, sinks: number, onDisk: Measured, appended = 0): void {
  const { events, perSink, lost } = onDisk;
  const seen = counts.seen;
  const unknown = events + lost.events - counts.get(EVENT_SCOPE, SPILLED);
  const written = Math.max(0, Math.min(unknown, counts.written - counts.taken));
  if (written > 0) counts.see(written);
  const found = (scope: number, there: number, known: number): void => {
    const returned = there - counts.get(scope, SPILLED) - known;
    counts.set(scope, SPILLED, there);
    if (returned > 0) counts.add(scope, RECOVERED, returned);
  };
  found(EVENT_SCOPE, events, seen + written - lost.events + (appended === 0 ? 0 : 1));
  for (let sink = 0; sink < sinks; sink++) {
    const isAppended = (appended >> sink) & 1;
    found(sinkScope(sink), perSink[sink] ?? 0, seen + written - (lost.perSink[sink] ?? 0) + isAppended);
  }
  counts.endSeeing();
}

/** Makes the equation close after what could not be counted as it happened; `most` of it was for that reason. */
export function closeGaps(counts: Counts, sinks: number, reason: DropReason, most = Number.POSITIVE_INFINITY): void {
  for (let scope = EVENT_SCOPE; scope <= sinks; scope++) {
    const gap = gapOf(counts, scope);
    if (gap < 0) counts.add(scope, RECOVERED, -gap);
    else if (Math.min(gap, most) > 0) counts.addDropped(scope, reason, Math.min(gap, most));
  }
}

function gapOf(counts: Counts, scope: number): number {
  const accepted = counts.taken + counts.get(scope, RECOVERED);
  const known = [DELIVERED, SPILLED, WAITING, SPOOL_BOUND, IN_FLIGHT].reduce(
    (sum, field) => sum + counts.get(scope, field),
    0,
  );
  return accepted - counts.sampledOut - counts.dropped(scope) - known;
}
