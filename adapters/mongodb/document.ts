import type { SinkEvent } from '../../src/adapter.js';

/** The fields of an event; its id is the document's, and `timestamp` is a date, as the TTL index wants it. */
export function documentOf({ id, json }: SinkEvent): Record<string, unknown> {
  const told: unknown = JSON.parse(json);
  if (typeof told !== 'object' || told === null || Array.isArray(told)) throw new SyntaxError('an event is an object');
  const { event_id: _, timestamp, ...fields } = told as Record<string, unknown>;
  return { _id: id, timestamp: dateOf(timestamp), ...fields };
}

/** Seconds since the epoch, or ISO 8601; a date of BSON holds milliseconds. */
function dateOf(timestamp: unknown): unknown {
  const date = new Date(typeof timestamp === 'number' ? timestamp * 1_000 : String(timestamp));
  return Number.isNaN(date.getTime()) ? timestamp : date;
}
