import { receiptOf } from '../sinks/receipt.js';
import type { Sink, SinkReceipt } from '../sinks/sink.js';
import { BATCHES, FAILED_WRITES, RETRIES, sinkScope } from '../store/layout.js';
import { StoreLost } from '../store/ownership.js';
import type { Store } from '../store/store.js';
import { type Answer, accepted, halves, type Rejected, refused } from './answer.js';
import { BREAKER_VALUES, Breaker } from './breaker.js';
import { Complaints } from './complaints.js';
import { FeedSchedule } from './feed-schedule.js';
import type { Entry, Feed } from './feeds.js';
import type { PipelineOptions } from './options.js';
import type { BatchResult, DeadLetters, PipelineClock, PipelineLog, PipelineObserver } from './ports.js';
import { backoffMs, type Failure, failureOf } from './retry.js';

/** What every runner of a pipeline shares. */
export interface RunnerParts {
  readonly store: Store;
  readonly options: PipelineOptions;
  readonly clock: PipelineClock;
  readonly random: () => number;
  readonly log: PipelineLog;
  readonly deadLetters: DeadLetters | undefined;
  readonly observer: PipelineObserver | undefined;
  readonly batchId: () => string;
  /** Something was answered: there may be more to do. */
  readonly wake: () => void;
}

/** What goes to the sink in one write: a batch, what is left of it, or a part of one that was too large. */
interface Piece {
  readonly id: string;
  readonly entries: readonly Entry[];
  readonly tries: number;
}

/** Of a sink that answers at once: the others and the intake have their turn too. */
const MOST_BATCHES_A_TURN = 20;

/** Brings one sink its batches, one at a time; what it does with them is no other sink's business. */
export class SinkRunner {
  readonly #sink: Sink;
  readonly #index: number;
  readonly #feeds: readonly FeedSchedule[];
  readonly #parts: RunnerParts;
  readonly #breaker: Breaker;
  readonly #complaints: Complaints;
  #lastFeed = 0;
  #feed: Feed | undefined;
  #pieces: Piece[] = [];
  /** Counts the writes: an answer to one that was given up finds another number. */
  #write = 0;
  #answerBy: number | undefined;
  #retryAt = 0;
  #opened = false;

  constructor(sink: Sink, index: number, feeds: readonly Feed[], parts: RunnerParts) {
    this.#sink = sink;
    this.#index = index;
    this.#feeds = feeds.map((feed) => new FeedSchedule(feed, parts.options.batchSize));
    this.#parts = parts;
    this.#breaker = new Breaker(parts.options.breakerFailures, parts.random);
    this.#complaints = new Complaints(sink.name, parts.log, parts.clock);
  }

  /** Whether its last writes failed: what is on disk for it can wait. */
  get failing(): boolean {
    return this.#breaker.failing;
  }

