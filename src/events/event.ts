/** What an event tells: a metric (S0.4), an operation (S1.4), or all that happened in one request (S2.1). */
export type EventKind = 'metric' | 'operation' | 'wide';

/** What `events.record` takes. */
export interface MetricEvent {
  readonly name: string;
  readonly value?: number | string | boolean | null;
  /** Merged flat into the record. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** `accepted` is in the equation from then on; `rejected` is counted by reason and was never taken. */
export type RecordOutcome = 'accepted' | 'rejected';

/** Why an accepted event was dropped. */
export const DROP_REASONS = [
  'queue_full',
  'ring_full',
  'too_large',
  'serialize_error',
  'retries_exhausted',
  'rejected_by_sink',
  'spool_full',
  'spool_corrupt',
  'shutdown',
  'thread_lost',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/**
 * Why an event was never taken. Under `wal`, where none that was accepted is dropped: `spool_full` where there is no room for it
 * on disk, `spool_failed` where the disk refuses or another process has the spool, `too_large` and `serialize_error` where it
 * cannot be written. `no_room`: of `recordWhenRoom`, when its time was over.
 */
export const REJECT_REASONS = [
  'invalid',
  'disabled',
  'already_shutdown',
  'no_room',
  'spool_full',
  'spool_failed',
  'too_large',
  'serialize_error',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/**
 * What became of an event that was to go to the spool. `full`: no room, on the disk or by `maxBytes`; `failed`: the disk
 * refused. Both are tried again with a later event. `too_large` is of one event, that no record can hold.
 */
export type AppendOutcome = 'written' | 'full' | 'failed' | 'too_large';

/** `accepted = sampledOut + delivered + dropped + spilled + pending + inFlight`. */
export interface LossEquation {
  readonly accepted: number;
  readonly sampledOut: number;
  readonly delivered: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** On disk, and not acknowledged. */
  readonly spilled: number;
  /** In memory. */
  readonly pending: number;
  /** Given to a sink that has not answered. */
  readonly inFlight: number;
}

/** The equation of all events, and of each sink. */
export interface EventCounts extends LossEquation {
  readonly submitted: number;
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
  readonly sinks: Readonly<Record<string, LossEquation>>;
}

export type Lane = 'critical' | 'normal';

/** What a rule of sampling has decided on. */
export interface RuleCounts {
  readonly seen: number;
  readonly kept: number;
}

/** Members of accepted events that are not stored as they were given. */
export interface FieldChanges {
  /** Dropped for their key. */
  readonly redacted: number;
  /** Texts that were cut. */
  readonly truncated: number;
  /** Left out: the key is the event's own, or JSON has no such value, it was inside itself, or too deep. */
  readonly omitted: number;
}

/** What a pipeline shows in a scrape. */
export interface PipelineReport extends EventCounts {
  readonly lanes: Readonly<Record<Lane, { readonly depth: number; readonly capacity: number }>>;
  readonly changes: FieldChanges;
  readonly spoolBytes: number;
  /** Batches that were given to a sink again. */
  readonly retries: Readonly<Record<string, number>>;
  /** What sampling did, by rule. */
  readonly sampling: Readonly<Record<string, RuleCounts>>;
}
