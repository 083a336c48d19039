import type { EventKind, SinkEvent } from '../../src/adapter.js';

/** An entry of a stream as Redis tells it. */
export interface Entry {
  readonly id: string;
  readonly fields: readonly string[];
}

/** The fields of an entry, by name and value in turn. */
export function fieldsOf({ id, kind, critical, json }: SinkEvent): string[] {
  return ['event_id', id, 'kind', kind, 'critical', critical ? '1' : '0', 'event', json];
}

/** The event of an entry; none where the entry was not written by us. */
export function eventOf({ fields }: Entry): SinkEvent | undefined {
  const value = (name: string): string | undefined => {
    const at = fields.findIndex((field, index) => index % 2 === 0 && field === name);
    return at === -1 ? undefined : fields[at + 1];
  };
  const id = value('event_id');
  const json = value('event');
  if (id === undefined || json === undefined) return undefined;
  return { id, kind: (value('kind') ?? 'wide') as EventKind, critical: value('critical') === '1', json };
}

/** The entries of `[[id, [name, value, …]], …]`. One that is no longer in the stream has no fields: it is left out. */
export function entriesOf(told: unknown): Entry[] {
  if (!Array.isArray(told)) return [];
  return told.flatMap((one) => {
    if (!Array.isArray(one) || !Array.isArray(one[1])) return [];
    return [{ id: String(one[0]), fields: one[1].map(String) }];
  });
}

/** What XREADGROUP tells of its only stream: by pairs in RESP2; in RESP3 by name, which a client shows in its own way. */
export function entriesRead(reply: unknown): Entry[] {
  if (reply === null || reply === undefined) return [];
  if (reply instanceof Map) return entriesOf([...reply.values()][0]);
  if (!Array.isArray(reply)) return entriesOf(Object.values(reply as object)[0]);
  return entriesOf(Array.isArray(reply[0]) ? reply[0][1] : reply[1]);
}
