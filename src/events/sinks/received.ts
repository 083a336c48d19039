import type { SinkEvent } from './sink.js';

/** What a consumer of a stream or topic is given at once: to be stored, then acknowledged. */
export interface ReceivedBatch {
  readonly events: readonly SinkEvent[];
  /** Events that the broker threw away after it had handed them to a consumer that did not acknowledge them. */
  readonly lost: number;
  /** Put aside, since nobody could store them. */
  readonly deadLettered: number;
  /** Says that the events are stored. What is not acknowledged comes again. */
  ack(): Promise<void>;
}
