import { PromptheusError } from '../errors/promptheus-error.js';
import type { EventCounts, FieldChanges, PipelineReport } from './event.js';
import { normalLimitOf } from './store/layout.js';
import type { PipelineCounts } from './store/read-counts.js';
import type { StopOutcome } from './thread/host-events.js';
import type { Recovery } from './thread/messages.js';

/** What `events.stats()` tells: S1.5's fields, and the equation. */
export interface EventStats extends EventCounts {
  /** Accepted, those that a former process left on disk included. */
  readonly totalRecorded: number;
  /** Delivered to every sink. */
  readonly totalPersisted: number;
  /** In memory, and in no sink's hands. */
  readonly queueSize: number;
  readonly batchesWritten: number;
  /** When a sink has last stored a batch, in UTC. */
  readonly lastFlushTimestamp: string | undefined;
  readonly avgBatchSize: number;
  readonly isRunning: boolean;
  /** Bytes of the events in memory. */
  readonly queueBytes: number;
}

/** What `stop()` resolves with: what became of every event. */
export interface LossReport extends EventCounts {
  /** The time ran out: what was left was spilled, or given up. */
  readonly timedOut: boolean;
  /** Neither delivered nor spilled by the stop. */
  readonly undelivered: number;
  /** What a former process had left, where there is a spool. */
  readonly recovery: Recovery | undefined;
}

export const NO_COUNTS: PipelineCounts = {
  submitted: 0,
  rejected: {},
  accepted: 0,
  sampledOut: 0,
  delivered: 0,
  dropped: {},
  spilled: 0,
  pending: 0,
  inFlight: 0,
  sinks: {},
  recovered: 0,
  batchesWritten: 0,
  eventsPersisted: 0,
  lastFlushAt: undefined,
  halfFull: false,
  bytesHeld: 0,
  depth: { critical: 0, normal: 0 },
  sinkStates: {},
  sampling: {},
};

const NO_CHANGES: FieldChanges = { redacted: 0, truncated: 0, omitted: 0 };

export function statsOf(counts: PipelineCounts, isRunning: boolean): EventStats {
  const { batchesWritten, lastFlushAt, eventsPersisted } = counts;
  return {
    ...equationOf(counts),
    totalRecorded: counts.accepted,
    totalPersisted: counts.delivered,
    queueSize: counts.pending,
    batchesWritten,
    lastFlushTimestamp: lastFlushAt === undefined ? undefined : new Date(lastFlushAt).toISOString(),
    avgBatchSize: batchesWritten === 0 ? 0 : eventsPersisted / batchesWritten,
    isRunning,
    queueBytes: counts.bytesHeld,
  };
}

/** @throws {STOP_TIMEOUT} */
export function lossReportOf(counts: PipelineCounts, outcome: StopOutcome, recovery: Recovery | undefined): LossReport {
  const { timedOut, undelivered } = outcome;
  const report: LossReport = { ...equationOf(counts), timedOut, undelivered, recovery };
  if (!timedOut || undelivered === 0) return report;
  const message = `stop() ran out of time with ${undelivered} events that are neither delivered nor on disk. Give it more time, or events.spoolDirectory.`;
  throw Object.assign(new PromptheusError('STOP_TIMEOUT', message), { report });
}

export function reportOf(
  counts: PipelineCounts,
  queueLimit: number,
  spoolBytes: number,
  { redacted, truncated, omitted } = NO_CHANGES,
): PipelineReport {
  return {
    ...equationOf(counts),
    lanes: {
      critical: { depth: counts.depth.critical, capacity: queueLimit },
      normal: { depth: counts.depth.normal, capacity: normalLimitOf(queueLimit) },
    },
    changes: { redacted, truncated, omitted },
    spoolBytes,
    retries: Object.fromEntries(Object.entries(counts.sinkStates).map(([sink, { retries }]) => [sink, retries])),
    sampling: counts.sampling,
  };
}

function equationOf(counts: PipelineCounts): EventCounts {
  const { submitted, rejected, accepted, sampledOut, delivered, dropped, spilled, pending, inFlight, sinks } = counts;
  return { submitted, rejected, accepted, sampledOut, delivered, dropped, spilled, pending, inFlight, sinks };
}
