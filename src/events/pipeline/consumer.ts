import { DROP_REASONS } from '../event.js';
import type { Sink } from '../sinks/sink.js';
import { DROPPED, EVENT_SCOPE } from '../store/layout.js';
import { StoreLost } from '../store/ownership.js';
import { Store } from '../store/store.js';
import { LaneFeed, SpoolFeed } from './feeds.js';
import { Inlet } from './inlet.js';
import { Intake } from './intake.js';
import { PIPELINE_DEFAULTS, type PipelineOptions } from './options.js';
import type {
  DeadLetters,
  PipelineClock,
  PipelineLog,
  PipelineObserver,
  RecordDecoder,
  RecordSampler,
  RecordSource,
  SpoolReaderPort,
  SpoolWriterPort,
} from './ports.js';
import { QueueWatch } from './queue-watch.js';
import { type RunnerParts, SinkRunner } from './sink-runner.js';
import { Spiller } from './spiller.js';
import { Spool } from './spool.js';
import { eventId, StoredEvents } from './stored-events.js';

export interface ConsumerParts {
  /** Made by `createStoreMemory`; a new consumer takes it from the former one. */
  readonly memory: SharedArrayBuffer;
  /** Absent under `wal`: the events come from the spool then. */
  readonly source?: { readonly ring: RecordSource; readonly decoder: RecordDecoder; readonly sampler?: RecordSampler };
  readonly sinks: readonly Sink[];
  /** Under `wal` the main thread has the writer; for `spillSync` alone no reader is needed. */
  readonly spool?: { readonly writer?: SpoolWriterPort; readonly reader?: SpoolReaderPort };
  readonly deadLetters?: DeadLetters;
  readonly options?: Partial<PipelineOptions>;
  readonly clock: PipelineClock;
  readonly random?: () => number;
  readonly log: PipelineLog;
  readonly observer?: PipelineObserver;
  /** An event's id is this, a dash, and its sequence number. */
  readonly processId: string;
  /** There is something for `turn` to do before the time it gave. May be called within a turn. */
  readonly wake?: () => void;
}

export interface StopResult {
  /** The time ran out: what was left was spilled, or dropped. */
  readonly timedOut: boolean;
  /** Neither delivered nor spilled by this stop. */
  readonly undelivered: number;
}

interface Barrier {
  readonly isPassed: () => boolean;
  readonly resolve: () => void;
}

interface Stopping {
  readonly spillAt: number;
  readonly endAt: number;
  readonly lost: number;
  readonly resolve: (result: StopResult) => void;
}

/** Records taken in by one turn: in a flood, each step of a sink's work waits for a turn to be over. */
const MOST_A_TURN = 500;

/** When to spill what is left of a stop's time. */
const SPILL_SHARE = 0.8;

/** Brings what was recorded to the sinks. Runs in a thread of its own or on the main thread: whoever has the store. */
export class Consumer {
  readonly #store: Store;
  readonly #intake: Intake | undefined;
  readonly #spool: Spool | undefined;
  readonly #spiller: Spiller | undefined;
  readonly #runners: readonly SinkRunner[];
  readonly #clock: PipelineClock;
  readonly #watch: QueueWatch;
  #barriers: Barrier[] = [];
  #stopping: Stopping | undefined;
  #stopped: Promise<StopResult> | undefined;
  #closed: Promise<unknown> | undefined;

