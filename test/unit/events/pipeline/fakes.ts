import { expect } from 'vitest';
import type { EventKind } from '../../../../src/events/event.js';
import type {
  IncomingRecord,
  RecordSource,
  SpoolReaderPort,
  SpoolRecord,
  SpoolWriterPort,
} from '../../../../src/events/pipeline/ports.js';
import type { Sink, SinkBatch, SinkEvent, SinkReceipt } from '../../../../src/events/sinks/sink.js';
import { Death } from './mortal.js';

/** What the main thread writes into; it outlives every reader. */
export class FakeRing {
  readonly #records: IncomingRecord[] = [];
  #seq = 0;
  accepted = 0;
  full = 0;

  constructor(readonly capacity = 1_000) {}

  offer(kind: EventKind, critical: boolean, size: number, keep = true): number | undefined {
    const seq = this.#seq++;
    this.accepted++;
    if (this.#records.length >= this.capacity) {
      this.full++;
      return undefined;
    }
    const bytes = Buffer.alloc(size, seq % 251);
    this.#records.push({ seq, kind, critical, at: 0, bytes, facts: () => ({ keep }) });
    return seq;
  }

  get waiting(): number {
    return this.#records.length;
  }

  reader(): RecordSource {
    const records = this.#records;
    let read = false;
    const release = (): void => {
      if (read) records.shift();
      read = false;
    };
    return {
      next() {
        release();
        read = records.length > 0;
        return records[0];
      },
      release,
      get waiting() {
        return records.length;
      },
    };
  }
}

/** Says how long its bytes are, and fails where they are not those that were written. */
export const fakeDecoder = {
  json(bytes: Uint8Array, processId: string, seq: number, sampling?: object): string {
    const id = `${processId}-${seq}`;
    if (!bytes.every((byte) => byte === seq % 251)) throw new Error(`${id} is not what was written`);
    return JSON.stringify({ event_id: id, length: bytes.length, ...(sampling && { sampling }) });
  },
};

export const fakeSampler = {
  ruleIds: ['default'],
  decide: (facts: object) => ({ keep: (facts as { keep: boolean }).keep, rule: 'default' }),
};

interface OnDisk {
  readonly record: SpoolRecord;
  needs: number;
  /** What the cursors on disk say: they are behind those in memory. */
  savedNeeds: number;
  wasSeen: boolean;
  wasRead: boolean;
  rotten: boolean;
  /** That it is rotten was found; the cursors on disk do not say so. */
  wasLost: boolean;
}

/** A disk that forgets, with its reader, the cursors that were not saved. */
export class FakeSpool implements SpoolWriterPort {
  #entries: OnDisk[] = [];
  capacity = Number.POSITIVE_INFINITY;
  broken = false;
  unreachable = false;
  appended = 0;
  #vanished = 0;
  #last: string | undefined;

  constructor(readonly sinks: number) {}

