import type { EventFields } from '../encoding/record-writer.js';
import type { DropReason, EventKind, FieldChanges, RejectReason } from '../event.js';
import type { PipelineCounts, ProducerCounts } from '../store/read-counts.js';
import type { StopOutcome } from '../thread/host-events.js';
import type { Recovery } from '../thread/messages.js';

/** What the recorder itself has counted. */
export type RecorderCounts = Omit<ProducerCounts, 'waiting' | 'waitingBytes'>;

export type Offered = { readonly dropped: DropReason } | { readonly rejected: RejectReason } | undefined;

/** The way that events take from the recorder. */
export interface Outlet {
  /** `undefined` when it was taken. Never throws, never waits. */
  offer(kind: EventKind, critical: boolean, at: number, fields: EventFields, context?: EventFields): Offered;
  /** How many ordinary events of any length are sure to find room now; none where it is below one. */
  room(recorder: RecorderCounts): number;
  start(): Promise<void>;
  flush(): Promise<void>;
  stop(timeoutMs: number): Promise<StopOutcome>;
  counts(recorder: RecorderCounts): PipelineCounts;
  readonly changes: FieldChanges;
  readonly spoolBytes: number;
  readonly recovery: Recovery | undefined;
}