  constructor(parts: ConsumerParts) {
    const { source, clock, log, processId } = parts;
    const inlet = source && new Inlet(source.ring);
    const reader = parts.spool?.reader;
    const store = Store.open(parts.memory, {
      onDisk: reader && { ...reader.counts, lost: reader.lost },
      wasAppended: reader && ((seq) => reader.lastAppended === eventId(processId, seq)),
      ring: inlet,
    });
    const options = { ...PIPELINE_DEFAULTS, ...parts.options };
    this.#store = store;
    this.#watch = new QueueWatch(store, log, clock);
    this.#clock = clock;
    this.#spool = parts.spool && new Spool(store, parts.spool.writer, parts.spool.reader);
    const events = source && new StoredEvents(store, source.decoder, processId);
    this.#spiller = events && new Spiller(store, events, this.#spool);
    this.#intake =
      inlet &&
      events &&
      this.#spiller &&
      new Intake(inlet, store, source?.sampler, events, this.#spiller, options.whenFull);
    let batches = 0;
    const shared: RunnerParts = {
      store,
      options,
      clock,
      log,
      random: parts.random ?? Math.random,
      deadLetters: parts.deadLetters,
      observer: parts.observer,
      batchId: () => `${processId}-${store.life}-${batches++}`,
      wake: parts.wake ?? (() => {}),
    };
    this.#runners = parts.sinks.map((sink, index) => {
      // What was left on disk need not wait for a batch to fill; the log is where everything comes from.
      const spooled = this.#spool && new SpoolFeed(index, this.#spool, this.#spool.isLog ? options.flushIntervalMs : 0);
      const lanes =
        events && this.#spiller && new LaneFeed(index, store, events, this.#spiller, options.flushIntervalMs);
      return new SinkRunner(
        sink,
        index,
        [spooled, lanes].filter((feed) => feed !== undefined),
        shared,
      );
    });
  }

  /** False when another consumer has taken the store: this one has nothing more to do. */
  get owned(): boolean {
    return this.#store.owned;
  }

  /** Takes in, and starts what is due; never waits. Gives the milliseconds until it has to be called again at the latest. */
  turn(now: number): number {
    if (!this.#store.owned) return Number.POSITIVE_INFINITY;
    try {
      return this.#work(now);
    } catch (error) {
      if (error instanceof StoreLost) return Number.POSITIVE_INFINITY;
      throw error;
    }
  }

  #work(now: number): number {
    this.#intake?.takeIn(MOST_A_TURN, now);
    this.#tendSpool(now);
    this.#watch.depth();
    for (const runner of this.#runners) runner.turn(now, this.#hurry);
    this.#tendSpool(now);
    this.#barriers = this.#barriers.filter((barrier) => !barrier.isPassed() || (barrier.resolve(), false));
    this.#tendStop(now);
    this.#watch.drops();
    return this.#nextTurn(now);
  }

  /** Resolves when all that was accepted before has left memory, and no sink can do more now about what is on disk. */
  flush(): Promise<void> {
    return new Promise((resolve) => this.#raiseBarrier(resolve));
  }

  /** Delivers what it can, spills the rest when most of the time is over, and drops what has no place then. Asked again, it has at most the time given last. */
  stop(deadlineMs: number): Promise<StopResult> {
    const now = this.#clock.now();
    const [spillAt, endAt] = [now + deadlineMs * SPILL_SHARE, now + deadlineMs];
    this.#stopped ??= new Promise((resolve) => {
      this.#stopping = { spillAt, endAt, lost: this.#lost, resolve };
      this.#raiseBarrier(() => {});
    });
    const stopping = this.#stopping;
    if (stopping !== undefined && endAt < stopping.endAt) this.#stopping = { ...stopping, spillAt, endAt };
    return this.#stopped;
  }

  /** At once and without the sinks: what is not settled goes to the spool, or is dropped where there is none. */
  spillSync(): void {
    const now = this.#clock.now();
    for (const runner of this.#runners) runner.abandon();
    this.#intake?.rescue();
    do {
      this.#emptyStore(now);
    } while (this.#store.owned && (this.#intake?.takeIn(MOST_A_TURN, now) || this.#store.counts.held > 0));
  }

  /** After `stop`, once however often it is asked: whoever opened a sink closes it. */
  async close(): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#runners.map((runner) => runner.close()));
    await this.#closed;
  }

  get #hurry(): boolean {
    return this.#barriers.length > 0;
  }

  get #lost(): number {
    const { counts } = this.#store;
    const dropped = (reason: (typeof DROP_REASONS)[number]) =>
      counts.get(EVENT_SCOPE, DROPPED + DROP_REASONS.indexOf(reason));
    return dropped('shutdown') + dropped('spool_full') + dropped('retries_exhausted') + dropped('queue_full');
  }

  #raiseBarrier(resolve: () => void): void {
    const lanes = this.#laneBarrier();
    // What leaves memory meanwhile may go to disk.
    let spool: (() => boolean) | undefined;
    this.#barriers.push({ isPassed: () => lanes() && (spool ??= this.#spoolBarrier())(), resolve });
  }

  #laneBarrier(): () => boolean {
    const { counts } = this.#store;
    if (this.#intake === undefined) return () => true;
    const target = counts.taken + this.#intake.waiting;
    let seq: number | undefined;
    return () => {
      if (seq === undefined && counts.taken >= target) seq = counts.lastSeq;
      return seq !== undefined && this.#store.hasNoneUpTo(seq);
    };
  }

  /** What waits on disk by now is delivered, but to a sink that fails. */
  #spoolBarrier(): () => boolean {
    const spool = this.#spool;
    if (spool === undefined) return () => true;
    spool.refresh();
    const targets = this.#runners.map((_, sink) => spool.gone(sink) + spool.waiting(sink));
    return () => this.#runners.every((runner, sink) => runner.failing || spool.gone(sink) >= (targets[sink] as number));
  }

  /** What only the spool is to get goes there, and what it holds is looked at again. */
  #tendSpool(now: number): void {
    if (this.#spool === undefined || !this.#store.begin()) return;
    try {
      this.#spiller?.drain(now);
    } finally {
      this.#store.end();
    }
    this.#spool.tend(now);
  }

  #tendStop(now: number): void {
    const stopping = this.#stopping;
    if (stopping === undefined) return;
    const limit = this.#spool === undefined ? stopping.endAt : stopping.spillAt;
    const timedOut = this.#barriers.length > 0 && now >= limit;
    if (timedOut) this.spillSync();
    else if (this.#barriers.length > 0) return;
    this.#stopping = undefined;
    for (const { resolve } of this.#barriers.splice(0)) resolve();
    stopping.resolve({ timedOut, undelivered: this.#lost - stopping.lost });
  }

  #emptyStore(now: number): void {
    if (!this.#store.begin()) return;
    try {
      for (const slot of this.#store.slots()) {
        if (this.#spiller?.takes(now)) this.#store.spoolAll(slot);
        else this.#store.dropAll(slot, this.#spiller?.spills ? 'spool_full' : 'shutdown');
      }
      this.#spiller?.drain(now);
    } finally {
      this.#store.end();
    }
  }

  #nextTurn(now: number): number {
    if ((this.#intake?.waiting ?? 0) > 0) return 0;
    const times = this.#runners.map((runner) => runner.nextTurn(now, this.#hurry));
    if (this.#stopping !== undefined)
      times.push(this.#spool === undefined ? this.#stopping.endAt : this.#stopping.spillAt);
    if (this.#spool !== undefined) times.push(now + this.#spool.pollMs);
    return Math.max(0, Math.min(...times) - now);
  }
}
