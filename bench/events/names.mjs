export const OURS = 'promptheus';
export const ARRAY = 'array, then a JSON batch';
export const PINO = 'pino, asynchronous';
export const OTEL = 'OpenTelemetry BatchLogRecordProcessor';
export const APPEND = 'appendFile';

export const CONTENDERS = [OURS, ARRAY, PINO, OTEL, APPEND];
