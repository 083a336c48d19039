/** What happens to an event that finds the queue full. `block` is the producer's business: it waits for room. */
export type WhenFull = 'drop-oldest' | 'drop-newest' | 'spill' | 'block';

export interface PipelineOptions {
  readonly batchSize: number;
  readonly flushIntervalMs: number;
  readonly whenFull: WhenFull;
  /** A batch that is not answered by then has failed. */
  readonly batchTimeoutMs: number;
  /** Writes of one batch, the first included. */
  readonly tries: number;
  /** Failed writes in a row that open a sink's breaker. */
  readonly breakerFailures: number;
}

export const DEFAULT_BYTE_LIMIT = 10 * 1024 * 1024;

export interface PipelinePreset {
  readonly queueLimit: number;
  readonly batchSize: number;
  readonly flushIntervalMs: number;
}

/** One pipeline in three sizes: the collector's (S0), that of files (S1), the consumer's (S2). */
export const PRESETS = {
  collector: { queueLimit: 1_000, batchSize: 100, flushIntervalMs: 5_000 },
  files: { queueLimit: 10_000, batchSize: 1_000, flushIntervalMs: 5_000 },
  consumer: { queueLimit: 10_000, batchSize: 100, flushIntervalMs: 1_000 },
} as const satisfies Record<string, PipelinePreset>;

export const PIPELINE_DEFAULTS: PipelineOptions = {
  batchSize: PRESETS.files.batchSize,
  flushIntervalMs: PRESETS.files.flushIntervalMs,
  whenFull: 'drop-oldest',
  batchTimeoutMs: 30_000,
  tries: 3,
  breakerFailures: 5,
};
