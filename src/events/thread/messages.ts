import type { BatchResult } from '../pipeline/ports.js';
import type { SinkBatch, SinkReceipt } from '../sinks/sink.js';
import type { Trouble } from '../sinks/trouble.js';

export interface AnsweredBatch {
  readonly sink: string;
  readonly result: BatchResult;
  readonly milliseconds: number;
}

export type ToThread =
  | { readonly to: 'answer'; readonly call: number; readonly receipt: SinkReceipt | undefined }
  | { readonly to: 'fail'; readonly call: number; readonly trouble: Trouble }
  | { readonly to: 'flush'; readonly call: number }
  | { readonly to: 'stop'; readonly call: number; readonly timeoutMs: number };

/** What the consumer knows besides the shared counts. */
export interface ThreadState {
  readonly spoolBytes: number;
}

export type FromThread =
  | { readonly from: 'ready'; readonly troubles: readonly Trouble[]; readonly recovery: Recovery | undefined }
  | { readonly from: 'write'; readonly call: number; readonly sink: number; readonly batch: SinkBatch }
  | { readonly from: 'done'; readonly call: number; readonly timedOut: boolean; readonly undelivered: number }
  | { readonly from: 'batches'; readonly batches: readonly AnsweredBatch[] }
  | { readonly from: 'state'; readonly state: ThreadState }
  | { readonly from: 'said'; readonly level: 'debug' | 'warn'; readonly message: string };

/** What a spool found that a former process left. */
export interface Recovery {
  /** Events found on disk, which are delivered now. */
  readonly recovered: number;
  /** The former process did not end in order. */
  readonly uncleanShutdown: boolean;
  /** The most events that may be missing, of those that were accepted. */
  readonly lostUnknownMax: number;
}
