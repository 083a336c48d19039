import { expect } from 'vitest';
import type { SinkBatch } from '../../../../src/events/sinks/sink.js';
import type { SpoolHost } from '../../../../src/events/spool/host.js';
import type { PipelineCounts } from '../../../../src/events/store/read-counts.js';
import { FakeSink, settle } from '../pipeline/fakes.js';
import { sumOf } from '../pipeline/rig.js';
import { type Pick, SimulatedDisk } from '../spool/simulated-disk.js';
import { numberIn, type Offered, Process, type Setting } from './process.js';

/** A process takes longer than that to come back. */
const RESTART_MS = 1_100;
/** By then the cursors are on disk: they are looked after every half second, and written when half a second old. */
const KEPT_AFTER_MS = 1_000;

/** Between two records there are bytes that no JSON has. */
const WHOLE_EVENT = /\{"event_id"[ -z|~]*(?:\{[ -z|~]*\}[ -z|~]*)?\}/g;

/** What is known of a sink beyond what it has stored. */
interface Book {
  /** Acknowledged in a step that nothing died in, by number: when. */
  readonly fresh: Map<number, number>;
  /** Acknowledged so that no end of a process brings it back. */
  readonly settled: Set<number>;
  readonly buried: Set<number>;
}

/** A machine on which a process runs, ends and is started again, and all that outlives it. */
export class World {
  readonly disk = new SimulatedDisk();
  readonly sinks: readonly FakeSink[];
  readonly accepted = new Set<number>();
  process!: Process;
  now = 1_000;
  /** Of all reports: how many may be missing. */
  mayBeMissing = 0;
  /** Dropped by former processes, by sink. */
  readonly dropped: number[];
  /** On the disk for sure when the power went. */
  readonly durable = new Set<number>();
  /** The disk has said that all is well when it was not. */
  hasLied = false;
  faulty = false;
  mayRepeat = false;
  private readonly books: readonly Book[];
  private lives = 0;
  private boots = 0;
  private offered = 0;
  private lastTurn = 0;
  /** Given to a sink that had settled it for good; whoever throws in a sink's write is not heard. */
  private readonly givenAgain: number[] = [];
  /** By sink: how much of what it has stored is in the books. */
  private readonly seen: number[];

  constructor(readonly setting: Setting) {
    this.sinks = ['first', 'second', 'third'].slice(0, setting.sinks).map((name) => new FakeSink(name));
    this.books = this.sinks.map(() => ({ fresh: new Map(), settled: new Set(), buried: new Set() }));
    this.dropped = this.sinks.map(() => 0);
    this.seen = this.sinks.map(() => 0);
    for (const [at, sink] of this.sinks.entries()) sink.before = (batch) => this.beforeWrite(at, batch);
    this.start(undefined);
  }

  get isOver(): boolean {
    return this.disk.fuse < 0;
  }

  record(event: Omit<Offered, 'n'>): void {
    const n = this.offered++;
    const accepted = this.process.record({ ...event, n });
    if (accepted && !this.isOver) this.accepted.add(n);
  }

  turn(milliseconds: number): void {
    this.now += milliseconds;
    this.disk.clock = this.now;
    this.process.tick();
    this.disk.runLater();
    this.process.mortal.run(() => void this.process.consumer.turn(this.now));
    if (!this.process.mortal.dead) this.lastTurn = this.now;
  }

  async answer(sink: number): Promise<void> {
    await this.process.mortal.runAsync(async () => {
      this.sinks[sink]?.answer();
      await settle();
    });
    // Whether the answer came in time is not known here.
    this.seen[sink] = this.sinks[sink]?.stored.length ?? 0;
  }

  /** The thread has died, and is replaced. */
  takeOver(): void {
    this.forgetFresh();
    this.unlessOver(() => {
      try {
        this.process.open();
      } catch (error) {
        if (!this.faulty || this.isOver) throw error;
        // A thread that cannot use the spool is the end of that thread, too.
        this.heal();
        this.process.open();
      }
    });
  }

  /** The process ends at once, and another one is started. */
  end(how: 'kill' | 'power', pick: Pick, fuseOfStart = Number.POSITIVE_INFINITY): void {
    const last = this.process.postMortem();
    this.rememberDropped(last);
    if (how === 'power') {
      for (const text of this.disk.syncedTexts('.segment')) {
        for (const [json] of text.matchAll(WHOLE_EVENT)) this.durable.add(numberIn(json));
      }
      this.hasLied ||= this.disk.hasForgotten;
      this.boots++;
      this.disk.losePower(pick);
    } else this.disk.kill();
    for (const sink of this.sinks) sink.forget();
    this.forgetFresh();
    this.start(last, fuseOfStart);
  }