  append(record: SpoolRecord): 'written' | 'full' | 'failed' {
    if (this.broken) return 'failed';
    if (this.#entries.length >= this.capacity) return 'full';
    this.appended++;
    this.#last = record.id;
    this.#entries.push({
      record,
      needs: record.sinks,
      savedNeeds: record.sinks,
      wasSeen: false,
      wasRead: false,
      rotten: false,
      wasLost: false,
    });
    return 'written';
  }

  synced = 0;
  syncIfDue(): void {
    this.synced++;
  }

  marked = 0;

  save(): void {
    this.#entries = this.#entries.filter(({ needs, wasLost }) => needs !== 0 && !wasLost);
    for (const entry of this.#entries) entry.savedNeeds = entry.needs;
  }

  /** A record that was not read yet cannot be read any more; whoever reads it finds out. */
  rot(): void {
    const entry = this.#entries.find(({ needs, wasRead, rotten }) => needs !== 0 && !wasRead && !rotten);
    if (entry !== undefined) entry.rotten = true;
  }

  /** What was appended last is gone before any reader has seen it. */
  vanish(): void {
    this.#entries.pop();
    this.#vanished++;
  }

  get ids(): string[] {
    return this.#entries.filter(({ needs }) => needs !== 0).map(({ record }) => record.id);
  }

  open(): SpoolReaderPort {
    for (const entry of this.#entries) Object.assign(entry, { needs: entry.savedNeeds, wasSeen: true });
    // Whoever opens reads all of it.
    for (const entry of this.#entries) entry.wasLost = entry.rotten;
    const needing = (sink: number): OnDisk[] =>
      this.#entries.filter(({ needs, wasSeen, wasLost }) => wasSeen && !wasLost && (needs & (1 << sink)) !== 0);
    const given = Array.from({ length: this.sinks }, () => new Set<SinkEvent>());
    const counted = () => ({
      events: this.#entries.filter(({ needs, wasSeen, wasLost }) => wasSeen && !wasLost && needs !== 0).length,
      perSink: Array.from({ length: this.sinks }, (_, sink) => needing(sink).length),
    });
    const lost = { events: 0, perSink: Array.from({ length: this.sinks }, () => 0) };
    const lose = (needs: number): void => {
      if (needs !== 0) lost.events++;
      for (let sink = 0; sink < this.sinks; sink++) if ((needs & (1 << sink)) !== 0) lost.perSink[sink]!++;
    };
    for (const { needs, wasLost } of this.#entries) if (wasLost) lose(needs);
    let seen = counted();
    return {
      lost,
      lastAppended: this.#last,
      read: (sink, most) => {
        const next = needing(sink)
          .filter(({ record }) => !given[sink]!.has(record))
          .slice(0, most);
        const rotten = next.filter((entry) => entry.rotten);
        for (const entry of rotten) {
          entry.wasLost = true;
          lose(entry.needs);
        }
        seen = counted();
        const whole = next.filter((entry) => !entry.rotten);
        for (const entry of whole) {
          entry.wasRead = true;
          given[sink]!.add(entry.record);
        }
        return whole.map(({ record }) => record);
      },
      settle: (sink, events) => {
        for (const entry of needing(sink)) if (events.includes(entry.record)) entry.needs &= ~(1 << sink);
        seen = counted();
      },
      refresh: () => {
        if (this.unreachable) return false;
        for (; this.#vanished > 0; this.#vanished--) lose(2 ** this.sinks - 1);
        for (const entry of this.#entries) entry.wasSeen = true;
        seen = counted();
        return true;
      },
      mark: (accepted) => {
        this.marked = accepted;
      },
      get counts() {
        return seen;
      },
    };
  }
}

export type Mood = 'well' | 'slow' | 'failing' | 'partly' | 'refusing' | 'hanging' | 'small';

/** What was thrown by who waited for a sink's answer. */
export const failures: unknown[] = [];

/** Lets answers arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await undefined;
  expect(failures.splice(0)).toEqual([]);
}

/** A promise that nobody has to look after: whoever waits for it may be dead. */
class Answer<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<A = T, B = never>(
    onAnswer?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const next = super.then(onAnswer, onError);
    Promise.prototype.then.call(next, undefined, (error) => {
      if (!(error instanceof Death)) failures.push(error);
    });
    return next;
  }
}

export class FakeSink implements Sink {
  mood: Mood = 'well';
  readonly stored: SinkEvent[] = [];
  readonly batches: SinkBatch[] = [];
  readonly #pending: (() => void)[] = [];
  retryAfterMs: number | undefined;
  /** Called before each write: a test's thread can die here. */
  before = (_batch: SinkBatch): void => {};

  constructor(readonly name: string) {}

  write(batch: SinkBatch): undefined | SinkReceipt | Promise<undefined | SinkReceipt> {
    this.before(batch);
    this.batches.push(batch);
    switch (this.mood) {
      case 'well':
        return this.#store(batch);
      case 'slow':
      case 'hanging':
        return new Answer((resolve) => this.#pending.push(() => resolve(this.#store(batch))));
      case 'failing':
        throw Object.assign(new Error('down'), { retryAfterMs: this.retryAfterMs });
      case 'small':
        if (batch.events.length <= 2) return this.#store(batch);
        throw Object.assign(new Error('too large'), { code: 'TOO_LARGE' });
      case 'refusing':
        return {
          failures: batch.events.map((_, index) => ({ index, reason: 'not one of ours', permanent: true })),
        };
      case 'partly':
        this.#store({ ...batch, events: batch.events.filter((_, index) => index % 3 === 0) });
        return {
          failures: batch.events.flatMap((_, index) =>
            index % 3 === 0 ? [] : [{ index, reason: 'not now', permanent: index % 3 === 2 }],
          ),
        };
    }
  }

  /** Answers what it was given while it was slow, or hung. */
  answer(): number {
    const pending = this.#pending.splice(0);
    for (const answer of pending) answer();
    return pending.length;
  }

  get waiting(): number {
    return this.#pending.length;
  }

  /** Nobody waits for its answers any more: the process that asked is gone. */
  forget(): void {
    this.#pending.length = 0;
  }

  #store(batch: SinkBatch): undefined {
    this.stored.push(...batch.events);
  }
}
