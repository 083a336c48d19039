import type { EventKind } from '../event.js';

/** One event as a sink gets it. */
export interface SinkEvent {
  /** Unique among all processes: a sink that is given an event twice can tell. */
  readonly id: string;
  readonly kind: EventKind;
  /** An error, slow, or of a critical route. */
  readonly critical: boolean;
  /** One line of JSON without its end; its first key is `event_id`. */
  readonly json: string;
}

export interface SinkBatch {
  /** The same when the batch is tried again. */
  readonly id: string;
  readonly events: readonly SinkEvent[];
}

/** An event of a batch that was not stored. */
export interface SinkFailure {
  readonly index: number;
  readonly reason: string;
  /** Trying again will not help: it goes to the dead letters. */
  readonly permanent: boolean;
}

/** What became of a batch; an event that is not named was stored. */
export interface SinkReceipt {
  readonly failures: readonly SinkFailure[];
}

/** A place where events are stored. */
export interface Sink {
  /** Its label in the metrics; unique in a pipeline. */
  readonly name: string;
  open?(): void | Promise<void>;
  /**
   * Stores a batch. Resolves when it is stored; gives a receipt where only a part was. Rejects where nothing was: it is tried
   * again, unless the error has `permanent: true`; not before `retryAfterMs` of the error, which counts up to an hour.
   */
  write(batch: SinkBatch): undefined | SinkReceipt | Promise<undefined | SinkReceipt>;
  /** The same at once, for pipelines that are switched to synchronous writing. */
  writeSync?(batch: SinkBatch): undefined | SinkReceipt;
  close?(): void | Promise<void>;
  /** Where the pipeline's own thread can do the work: a module that exports `createSink(options)`. */
  readonly thread?: ThreadSink;
}

export interface ThreadSink {
  /** A path or file URL. */
  readonly module: string;
  /** Handed over by a structured clone. */
  readonly options: unknown;
}
