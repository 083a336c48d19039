import type { AppendOutcome, EventKind } from '../event.js';
import type { SinkEvent } from '../sinks/sink.js';

/** What the pipeline asks of its neighbours. */

export interface IncomingRecord {
  readonly seq: number;
  readonly kind: EventKind;
  readonly critical: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly bytes: Uint8Array;
  /** What a sampler looks at. */
  facts(): object;
}

export interface RecordSource {
  /** Its bytes are valid until the next call. */
  next(): IncomingRecord | undefined;
  /** Gives the space of the last record back: until then it counts as waiting, and is read again after a death. */
  release(): void;
  readonly waiting: number;
}

export interface RecordDecoder {
  json(bytes: Uint8Array, processId: string, seq: number, sampling?: object): string;
}

export interface RecordDecision {
  readonly keep: boolean;
  /** The id of the rule that decided. */
  readonly rule: string;
}

export interface RecordSampler {
  /** As the store counts them. */
  readonly ruleIds: readonly string[];
  decide(facts: object, atMs: number): RecordDecision;
}

export interface SpoolRecord extends SinkEvent {
  /** A bit for each sink that still needs it. */
  readonly sinks: number;
}

export interface SpoolWriterPort {
  append(record: SpoolRecord): AppendOutcome;
  /** Forces to the disk what its policy wants there by now. */
  syncIfDue(): void;
}

export interface SpoolReaderPort<E extends SinkEvent = SinkEvent> {
  /** The oldest that the sink needs and was not given by this reader. */
  read(sink: number, most: number): readonly E[];
  settle(sink: number, events: readonly E[]): void;
  /** Looks for what was appended meanwhile, and writes the cursors when they are due; false where the disk did not let it look. */
  refresh(): boolean;
  /** For whoever looks at what a dead process left: how much it had accepted. */
  mark(accepted: number): void;
  /** Not settled by every sink, and by each. */
  readonly counts: { readonly events: number; readonly perSink: readonly number[] };
  /** The id of the event that the thread before this one has appended last; known where there was one, and it had. */
  readonly lastAppended: string | undefined;
  /** Since it was opened: what was appended, and cannot be read any more. */
  readonly lost: { readonly events: number; readonly perSink: readonly number[] };
}

/** Keeps what a sink has refused for good. */
export interface DeadLetters {
  append(event: SinkEvent, sink: string, reason: string): void;
}

export interface PipelineLog {
  /** Undefined where nobody asked for it. */
  readonly debug?: (message: string) => void;
  warn(message: string): void;
}

export interface PipelineClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Epoch milliseconds. */
  epoch(): number;
}

export type BatchResult = 'success' | 'partial' | 'failure';

export interface PipelineObserver {
  batchAnswered(sink: string, result: BatchResult, milliseconds: number): void;
}
