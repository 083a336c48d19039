import type { EventKind, SinkEvent } from '../../src/adapter.js';
import type { OutgoingMessage } from './types.js';

/** A quote inside of a text has a backslash before it, so that what is found is a key; the first one is the event's own. */
const REQUEST_ID = /"request_id":"((?:[^"\\]|\\.)+)"/;

export function requestIdOf(json: string): string | undefined {
  return REQUEST_ID.exec(json)?.[1];
}

/** Events of one request have one key, so that they stand in one partition, in order. */
export function messageOf({ id, kind, critical, json }: SinkEvent): OutgoingMessage {
  return {
    key: Buffer.from(requestIdOf(json) ?? id),
    value: Buffer.from(json),
    headers: { 'event-id': Buffer.from(id), kind: Buffer.from(kind), critical: Buffer.from(critical ? '1' : '0') },
  };
}

/** A message as a consumer gets it. */
export interface IncomingMessage {
  readonly value: unknown;
  readonly headers: unknown;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint | string;
}

/** The event of a message; none where it holds nothing. One that somebody else has sent is known by its place. */
export function eventOf(message: IncomingMessage): SinkEvent | undefined {
  const { value, topic, partition, offset } = message;
  if (value === null || value === undefined) return undefined;
  const headers = headersOf(message.headers);
  return {
    id: headers.get('event-id') ?? `${topic}/${partition}/${offset}`,
    kind: (headers.get('kind') ?? 'wide') as EventKind,
    critical: headers.get('critical') === '1',
    json: textOf(value),
  };
}

/** A consumer may have deserialisers: for strings, or for JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' || Buffer.isBuffer(value) ? String(value) : JSON.stringify(value);
}

function headersOf(headers: unknown): Map<string, string> {
  const entries = headers instanceof Map ? [...headers] : Object.entries(headers ?? {});
  return new Map(entries.map(([name, value]) => [String(name), String(value)]));
}