  /** The process stops in order, and another one is started; false where it died before. */
  async stop(deadline: number): Promise<boolean> {
    const { process } = this;
    const until = this.now + deadline;
    // The log's own end may already be missing when a thread that takes over finds the disk well again.
    const wasFaulty = this.faulty;
    process.closeLog();
    let stopped = false;
    const stop = (): void =>
      process.mortal.run(() => {
        void process.consumer.stop(Math.max(0, until - this.now)).then(
          () => (stopped = true),
          () => {},
        );
      });
    stop();
    for (let turns = 0; !stopped && turns < 300; turns++) {
      this.turn(100);
      await settle();
      if (this.isOver) return false;
      if (process.mortal.dead) {
        this.takeOver();
        stop();
      }
    }
    expect(stopped, 'a stop comes to its end').toBe(true);
    const last = process.counts();
    expect(last).toMatchObject({ pending: 0, inFlight: 0 });
    process.closeSpool();
    this.disk.runLater();
    if (this.isOver) return false;
    this.mayRepeat = true;
    this.rememberDropped(last);
    this.stepIsOver(this.now);
    const isFaulty = wasFaulty || this.faulty;
    this.disk.kill();
    for (const sink of this.sinks) sink.forget();
    this.forgetFresh();
    this.start(last);
    if (!isFaulty && this.process.reader !== undefined) {
      expect(this.process.reader.report).toMatchObject({ uncleanShutdown: false, lostUnknownMax: 0 });
    }
    return true;
  }

  /** The process ends by itself, and its hook has the last word. */
  exit(): void {
    this.unlessOver(() => this.process.exit());
    if (this.isOver || this.setting.durability !== 'spill') return;
    expect(this.process.counts()).toMatchObject({ pending: 0, inFlight: 0 });
  }

  heal(): void {
    this.disk.capacity = Number.POSITIVE_INFINITY;
    this.disk.failingSyncs = 0;
    this.disk.failingWrites = 0;
    this.faulty = false;
  }

  /** What no sink has stored or refused, and nobody has counted. */
  missing(at: number): number[] {
    const stored = new Set(this.sinks[at]!.stored.map(({ json }) => numberIn(json)));
    return [...this.accepted].filter((n) => !stored.has(n) && !this.books[at]!.buried.has(n));
  }

  /** What was acknowledged in the step that is over. */
  stepIsOver(keptUntil = this.lastTurn - KEPT_AFTER_MS): void {
    const { reader } = this.process;
    for (const [at, { fresh, settled }] of this.books.entries()) {
      for (const { json } of this.sinks[at]!.stored.slice(this.seen[at])) {
        fresh.set(numberIn(json), this.now);
      }
      this.seen[at] = this.sinks[at]!.stored.length;
      if (reader?.failing !== undefined) continue;
      for (const [n, time] of fresh) {
        if (time > keptUntil) continue;
        settled.add(n);
        fresh.delete(n);
      }
    }
    expect(this.givenAgain, 'given again, and was settled for good').toEqual([]);
  }

  private forgetFresh(): void {
    this.mayRepeat = true;
    for (const [at, { fresh }] of this.books.entries()) {
      fresh.clear();
      this.seen[at] = this.sinks[at]!.stored.length;
    }
  }

  private start(last: PipelineCounts | undefined, fuse = Number.POSITIVE_INFINITY): void {
    this.disk.fuse = fuse;
    while (!this.starts()) this.disk.kill();
    const { process } = this;
    const counts = process.counts();
    if (process.reader === undefined) {
      expect(counts).toMatchObject({ accepted: 0, spilled: 0 });
      if (last !== undefined) this.mayBeMissing += last.pending + last.inFlight;
      return;
    }
    const { recovered, lostUnknownMax, uncleanShutdown } = process.reader.report;
    expect(counts).toMatchObject({ accepted: recovered, spilled: recovered, pending: 0, inFlight: 0 });
    if (last !== undefined && uncleanShutdown) {
      expect(last.pending + last.inFlight, 'what was in memory alone').toBeLessThanOrEqual(lostUnknownMax);
    }
  }

  /** False where it died while it started. */
  private starts(): boolean {
    this.lives++;
    this.heal();
    this.now += RESTART_MS;
    this.lastTurn = this.now;
    this.unlessOver(() => {
      this.process = new Process(this.setting, this.surroundings());
    });
    return !this.isOver;
  }

  /** Does what the end of the process may interrupt. */
  private unlessOver(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!this.isOver) throw error;
    }
  }

  private beforeWrite(at: number, { events }: SinkBatch): void {
    this.process.mortal.step();
    const again = events.map(({ json }) => numberIn(json)).filter((n) => this.books[at]!.settled.has(n));
    this.givenAgain.push(...again);
  }

  private rememberDropped(counts: PipelineCounts): void {
    for (const [at, { name }] of this.sinks.entries()) {
      this.dropped[at]! += sumOf(counts.sinks[name]?.dropped ?? {});
    }
  }

  private surroundings(): ConstructorParameters<typeof Process>[1] {
    const { lives } = this;
    const host: SpoolHost = {
      pid: lives,
      name: 'host',
      boot: `boot-${this.boots}`,
      started: (pid) => (pid === lives ? 'now' : undefined),
      now: () => this.now,
      elapsed: () => this.now,
    };
    const id = lives.toString(16).padStart(32, '0');
    return {
      id,
      spool: { ...this.setting.spool, segmentBytes: 2_000, process: id, files: this.disk, host },
      sinks: this.sinks,
      now: () => this.now,
      isOver: () => this.isOver,
      // A process that dies as it starts has said so, too.
      found: ({ lostUnknownMax, corrupt, gaps }) => void (this.mayBeMissing += lostUnknownMax + corrupt + gaps),
      buried: (n, sink) => void this.books[this.sinks.findIndex(({ name }) => name === sink)]?.buried.add(n),
    };
  }
}
