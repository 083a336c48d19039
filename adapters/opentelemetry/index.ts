export { type OpenTelemetryLogs, otlpLogSink } from './sink.js';
