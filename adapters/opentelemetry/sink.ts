import { type Sink, type SinkEvent, type SinkFailure, SinkOptions } from '../../src/adapter.js';
import { assertClient } from '../shared/ai/instrument.js';
import { hasMethod } from '../shared/events/has-method.js';
import { type LogRecord, recordOf } from './record.js';

interface OpenTelemetryLogger {
  emit(record: LogRecord): void;
}

/** A `LoggerProvider` of OpenTelemetry's SDK, or a `Logger` of its API. */
export interface OpenTelemetryLogs {
  getLogger?(name: string): { emit(record: never): void };
  emit?(record: never): void;
  forceFlush?(): Promise<void>;
}

/** Options of {@link otlpLogSink}; every one may be left out. */
export interface OtlpLogSinkOptions {
  /** Its label in the metrics. Default: `'otlp'`. */
  readonly name?: string;
}

/** A `BatchLogRecordProcessor` drops what comes past the 2,048 records of its queue, and tells nobody. */
const RECORDS_A_FLUSH = 512;

/**
 * Emits events as log records of the OpenTelemetry SDK that the application has set up. Delivered means handed over to the
 * SDK, and flushed where it is given as a provider: what the SDK's exporter then loses, it reports on its own.
 *
 * @throws {NOT_A_CLIENT} {INVALID_OPTION}
 * @example
 * ```ts
 * const sink = otlpLogSink(new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] }));
 * ```
 */
export function otlpLogSink(logs: OpenTelemetryLogs, options: OtlpLogSinkOptions = {}): Sink {
  const given = new SinkOptions('otlpLogSink', options, ['name']);
  assertClient(logs, 'otlpLogSink', ['getLogger', 'emit']);
  const logger = (logs.getLogger?.('promptheus') ?? logs) as OpenTelemetryLogger;
  const flushes = hasMethod(logs, 'forceFlush');
  return {
    name: given.text('name') ?? 'otlp',
    async write({ events }) {
      const failures: SinkFailure[] = [];
      for (const [index, event] of events.entries()) {
        const reason = emit(logger, event);
        if (reason !== undefined) failures.push({ index, reason, permanent: true });
        if (flushes && (index + 1) % RECORDS_A_FLUSH === 0) await logs.forceFlush?.();
      }
      if (flushes) await logs.forceFlush?.();
      return failures.length === 0 ? undefined : { failures };
    },
  };
}

/** Why not, where an event is no record. */
function emit(logger: OpenTelemetryLogger, event: SinkEvent): string | undefined {
  try {
    logger.emit(recordOf(event));
    return undefined;
  } catch (error) {
    return String(error);
  }
}
