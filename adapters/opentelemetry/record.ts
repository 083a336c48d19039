import { contextOfSpan, type SinkEvent, type TraceContext } from '../../src/adapter.js';

type AttributeValue = string | number | boolean | readonly (string | number | boolean)[];

/** A log record as `Logger.emit` of OpenTelemetry takes it. */
export interface LogRecord {
  readonly eventName: string;
  /** Seconds since the epoch, and nanoseconds. */
  readonly timestamp?: readonly [seconds: number, nanoseconds: number];
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly context?: TraceContext;
}

export function recordOf(event: SinkEvent): LogRecord {
  const fields = JSON.parse(event.json) as Record<string, unknown>;
  const { timestamp, ...told } = fields;
  const time = timeOf(timestamp);
  const context = spanOf(fields);
  return {
    eventName: `promptheus.${event.kind}`,
    ...(time && { timestamp: time }),
    ...severityOf(event, fields),
    body: nameOf(event, fields),
    attributes: flat(told),
    ...(context && { context }),
  };
}

function nameOf({ kind }: SinkEvent, { metric_name, operation_name, method, route }: Record<string, unknown>): string {
  if (kind === 'metric') return String(metric_name);
  if (kind === 'operation') return String(operation_name);
  return [method, route].filter((part) => part !== undefined && part !== null).join(' ') || 'wide';
}

/** What failed is an error; what is critical without having failed (slow, or of a critical route) a warning. */
function severityOf({ critical }: SinkEvent, { outcome, success, error, status_code }: Record<string, unknown>) {
  const failed =
    success === false ||
    outcome === 'error' ||
    (typeof error === 'object' && error !== null) ||
    (typeof status_code === 'number' && status_code >= 500);
  if (failed) return { severityNumber: 17, severityText: 'ERROR' };
  return critical ? { severityNumber: 13, severityText: 'WARN' } : { severityNumber: 9, severityText: 'INFO' };
}

/** Seconds since the epoch, or ISO 8601 with up to nine digits after the point. */
function timeOf(timestamp: unknown): readonly [number, number] | undefined {
  if (typeof timestamp === 'number') {
    const seconds = Math.floor(timestamp);
    return [seconds, Math.round((timestamp - seconds) * 1e6) * 1_000];
  }
  const ms = Date.parse(String(timestamp));
  if (Number.isNaN(ms)) return undefined;
  const digits = /\.(\d{1,9})/.exec(String(timestamp))?.[1] ?? '';
  return [Math.floor(ms / 1_000), Number(digits.padEnd(9, '0'))];
}

function spanOf({ trace_id: traceId, span_id: spanId }: Record<string, unknown>): TraceContext | undefined {
  return typeof traceId === 'string' && typeof spanId === 'string' ? contextOfSpan({ traceId, spanId }) : undefined;
}

/** `{ error: { type } }` is `error.type`; a list of objects is its JSON. */
function flat(fields: Readonly<Record<string, unknown>>): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  const visit = (value: unknown, name: string): void => {
    if (value === null || value === undefined) return;
    if (Array.isArray(value)) attributes[name] = value.every(isPlain) ? value : JSON.stringify(value);
    else if (typeof value !== 'object') attributes[name] = value as AttributeValue;
    else for (const [key, inner] of Object.entries(value)) visit(inner, name === '' ? key : `${name}.${key}`);
  };
  visit(fields, '');
  return attributes;
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
