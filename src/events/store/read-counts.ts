import {
  DROP_REASONS,
  type DropReason,
  type EventCounts,
  type LossEquation,
  type RejectReason,
  type RuleCounts,
} from '../event.js';
import {
  BATCHES,
  BREAKER,
  BYTES_HELD,
  CHANGES,
  DELIVERED,
  DEPTH_CRITICAL,
  DEPTH_NORMAL,
  DROPPED,
  EVENT_SCOPE,
  FAILED_WRITES,
  HALF_FULL,
  IN_FLIGHT,
  KEPT,
  LAST_FLUSH,
  LEFT_OUT,
  limitsOf,
  numberAt,
  RECOVERED,
  RETRIES,
  ruleNumberAt,
  SPILLED,
  SPOOL_BOUND,
  sinkScope,
  TAKEN,
  TAKEN_COPY,
  viewsOf,
  WAITING,
  WRITTEN,
} from './layout.js';

/** What the main thread knows by itself, as the only one that records. */
export interface ProducerCounts {
  readonly submitted: number;
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
  /** Accepted, and dropped before they were in the ring. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** In the ring: written, and not given back by its reader; and what they take there. */
  readonly waiting: number;
  readonly waitingBytes: number;
}

export interface SinkState {
  readonly batches: number;
  readonly retries: number;
  readonly failedWrites: number;
  /** 0 closed, 0.5 half open, 1 open. */
  readonly breaker: number;
}

export interface PipelineCounts extends EventCounts {
  /** Of `submitted` and `accepted`: found in the spool, left there by a former process. */
  readonly recovered: number;
  readonly batchesWritten: number;
  /** By all sinks together. */
  readonly eventsPersisted: number;
  /** Epoch milliseconds; undefined before the first. */
  readonly lastFlushAt: number | undefined;
  readonly halfFull: boolean;
  readonly bytesHeld: number;
  readonly depth: { readonly critical: number; readonly normal: number };
  readonly sinkStates: Readonly<Record<string, SinkState>>;
  /** By rule; what they left out is `sampledOut`. */
  readonly sampling: Readonly<Record<string, RuleCounts>>;
}

/** How long a change of the counts is waited for before the last whole reading is given instead. */
const PATIENCE_MS = 20;
/** What a writer that was put to sleep in a change gets of this processor. */
const PAUSE_MS = 0.1;

/** Reads the counts from any thread at any time, and never half of a change. */
export class CountsReader {
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #numbers: Float64Array<SharedArrayBuffer>;
  readonly #sinks: readonly string[];
  readonly #rules: readonly string[];
  readonly #onDiskOnly: boolean;
  readonly #copy: Float64Array;
  #last: PipelineCounts;

  constructor(memory: SharedArrayBuffer, sinks: readonly string[], rules: readonly string[] = []) {
    const { header, numbers } = viewsOf(memory);
    this.#header = header;
    this.#numbers = numbers;
    this.#sinks = sinks;
    this.#rules = rules;
    this.#onDiskOnly = limitsOf(memory).events === 0;
    this.#copy = new Float64Array(numbers.length);
    this.#last = this.#counts({ submitted: 0, rejected: {}, dropped: {}, waiting: 0, waitingBytes: 0 }, 0, false);
  }

