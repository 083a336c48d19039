export { type OpenTelemetryLogs, type OtlpLogSinkOptions, otlpLogSink } from './sink.js';
