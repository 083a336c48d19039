import { EventDecoder } from '../../../../src/events/encoding/event-decoder.js';
import { EventEncoder } from '../../../../src/events/encoding/event-encoder.js';
import type { EventFields } from '../../../../src/events/encoding/record-writer.js';
import type { DropReason, EventKind, RejectReason } from '../../../../src/events/event.js';
import type { Durability } from '../../../../src/events/options.js';
import { LogAppender } from '../../../../src/events/outlets/log-appender.js';
import type { Offered as Outcome } from '../../../../src/events/outlets/outlet.js';
import { Consumer } from '../../../../src/events/pipeline/consumer.js';
import { Inlet } from '../../../../src/events/pipeline/inlet.js';
import type { PipelineOptions } from '../../../../src/events/pipeline/options.js';
import { createRing, mostEventsIn } from '../../../../src/events/ring/ring.js';
import { RingReader } from '../../../../src/events/ring/ring-reader.js';
import { resolveSampling } from '../../../../src/events/sampling/resolve.js';
import { ruleIds } from '../../../../src/events/sampling/rules.js';
import { Sampler } from '../../../../src/events/sampling/sampler.js';
import type { SpoolOptions } from '../../../../src/events/spool/options.js';
import { SpoolReader } from '../../../../src/events/spool/reader.js';
import type { SpoolReport } from '../../../../src/events/spool/recovery.js';
import { SpoolWriter } from '../../../../src/events/spool/writer.js';
import { type EventStats, reportOf, statsOf } from '../../../../src/events/stats.js';
import { createStoreMemory } from '../../../../src/events/store/layout.js';
import { CountsReader, type PipelineCounts } from '../../../../src/events/store/read-counts.js';
import { Store } from '../../../../src/events/store/store.js';
import type { FakeSink } from '../pipeline/fakes.js';
import { Mortal } from '../pipeline/mortal.js';
import { Shown } from './shown.js';

export const DIRECTORY = '/spool';
const EVENT_BYTES = 1_024;
const SAMPLING = { rate: 1, drop: [{ id: 'noise', when: { route: '/noise' } }] };
const RULES = ruleIds(resolveSampling(SAMPLING));

export interface Setting {
  readonly durability: Durability;
  readonly sinks: number;
  readonly queue: { readonly events: number; readonly bytes: number };
  readonly options: Pick<PipelineOptions, 'batchSize' | 'whenFull'>;
  readonly spool: Pick<SpoolOptions, 'fsync' | 'unsyncedRecords' | 'maxBytes'>;
}

export interface Offered {
  readonly kind: EventKind;
  readonly critical: boolean;
  /** Which one: it stands in the event. */
  readonly n: number;
  readonly size: number;
  readonly keep: boolean;
}

/** What a process is given by the machine that it runs on. */
export interface Surroundings {
  readonly id: string;
  readonly spool: SpoolOptions;
  readonly sinks: readonly FakeSink[];
  now(): number;
  isOver(): boolean;
  buried(n: number, sink: string): void;
  found(report: SpoolReport): void;
}

/** A process with a whole pipeline: all of it but its thread, its disk and its sinks is the real one. */
export class Process {
  readonly ring = createRing(8_192);
  readonly shown: Shown;
  reader: SpoolReader | undefined;
  mortal: Mortal;
  consumer!: Consumer;
  private readonly encoder = new EventEncoder(this.ring, { eventBytes: EVENT_BYTES });
  private readonly waiting = new RingReader(this.ring);
  private readonly memory: SharedArrayBuffer;
  private readonly counts_: CountsReader;
  /** Under `wal`. */
  private readonly log: { writer: SpoolWriter; appender: LogAppender } | undefined;
  private threadWriter: SpoolWriter | undefined;
  private submitted = 0;
  private readonly rejected: Partial<Record<RejectReason, number>> = {};
  private readonly dropped: Partial<Record<DropReason, number>> = {};

  constructor(
    private readonly setting: Setting,
    private readonly around: Surroundings,
  ) {
    const { durability, queue, sinks } = setting;
    const isLog = durability === 'wal';
    const limits = { events: isLog ? 0 : queue.events, bytes: queue.bytes, sinks, rules: RULES.length };
    this.memory = createStoreMemory(limits);
    this.counts_ = new CountsReader(this.memory, this.sinkNames, RULES);
    this.shown = new Shown(() => reportOf(this.counts(), limits.events, this.reader?.counts.bytes ?? 0));
    if (isLog) {
      const writer = SpoolWriter.open(DIRECTORY, this.sinkNames, { ...around.spool, background: true });
      const appender = new LogAppender({
        processId: around.id,
        encoder: this.encoder,
        sampler: new Sampler(SAMPLING),
        store: this.memory,
        sinks,
        log: () => writer,
      });
      this.log = { writer, appender };
    }
    this.mortal = new Mortal(() => around.isOver());
    this.open();
  }