  /**
   * Where a change is longer than that, since the disk is asked within it or its writer has died, the last reading before it: until
   * it is over, or repaired by the writer's successor.
   */
  read(producer: ProducerCounts): PipelineCounts {
    const until = performance.now() + PATIENCE_MS;
    do {
      const counts = this.readNow(producer);
      if (counts !== undefined) return counts;
      const changes = Atomics.load(this.#header, CHANGES);
      if ((changes & 1) !== 0) Atomics.wait(this.#header, CHANGES, changes, PAUSE_MS);
    } while (performance.now() < until);
    return this.#last;
  }

  /** `undefined` within a change: for callers that must not wait for its end. */
  readNow(producer: ProducerCounts): PipelineCounts | undefined {
    const before = Atomics.load(this.#header, CHANGES);
    if ((before & 1) !== 0) return undefined;
    this.#copy.set(this.#numbers);
    const taken = this.#copy[Atomics.load(this.#header, TAKEN_COPY) + TAKEN] as number;
    const halfFull = Atomics.load(this.#header, HALF_FULL) === 1;
    // The reader of the ring gives space back within a change, so that what left the ring is in the counts.
    const { waiting, waitingBytes } = producer;
    // Adds nothing: unlike a mere load, it is not overtaken by the reads before it on any processor.
    if (Atomics.add(this.#header, CHANGES, 0) !== before) return undefined;
    this.#last = this.#counts({ ...producer, waiting, waitingBytes }, taken, halfFull);
    return this.#last;
  }

  #counts(producer: ProducerCounts, taken: number, halfFull: boolean): PipelineCounts {
    const recovered = this.#at(EVENT_SCOPE, RECOVERED);
    const rejected = sum(producer.rejected);
    // Under `wal` they are on disk before the reader has seen them.
    const unseen = this.#onDiskOnly ? (this.#copy[WRITTEN] as number) - taken : 0;
    const sampling = this.#sampling();
    const sampledOut = Object.values(sampling).reduce((all, { seen, kept }) => all + seen - kept, 0);
    const equation = (scope: number): LossEquation => ({
      accepted: producer.submitted - rejected + this.#at(scope, RECOVERED),
      sampledOut,
      delivered: this.#at(scope, DELIVERED),
      dropped: this.#dropped(scope, producer),
      spilled: this.#at(scope, SPILLED) + unseen,
      pending: this.#at(scope, WAITING) + this.#at(scope, SPOOL_BOUND) + producer.waiting,
      inFlight: this.#at(scope, IN_FLIGHT),
    });
    const perSink = <T>(make: (scope: number) => T): Record<string, T> =>
      Object.fromEntries(this.#sinks.map((name, sink) => [name, make(sinkScope(sink))]));
    const total = (field: number): number =>
      this.#sinks.reduce((all, _, sink) => all + this.#at(sinkScope(sink), field), 0);
    return {
      submitted: producer.submitted + recovered,
      rejected: { ...producer.rejected },
      ...equation(EVENT_SCOPE),
      sinks: perSink(equation),
      recovered,
      batchesWritten: total(BATCHES),
      eventsPersisted: total(DELIVERED),
      lastFlushAt: (this.#copy[LAST_FLUSH] as number) || undefined,
      halfFull,
      bytesHeld: (this.#copy[BYTES_HELD] as number) + producer.waitingBytes,
      depth: { critical: this.#copy[DEPTH_CRITICAL] as number, normal: this.#copy[DEPTH_NORMAL] as number },
      sinkStates: perSink((scope) => ({
        batches: this.#at(scope, BATCHES),
        retries: this.#at(scope, RETRIES),
        failedWrites: this.#at(scope, FAILED_WRITES),
        breaker: this.#at(scope, BREAKER),
      })),
      sampling,
    };
  }

  #dropped(scope: number, producer: ProducerCounts): Partial<Record<DropReason, number>> {
    const dropped: Partial<Record<DropReason, number>> = {};
    DROP_REASONS.forEach((reason, index) => {
      const count = this.#at(scope, DROPPED + index) + (producer.dropped[reason] ?? 0);
      if (count > 0) dropped[reason] = count;
    });
    return dropped;
  }

  #sampling(): Record<string, RuleCounts> {
    const of = (rule: number, field: number): number =>
      this.#copy[ruleNumberAt(this.#sinks.length, rule, field)] as number;
    return Object.fromEntries(
      this.#rules.map((id, rule) => [id, { seen: of(rule, KEPT) + of(rule, LEFT_OUT), kept: of(rule, KEPT) }]),
    );
  }

  #at(scope: number, field: number): number {
    return this.#copy[numberAt(scope, field)] as number;
  }
}

function sum(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);
}
