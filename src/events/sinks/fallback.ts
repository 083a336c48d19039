import { Deadline } from '../../internal/deadline.js';
import { type Logger, say } from '../../internal/warnings.js';
import type { Sink, SinkBatch, SinkReceipt } from './sink.js';
import { SinkOptions } from './sink-options.js';

/** Options of {@link fallbackSink}; every one may be left out. */
export interface FallbackSinkOptions {
  /** How long the first sink may take; after that the batch goes to the second. Default: 5,000 ms. */
  readonly timeoutMs?: number;
  /** After how long a first sink that failed is tried again. Default: 5,000 ms. */
  readonly retryMs?: number;
  /** Hears of the first failure of an outage, and of its end. Default: `console`. */
  readonly logger?: Logger;
  /** Its label in the metrics. Default: the name of the first sink. */
  readonly name?: string;
}

/**
 * Writes to the second sink while the first one cannot be reached, and goes back to the first by itself. For a pipeline
 * that keeps no spool: with one, a sink that is gone loses nothing either, and its events come to it later. A batch that
 * the first sink took too long for may be in both, under the same ids.
 *
 * @throws {INVALID_OPTION}
 * @example
 * ```ts
 * const sink = fallbackSink(kafkaSink(producer), jsonlSink({ path: 'events.jsonl' }));
 * ```
 */
export function fallbackSink(first: Sink, second: Sink, options: FallbackSinkOptions = {}): Sink {
  const given = new SinkOptions('fallbackSink', options, ['timeoutMs', 'retryMs', 'logger', 'name']);
  const timeoutMs = given.count('timeoutMs') ?? 5_000;
  const retryMs = given.count('retryMs') ?? 5_000;
  const { logger = console } = options;
  /** When the first sink may be tried again, while it is out. */
  let outUntil: number | undefined;
  let firstIsOpen = false;

  async function writeFirst(batch: SinkBatch): Promise<SinkReceipt | undefined> {
    await openFirst();
    return first.write(batch);
  }

  async function openFirst(): Promise<void> {
    if (firstIsOpen) return;
    await first.open?.();
    firstIsOpen = true;
  }

  async function write(batch: SinkBatch): Promise<SinkReceipt | undefined> {
    if (outUntil !== undefined && performance.now() < outUntil) return second.write(batch);
    let receipt: SinkReceipt | undefined;
    try {
      receipt = await new Deadline(timeoutMs).answerOf(writeFirst(batch));
    } catch (error) {
      if ((error as { permanent?: unknown } | undefined)?.permanent === true) throw error;
      if (outUntil === undefined) say(() => logger.warn('MQ publish failed, falling back to direct logging'));
      outUntil = performance.now() + retryMs;
      return second.write(batch);
    }
    if (outUntil !== undefined) say(() => logger.info('MQ publish works again, direct logging ends'));
    outUntil = undefined;
    return receipt;
  }

  const { writeSync } = second;
  return {
    name: given.text('name') ?? first.name,
    async open() {
      // That the first cannot be reached is what the second is for; it is opened before its first batch, then.
      await Promise.all([openFirst().catch(() => {}), second.open?.()]);
    },
    write,
    ...(writeSync && { writeSync: (batch: SinkBatch) => writeSync.call(second, batch) }),
    async close() {
      await Promise.all([first.close?.(), second.close?.()]);
    },
  };
}