  /** A thread begins, as the first or in the place of one that has died. */
  open(): void {
    const { setting, around } = this;
    this.mortal = new Mortal(() => around.isOver());
    const spool = { ...around.spool, memoryMost: this.memoryMost, takesOver: this.log === undefined };
    if (setting.durability !== 'memory') {
      const isFirst = this.reader === undefined;
      this.reader = SpoolReader.open(DIRECTORY, this.sinkNames, spool);
      if (isFirst) around.found(this.reader.report);
    }
    if (setting.durability === 'spill') this.threadWriter = SpoolWriter.open(DIRECTORY, this.sinkNames, spool);
    const { reader, threadWriter: writer } = this;
    this.consumer = this.consumerWith({ ...(reader && { spool: { reader, ...(writer && { writer }) } }) });
  }

  private consumerWith(spool: Pick<ConstructorParameters<typeof Consumer>[0], 'spool'>): Consumer {
    const { around, log, setting } = this;
    const ring = new RingReader(this.ring, [...this.encoder.names()]);
    return new Consumer({
      memory: this.memory,
      ...(log === undefined && {
        source: { ring, decoder: new EventDecoder(ring.names), sampler: new Sampler(SAMPLING) },
      }),
      sinks: around.sinks,
      ...spool,
      deadLetters: { append: ({ json }, sink) => around.buried(numberIn(json), sink) },
      options: { ...setting.options, flushIntervalMs: 50 },
      clock: { now: () => around.now(), epoch: () => around.now() },
      random: () => 0.5,
      log: { warn() {} },
      processId: around.id,
    });
  }

  /** Whether it was accepted, and is to come to every sink. What is sampled out or dropped at once is accepted, too. */
  record({ kind, critical, n, size, keep }: Offered): boolean {
    this.submitted++;
    const wide = { request_id: `r-${n}`, route: keep ? '/' : '/noise', status_code: critical ? 500 : 200 };
    const fields = { n, text: 'y'.repeat(size), ...(kind === 'wide' && wide) };
    const offered = this.offer(kind, critical, fields);
    if (offered === undefined) return keep || critical || kind !== 'wide';
    if ('rejected' in offered) this.rejected[offered.rejected] = (this.rejected[offered.rejected] ?? 0) + 1;
    else this.dropped[offered.dropped] = (this.dropped[offered.dropped] ?? 0) + 1;
    return false;
  }

  private offer(kind: EventKind, critical: boolean, fields: EventFields): Outcome {
    const now = this.around.now();
    if (this.log !== undefined) return this.log.appender.append(kind, critical, now, fields);
    const outcome = this.encoder.offer(kind, critical, now, fields);
    return outcome === 'accepted' ? undefined : { dropped: outcome };
  }

  /** The main thread's timer. */
  tick(): void {
    this.log?.writer.syncIfDue();
  }

  /** The main thread takes no more. */
  closeLog(): void {
    this.log?.writer.close();
  }

  /** The thread has stopped. */
  closeSpool(): void {
    this.threadWriter?.close();
    this.reader?.close();
  }

  /** The hook of a process that ends by itself. */
  exit(): void {
    if (this.setting.durability === 'wal') this.closeLog();
    if (this.setting.durability !== 'spill') return;
    const writer = SpoolWriter.open(DIRECTORY, this.sinkNames, { ...this.around.spool, fsync: 'never' });
    this.consumerWith({ spool: { writer } }).spillSync();
    writer.close();
  }

  counts(): PipelineCounts {
    const { submitted, rejected, dropped, waiting } = this;
    return this.counts_.read({
      submitted,
      rejected,
      dropped,
      get waiting() {
        return waiting.waiting;
      },
      get waitingBytes() {
        return waiting.used;
      },
    });
  }

  stats(): EventStats {
    return statsOf(this.counts(), true);
  }

  /** What it would have said of itself in the moment of its death. */
  postMortem(): PipelineCounts {
    Store.open(this.memory, { ring: new Inlet(new RingReader(this.ring)) });
    return this.counts();
  }

  private get memoryMost(): number {
    return this.log === undefined ? this.setting.queue.events + mostEventsIn(this.ring) : 0;
  }

  private get sinkNames(): string[] {
    return this.around.sinks.map(({ name }) => name);
  }
}

export function numberIn(json: string): number {
  return Number(/"n":(\d+)/.exec(json)?.[1]);
}