  /** Starts what is due; `hurry` is for a flush, which waits for no batch to fill. */
  turn(now: number, hurry: boolean): void {
    for (let batches = 0; batches < MOST_BATCHES_A_TURN; batches++) {
      const write = this.#write;
      this.#step(now, hurry);
      if (this.#write === write || this.#answerBy !== undefined) return;
    }
  }

  #step(now: number, hurry: boolean): void {
    if (this.#answerBy !== undefined) {
      if (now >= this.#answerBy) this.#answered(this.#write, { error: new Error('it has not answered in time') });
      return;
    }
    for (const schedule of this.#feeds) schedule.look(now);
    if (this.#breaker.state(now) === 'open') this.#standAside(now, hurry);
    else if (now < this.#retryAt) return;
    else if (this.#feed !== undefined) this.#send(now);
    else this.#start(now, hurry);
  }

  #start(now: number, hurry: boolean): void {
    for (let turn = 1; turn <= this.#feeds.length; turn++) {
      const index = (this.#lastFeed + turn) % this.#feeds.length;
      const schedule = this.#feeds[index] as FeedSchedule;
      if (schedule.dueAt(now, hurry) > now) continue;
      schedule.begin();
      const { feed } = schedule;
      // A sink on trial keeps one event in hand if it never answers, not a batch for each trial.
      const entries = feed.take(this.#breaker.state(now) === 'closed' ? this.#parts.options.batchSize : 1);
      if (entries.length === 0) continue;
      this.#lastFeed = index;
      this.#feed = feed;
      this.#pieces = [this.#piece(entries)];
      this.#send(now);
      return;
    }
  }

  #standAside(now: number, hurry: boolean): void {
    for (const schedule of this.#feeds) {
      const { feed } = schedule;
      for (let batches = 0; batches < MOST_BATCHES_A_TURN; batches++) {
        if (!feed.canStandAside(now) || schedule.dueAt(now, hurry) > now) break;
        schedule.begin();
        feed.standAside(this.#parts.options.batchSize, now);
      }
    }
  }

  /** When the next turn has something to do; events that come meanwhile are another reason. */
  nextTurn(now: number, hurry: boolean): number {
    if (this.#answerBy !== undefined) return this.#answerBy;
    const allowedAt = Math.max(this.#retryAt, this.#breaker.triesAt);
    if (this.#feed !== undefined) return allowedAt;
    const due = this.#feeds.map((schedule) => {
      const dueAt = schedule.dueAt(now, hurry);
      return schedule.feed.canStandAside(now) && this.#breaker.state(now) === 'open'
        ? dueAt
        : Math.max(dueAt, allowedAt);
    });
    return Math.min(...due);
  }

  /** Forgets the batch that is in flight: someone else decides about its events. An answer comes too late from now on. */
  abandon(): void {
    this.#write++;
    this.#answerBy = undefined;
    this.#feed = undefined;
    this.#pieces = [];
  }

  async close(): Promise<void> {
    if (this.#opened) await this.#sink.close?.();
  }

  #piece(entries: readonly Entry[], tries = 0): Piece {
    return { id: this.#parts.batchId(), entries, tries };
  }

  #send(now: number): void {
    const piece = this.#pieces[0] as Piece;
    const write = ++this.#write;
    this.#answerBy = now + this.#parts.options.batchTimeoutMs;
    this.#noteTry(piece.tries, now);
    this.#pieces[0] = { ...piece, tries: piece.tries + 1 };
    const failed = (error: unknown) => this.#answered(write, { error });
    const stored = (answer: unknown) => this.#answered(write, readReceipt(answer));
    let answer: ReturnType<Sink['write']>;
    try {
      answer = this.#give(piece);
    } catch (error) {
      failed(error);
      return;
    }
    if (answer instanceof Promise) void answer.then(stored, failed);
    else stored(answer);
  }

  #give(piece: Piece): ReturnType<Sink['write']> {
    const batch = { id: piece.id, events: piece.entries.map(({ event }) => event) };
    if (this.#opened) return this.#sink.write(batch);
    const opening = this.#sink.open?.();
    const write = () => {
      this.#opened = true;
      return this.#sink.write(batch);
    };
    return opening instanceof Promise ? opening.then(write) : write();
  }

  #answered(write: number, answer: { receipt?: undefined | SinkReceipt; error?: unknown }): void {
    if (write !== this.#write || !this.#parts.store.owned) return;
    const { clock, options, store } = this.#parts;
    const piece = this.#pieces.shift() as Piece;
    const now = clock.now();
    const took = now - ((this.#answerBy as number) - options.batchTimeoutMs);
    const said =
      'error' in answer ? refused(piece.entries, failureOf(answer.error)) : accepted(piece.entries, answer.receipt);
    this.#complaints.about(said);
    this.#bury(said.rejected);
    if (!store.begin()) return;
    try {
      this.#write++;
      this.#answerBy = undefined;
      this.#settle(piece, said, now);
    } catch (error) {
      if (error instanceof StoreLost) return;
      throw error;
    } finally {
      store.end();
    }
    this.#report(piece.entries.length, said.stored.length, took);
    this.#parts.wake();
  }

  #settle(piece: Piece, said: Answer, now: number): void {
    const { clock, options, random, store } = this.#parts;
    const feed = this.#feed as Feed;
    feed.delivered(said.stored);
    for (const { entry } of said.rejected) feed.dropped(entry, 'rejected_by_sink');
    if (said.stored.length > 0) {
      store.counts.add(sinkScope(this.#index), BATCHES, 1);
      store.counts.flushedAt(clock.epoch());
    }
    this.#judge(said.failure, now);
    if (said.failure?.tooLarge === true) {
      this.#pieces.unshift(...halves(said.again).map((half) => this.#piece(half)));
    } else if (said.again.length > 0) {
      this.#retryAt = now + backoffMs(piece.tries, random, said.failure?.retryAfterMs);
      if (piece.tries < options.tries && this.#breaker.state(now) === 'closed') {
        const whole = said.again.length === piece.entries.length;
        this.#pieces.unshift(whole ? piece : this.#piece(said.again, piece.tries));
      } else {
        feed.giveUp(said.again, piece.tries >= options.tries, now);
      }
    }
    if (this.#breaker.state(now) !== 'closed') {
      for (const { entries } of this.#pieces.splice(0)) feed.giveUp(entries, false, now);
    }
    if (this.#pieces.length === 0) this.#feed = undefined;
  }

  /** A sink that finds a batch too large is well. */
  #judge(failure: Failure | undefined, now: number): void {
    const { counts } = this.#parts.store;
    if (failure !== undefined) counts.add(sinkScope(this.#index), FAILED_WRITES, 1);
    if (failure === undefined || failure.tooLarge) this.#breaker.succeeded();
    else this.#breaker.failed(now, failure.retryAfterMs);
    counts.setBreaker(this.#index, BREAKER_VALUES[this.#breaker.state(now)]);
  }

  #bury(rejected: readonly Rejected[]): void {
    for (const { entry, reason } of rejected) {
      try {
        this.#parts.deadLetters?.append(entry.event, this.#sink.name, reason);
      } catch (error) {
        this.#complaints.aboutDeadLetter(failureOf(error).reason);
      }
    }
  }

  #report(events: number, stored: number, milliseconds: number): void {
    const { log, observer } = this.#parts;
    const result: BatchResult = stored === events ? 'success' : stored === 0 ? 'failure' : 'partial';
    observer?.batchAnswered(this.#sink.name, result, milliseconds);
    log.debug?.(
      `Processed batch: ${events} events (${stored} success, ${events - stored} failures) in ${Math.round(milliseconds)}ms`,
    );
  }

  #noteTry(triesBefore: number, now: number): void {
    const { store } = this.#parts;
    const state = this.#breaker.state(now);
    if ((triesBefore === 0 && state === 'closed') || !store.begin()) return;
    if (triesBefore > 0) store.counts.add(sinkScope(this.#index), RETRIES, 1);
    store.counts.setBreaker(this.#index, BREAKER_VALUES[state]);
    store.end();
  }
}

function readReceipt(answer: unknown): { readonly receipt: SinkReceipt | undefined } | { readonly error: unknown } {
  try {
    return { receipt: receiptOf(answer) };
  } catch (error) {
    return { error };
  }
}
