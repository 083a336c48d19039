import type { EventKind, FieldChanges } from '../event.js';
import { forbiddenKeys, type KeyList } from '../redaction/forbidden-keys.js';
import { NO_ROOM, RingWriter } from '../ring/ring-writer.js';
import { EventDecoder, type StoredSampling } from './event-decoder.js';
import { Names } from './names.js';
import { RecordMemory } from './record.js';
import { type EventFields, FAILED, RecordWriter, recordBytes, TOO_LARGE } from './record-writer.js';

export interface EncoderLimits {
  /** The most bytes of one event's cells; longer texts are cut, and what is then too long is refused. */
  readonly eventBytes: number;
  /** Default: `FORBIDDEN_KEYS`. */
  readonly forbidden?: KeyList;
}

export type OfferOutcome = 'accepted' | 'ring_full' | 'too_large' | 'serialize_error';
export type EncodedJson = { readonly json: string } | { readonly failure: 'too_large' | 'serialize_error' };

/** A ring holds several of the longest records. */
export const RECORDS_IN_RING = 4;

/** Writes events into a ring: the caller's thread makes no text, and never waits. One for each ring. */
export class EventEncoder implements FieldChanges {
  redacted = 0;
  truncated = 0;
  omitted = 0;
  private sequence = 0;
  private readonly table: Names;
  private readonly ring: RingWriter;
  private readonly writer: RecordWriter;
  private readonly scratch: RecordMemory;
  private readonly scratchWriter: RecordWriter;
  private readonly decoder: EventDecoder;

  constructor(ring: SharedArrayBuffer, limits: EncoderLimits) {
    const eventBytes = Math.min(limits.eventBytes, Math.floor(ring.byteLength / RECORDS_IN_RING));
    this.table = new Names(limits.forbidden ?? forbiddenKeys());
    this.ring = new RingWriter(ring, recordBytes(eventBytes));
    this.writer = new RecordWriter(this.ring.memory, this.table, eventBytes);
    this.scratch = new RecordMemory(new ArrayBuffer(recordBytes(eventBytes)), 0, recordBytes(eventBytes));
    this.scratchWriter = new RecordWriter(this.scratch, this.table, eventBytes);
    this.decoder = new EventDecoder(this.table.texts);
  }

  /** The members of `context` follow those of the event itself. */
  offer(kind: EventKind, critical: boolean, at: number, fields: EventFields, context?: EventFields): OfferOutcome {
    const start = this.ring.place();
    if (start === NO_ROOM) return 'ring_full';
    const end = this.writer.event(start, kind, fields, context);
    if (end < 0) return end === TOO_LARGE ? 'too_large' : 'serialize_error';
    this.writer.eventHeader(start, end, kind, critical, this.sequence + 1, at);
    if (this.table.announced === this.table.texts.length) this.ring.publish(end - start, this.sequence + 1, critical);
    else if (!this.publishWithNames(start, end, critical)) return 'ring_full';
    this.sequence++;
    this.count(this.writer);
    return 'accepted';
  }

  /** The same event's JSON, made at once: what the decoder would make of it. */
  json(
    processId: string,
    seq: number,
    kind: EventKind,
    at: number,
    fields: EventFields,
    context?: EventFields,
    sampling?: StoredSampling,
  ): EncodedJson {
    const end = this.scratchWriter.event(0, kind, fields, context);
    if (end === TOO_LARGE) return { failure: 'too_large' };
    if (end === FAILED) return { failure: 'serialize_error' };
    this.scratchWriter.eventHeader(0, end, kind, false, seq, at);
    this.count(this.scratchWriter);
    return { json: this.decoder.json(this.scratch.bytes.subarray(0, end), processId, seq, sampling) };
  }

  /** The texts by their numbers, for a reader that begins where another ended. */
  names(): readonly string[] {
    return this.table.texts;
  }

  /** The names that an event is the first to use come before it. */
  private publishWithNames(start: number, end: number, critical: boolean): boolean {
    const { bytes } = this.ring.memory;
    this.scratch.bytes.set(bytes.subarray(start, end));
    while (this.table.announced < this.table.texts.length) {
      const at = this.ring.place();
      if (at === NO_ROOM) return false;
      const id = this.table.announced;
      this.ring.publish(this.writer.name(at, id, this.table.texts[id] as string) - at, this.sequence, false);
      this.table.announced++;
    }
    const at = this.ring.place();
    if (at === NO_ROOM) return false;
    bytes.set(this.scratch.bytes.subarray(0, end - start), at);
    this.ring.publish(end - start, this.sequence + 1, critical);
    return true;
  }

  private count(written: RecordWriter): void {
    this.redacted += written.redacted;
    this.truncated += written.truncated;
    this.omitted += written.omitted;
  }
}
