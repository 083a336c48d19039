import { randomBytes } from 'node:crypto';
import type { EventFields } from './encoding/record-writer.js';
import type { DropReason, EventKind, MetricEvent, PipelineReport, RecordOutcome, RejectReason } from './event.js';
import { metricFields } from './operations/metric-fields.js';
import type { OperationEventSink } from './operations/operation.js';
import type { ResolvedEvents } from './options.js';
import { DirectOutlet } from './outlets/direct-outlet.js';
import { LogOutlet } from './outlets/log-outlet.js';
import type { Outlet } from './outlets/outlet.js';
import { ThreadOutlet } from './outlets/thread-outlet.js';
import { RoomQueue } from './room-queue.js';
import { troubleOf } from './sinks/trouble.js';
import { type EventStats, type LossReport, lossReportOf, NO_COUNTS, reportOf, statsOf } from './stats.js';
import type { PipelineCounts } from './store/read-counts.js';
import type { HostEvents } from './thread/host-events.js';
import type { WideEventSink } from './wide/wide-event-sink.js';

/** Takes events, counts what becomes of them, and hands them to the pipeline. Recording never throws and never waits. */
export class EventRecorder implements WideEventSink, OperationEventSink {
  private readonly outlet: Outlet | undefined;
  private submitted = 0;
  private readonly rejected: Partial<Record<RejectReason, number>> = {};
  private readonly dropped: Partial<Record<DropReason, number>> = {};
  /** By `start` or the first event, also where it failed. */
  private begun = false;
  private started: Promise<void> | undefined;
  private stopped: Promise<LossReport> | undefined;
  /** The process that a record's id begins with. */
  private readonly processId = randomBytes(16).toString('hex');
  /** Once it is stopped nobody waits: each is told so. */
  private readonly room = new RoomQueue(() => {
    const { submitted, rejected, dropped, outlet } = this;
    return this.isRunning && outlet !== undefined
      ? outlet.room({ submitted, rejected, dropped })
      : Number.POSITIVE_INFINITY;
  });

  /** `undefined`: events are off, and each is rejected as `disabled`. */
  constructor(
    private readonly options: ResolvedEvents | undefined,
    private readonly events: HostEvents,
  ) {
    this.outlet = options && this.makeOutlet(options);
  }

  get isRunning(): boolean {
    return this.stopped === undefined;
  }

  /** Of `events.record`. */
  record(event: MetricEvent): RecordOutcome {
    const made = metricFields(event);
    if ('rejected' in made) {
      this.submitted++;
      this.events.warn('event_invalid', `an event was rejected: ${made.rejected}`);
      return this.reject('invalid');
    }
    return this.submit('metric', false, made.fields, made.context);
  }

  /** `record` that waits for room; rejected as `no_room` when the time is over. */
  async recordWhenRoom(event: MetricEvent, timeoutMs: number): Promise<RecordOutcome> {
    const outcome = await this.room.take(timeoutMs, () => this.record(event));
    if (outcome !== undefined) return outcome;
    this.submitted++;
    return this.reject('no_room');
  }

  recorded(fields: EventFields, { critical }: { readonly critical: boolean }): void {
    this.submit('operation', critical, fields);
  }

  finished(fields: EventFields, { critical }: { readonly critical: boolean }): void {
    this.submit('wide', critical, fields);
  }

  /** @throws the coded error of a spool or sink that cannot be used */
  async start(): Promise<void> {
    this.begun = true;
    this.started ??= this.outlet?.start() ?? Promise.resolve();
    try {
      await this.started;
    } catch (error) {
      // Whoever calls again tries again.
      this.started = undefined;
      throw error;
    }
  }

  async flush(): Promise<void> {
    if (this.stopped === undefined) await this.begin();
    if (this.stopped === undefined) await this.outlet?.flush();
  }

  /**
   * Called again with less time, it ends sooner: what closed a server may have given it more.
   *
   * @throws {STOP_TIMEOUT} with the report, when something was neither delivered nor spilled in time
   */
  stop(timeoutMs: number): Promise<LossReport> {
    if (this.stopped === undefined) this.stopped = this.end(timeoutMs);
    else void this.outlet?.stop(timeoutMs).catch(() => {});
    return this.stopped;
  }

  counts(): PipelineCounts {
    const { submitted, rejected, dropped } = this;
    return (
      this.outlet?.counts({ submitted, rejected, dropped }) ?? { ...NO_COUNTS, submitted, rejected: { ...rejected } }
    );
  }

  stats(): EventStats {
    return statsOf(this.counts(), this.isRunning && this.begun);
  }

  report(): PipelineReport {
    return reportOf(this.counts(), this.options?.queueLimit ?? 0, this.outlet?.spoolBytes ?? 0, this.outlet?.changes);
  }

  private makeOutlet(options: ResolvedEvents): Outlet {
    if (!options.enableAsyncMetrics) return new DirectOutlet(options, this.processId, this.events.warn);
    const Outlet = options.durability === 'wal' ? LogOutlet : ThreadOutlet;
    return new Outlet(options, this.processId, this.events);
  }

  private submit(kind: EventKind, critical: boolean, fields: EventFields, context?: EventFields): RecordOutcome {
    this.submitted++;
    if (this.outlet === undefined) return this.reject('disabled');
    if (this.stopped !== undefined) return this.reject('already_shutdown');
    if (!this.begun) void this.begin();
    try {
      const refusal = this.outlet.offer(kind, critical, Date.now(), fields, context);
      if (refusal === undefined) return 'accepted';
      if ('rejected' in refusal) {
        this.events.warn(`event_${refusal.rejected}`, `events are rejected: ${refusal.rejected}`);
        return this.reject(refusal.rejected);
      }
      this.events.warn(`event_${refusal.dropped}`, `events are dropped: ${refusal.dropped}`);
      this.dropped[refusal.dropped] = (this.dropped[refusal.dropped] ?? 0) + 1;
      return 'accepted';
    } catch (error) {
      this.events.warn('event_failed', `an event could not be taken: ${troubleOf(error).message}`);
      return this.reject('invalid');
    }
  }

  private reject(reason: RejectReason): RecordOutcome {
    this.rejected[reason] = (this.rejected[reason] ?? 0) + 1;
    return 'rejected';
  }

  /** At the first event: what cannot be used is said; a sink is opened again before each of its batches. */
  private async begin(): Promise<void> {
    await this.start().catch((error: unknown) => this.events.warn('event_start', troubleOf(error).message));
  }

  private async end(timeoutMs: number): Promise<LossReport> {
    const outcome = (await this.outlet?.stop(timeoutMs)) ?? { timedOut: false, undelivered: 0 };
    return lossReportOf(this.counts(), outcome, this.outlet?.recovery);
  }
}
