import { DROP_REASONS, type DropReason } from '../event.js';
import {
  BREAKER,
  BYTES_HELD,
  DEPTH_CRITICAL,
  DEPTH_NORMAL,
  DROPPED,
  EVENT_SCOPE,
  HALF_FULL,
  IN_FLIGHT,
  KEPT,
  LAST_FLUSH,
  LAST_SEQ,
  LEFT_OUT,
  numberAt,
  ruleNumberAt,
  SEEN,
  SEEN_AT,
  SPOOL_BOUND,
  type StoreLimits,
  type StoreViews,
  sinkScope,
  TAKEN,
  TAKEN_COPY,
  WAITING,
  WRITTEN,
} from './layout.js';
import * as status from './status.js';

/** The counts, as their one writer changes them; `read-counts.ts` is the other side. Call within a change only. */
export class Counts {
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #numbers: Float64Array<SharedArrayBuffer>;
  readonly #sinks: number;
  /** Those by which this side of the ring samples: under `wal` that is done before the log. */
  readonly #rules: number;

  constructor({ header, numbers }: Pick<StoreViews, 'header' | 'numbers'>, { events, sinks, rules = 0 }: StoreLimits) {
    this.#header = header;
    this.#numbers = numbers;
    this.#sinks = sinks;
    this.#rules = events === 0 ? 0 : rules;
  }

  get(scope: number, field: number): number {
    return this.#numbers[numberAt(scope, field)] as number;
  }

  add(scope: number, field: number, by: number): void {
    (this.#numbers[numberAt(scope, field)] as number) += by;
  }

  set(scope: number, field: number, value: number): void {
    this.#numbers[numberAt(scope, field)] = value;
  }

  addDropped(scope: number, reason: DropReason, by = 1): void {
    this.add(scope, DROPPED + DROP_REASONS.indexOf(reason), by);
  }

  /** All that was dropped in a scope. */
  dropped(scope: number): number {
    let sum = 0;
    for (let reason = 0; reason < DROP_REASONS.length; reason++) sum += this.get(scope, DROPPED + reason);
    return sum;
  }

  /** An event that never came into a lane: its end is the same for every sink. */
  addDroppedAtOnce(reason: DropReason): void {
    for (let scope = EVENT_SCOPE; scope <= this.#sinks; scope++) this.addDropped(scope, reason);
  }

  addSampled(rule: number, keep: boolean): void {
    (this.#numbers[ruleNumberAt(this.#sinks, rule, keep ? KEPT : LEFT_OUT)] as number) += 1;
  }

  /** Of what was taken. */
  get sampledOut(): number {
    let sum = 0;
    for (let rule = 0; rule < this.#rules; rule++) {
      sum += this.#numbers[ruleNumberAt(this.#sinks, rule, LEFT_OUT)] as number;
    }
    return sum;
  }

  get taken(): number {
    return this.#numbers[this.#takenCopy() + TAKEN] as number;
  }

  get lastSeq(): number {
    return this.#numbers[this.#takenCopy() + LAST_SEQ] as number;
  }

  get written(): number {
    return this.#numbers[WRITTEN] as number;
  }

  /** Both numbers change at once: what is in the ring is known from then on to be taken, or was not. */
  take(seq: number, events = 1): void {
    const copy = this.#takenCopy();
    const other = 2 - copy;
    this.#numbers[other + TAKEN] = (this.#numbers[copy + TAKEN] as number) + events;
    this.#numbers[other + LAST_SEQ] = seq;
    Atomics.store(this.#header, TAKEN_COPY, other);
  }

  /** Taken from the log, and counted as spilled by `endSeeing` at the latest. */
  see(events: number): void {
    this.#numbers[SEEN_AT] = this.taken + events;
    this.#numbers[SEEN] = events;
    this.take(this.lastSeq, events);
  }

  endSeeing(): void {
    this.#numbers[SEEN] = 0;
  }

  /** What a death has left so. */
  get seen(): number {
    return this.taken >= (this.#numbers[SEEN_AT] as number) ? (this.#numbers[SEEN] as number) : 0;
  }

  #takenCopy(): number {
    return Atomics.load(this.#header, TAKEN_COPY);
  }

  /** An event went from one status to another. */
  moved(before: status.Status, after: status.Status): void {
    this.#move(EVENT_SCOPE, columnOf(before), columnOf(after));
    if (((before ^ after) & 0xffff) === 0 && status.isUsed(before) === status.isUsed(after)) return;
    for (let sink = 0; sink < this.#sinks; sink++) {
      this.#move(sinkScope(sink), sinkColumnOf(before, sink), sinkColumnOf(after, sink));
    }
  }

  #move(scope: number, from: number, to: number): void {
    if (from === to) return;
    if (from !== NOWHERE) this.add(scope, from, -1);
    if (to !== NOWHERE) this.add(scope, to, 1);
  }

  addHeld(critical: boolean, events: number, bytes: number): void {
    (this.#numbers[critical ? DEPTH_CRITICAL : DEPTH_NORMAL] as number) += events;
    (this.#numbers[BYTES_HELD] as number) += bytes;
  }

  forgetHeld(): void {
    this.#numbers[DEPTH_NORMAL] = this.#numbers[DEPTH_CRITICAL] = this.#numbers[BYTES_HELD] = 0;
    for (let scope = EVENT_SCOPE; scope <= this.#sinks; scope++) {
      for (const field of [WAITING, SPOOL_BOUND, IN_FLIGHT]) this.set(scope, field, 0);
    }
  }

  depth(critical: boolean): number {
    return this.#numbers[critical ? DEPTH_CRITICAL : DEPTH_NORMAL] as number;
  }

  get held(): number {
    return this.depth(false) + this.depth(true);
  }

  get bytes(): number {
    return this.#numbers[BYTES_HELD] as number;
  }

  flushedAt(epochMs: number): void {
    this.#numbers[LAST_FLUSH] = epochMs;
  }

  setBreaker(sink: number, state: number): void {
    this.set(sinkScope(sink), BREAKER, state);
  }

  set halfFull(value: boolean) {
    Atomics.store(this.#header, HALF_FULL, value ? 1 : 0);
  }

  get halfFull(): boolean {
    return Atomics.load(this.#header, HALF_FULL) === 1;
  }
}

const NOWHERE = -1;
/** Where a sink's state is counted. */
const COLUMNS: readonly number[] = [WAITING, IN_FLIGHT, SPOOL_BOUND, NOWHERE];

function columnOf(word: status.Status): number {
  if (!status.isUsed(word)) return NOWHERE;
  return status.anyInFlight(word) ? IN_FLIGHT : WAITING;
}

function sinkColumnOf(word: status.Status, sink: number): number {
  if (!status.isUsed(word)) return NOWHERE;
  return COLUMNS[status.stateOf(word, sink)] as number;
}
