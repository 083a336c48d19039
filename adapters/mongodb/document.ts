import type { SinkEvent } from '../../src/adapter.js';

/**
 * The fields of an event; its id is the document's, and `timestamp` is a date, as the TTL index wants it. A field that is
 * called `_id` itself is kept as `_id_`: under its own name it would make one event of all those that share its value.
 */
export function documentOf({ id, json }: SinkEvent): Record<string, unknown> {
  const told: unknown = JSON.parse(json);
  if (typeof told !== 'object' || told === null || Array.isArray(told)) throw new SyntaxError('an event is an object');
  const { event_id: _, _id: own, timestamp, ...fields } = told as Record<string, unknown>;
  return { _id: id, timestamp: dateOf(timestamp), ...(own !== undefined && { _id_: own }), ...fields };
}

/** Seconds since the epoch, or ISO 8601; a date of BSON holds milliseconds. What somebody else has sent may be anything. */
function dateOf(timestamp: unknown): unknown {
  if (typeof timestamp !== 'number' && typeof timestamp !== 'string') return timestamp;
  const date = new Date(typeof timestamp === 'number' ? timestamp * 1_000 : timestamp);
  return Number.isNaN(date.getTime()) ? timestamp : date;
}
