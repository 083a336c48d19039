import { EVENT_SCOPE, SPILLED } from '../store/layout.js';
import type { StoredEvent } from '../store/slots.js';
import type { Store } from '../store/store.js';
import type { Inlet } from './inlet.js';
import type { WhenFull } from './options.js';
import type { IncomingRecord, RecordDecision, RecordSampler } from './ports.js';
import type { Spiller } from './spiller.js';
import type { StoredEvents } from './stored-events.js';

/** Moves what was recorded from the ring into the store, and decides who has to go where that is full. */
export class Intake {
  readonly #ring: Inlet;
  readonly #store: Store;
  readonly #sampler: RecordSampler | undefined;
  readonly #events: StoredEvents;
  readonly #spiller: Spiller;
  #whenFull: WhenFull;

  constructor(
    ring: Inlet,
    store: Store,
    sampler: RecordSampler | undefined,
    events: StoredEvents,
    spiller: Spiller,
    whenFull: WhenFull,
  ) {
    this.#ring = ring;
    this.#store = store;
    this.#sampler = sampler;
    this.#events = events;
    this.#spiller = spiller;
    this.#whenFull = whenFull;
  }

  get waiting(): number {
    return this.#ring.waiting;
  }

  /** From now on nothing is dropped that the spool can take. */
  rescue(): void {
    if (this.#spiller.spills) this.#whenFull = 'spill';
  }

  /** Gives how many it has taken in. */
  takeIn(most: number, now: number): number {
    let taken = 0;
    for (; taken < most; taken++) {
      const record = this.#ring.next();
      if (record === undefined) break;
      const decision = this.#decide(record);
      if (!this.#store.begin()) break;
      try {
        this.#place(record, decision, now);
        this.#ring.release();
      } finally {
        this.#store.end();
      }
    }
    return taken;
  }

  /** Decided once, of whole requests only; what cannot be decided is kept. */
  #decide(record: IncomingRecord): RecordDecision | undefined {
    if (record.kind !== 'wide' || this.#sampler === undefined) return undefined;
    try {
      return this.#sampler.decide(Object.assign(record.facts(), { eventId: this.#events.id(record.seq) }), record.at);
    } catch {
      return undefined;
    }
  }

  /** Whatever may be missed by a death in between is counted after `take`: then it is known to be missing. */
  #place(record: IncomingRecord, decision: RecordDecision | undefined, now: number): void {
    const { counts, limits } = this.#store;
    const { seq, kind, critical, bytes } = record;
    if (decision?.keep === false) {
      counts.take(seq);
      this.#count(decision);
      return;
    }
    if (decision !== undefined) this.#count(decision);
    const sampling = decision === undefined ? undefined : { sampling: Buffer.from(JSON.stringify(decision)) };
    const event: StoredEvent = { seq, kind, critical, bytes, ...sampling };
    const length = bytes.length + (sampling?.sampling.length ?? 0);
    if (length > limits.bytes) {
      counts.take(seq);
      counts.addDroppedAtOnce('too_large');
    } else if (this.#makeRoom(critical, length, now)) {
      this.#store.add(event);
      counts.take(seq);
    } else {
      const outcome = this.#spillsVictims(now) ? this.#spiller.appendArriving(event, now) : 'failed';
      if (outcome === 'written') {
        for (let scope = EVENT_SCOPE; scope <= limits.sinks; scope++) counts.add(scope, SPILLED, 1);
        counts.take(seq);
      } else {
        counts.take(seq);
        counts.addDroppedAtOnce(outcome === 'too_large' ? 'too_large' : this.#reason);
      }
    }
  }

  #count({ rule, keep }: RecordDecision): void {
    const { ruleIds } = this.#sampler as RecordSampler;
    this.#store.counts.addSampled(ruleIds.indexOf(rule), keep);
  }

  #makeRoom(critical: boolean, length: number, now: number): boolean {
    while (!this.#store.hasRoom(critical, length)) {
      if (this.#whenFull === 'drop-newest' || this.#whenFull === 'block') return false;
      const victim = this.#store.oldestDroppable(critical);
      if (victim === -1) return false;
      if (this.#spillsVictims(now)) this.#store.spoolAll(victim);
      else this.#store.dropWaiting(victim, this.#reason);
      this.#spiller.drain(now);
    }
    return true;
  }

  #spillsVictims(now: number): boolean {
    return this.#whenFull === 'spill' && this.#spiller.takes(now);
  }

  get #reason(): 'spool_full' | 'queue_full' {
    return this.#whenFull === 'spill' && this.#spiller.spills ? 'spool_full' : 'queue_full';
  }
}
