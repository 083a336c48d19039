import type { EventFields } from '../encoding/record-writer.js';
import type { EventKind } from '../event.js';
import type { ResolvedEvents } from '../options.js';
import { Sampler } from '../sampling/sampler.js';
import { SpoolWriter } from '../spool/writer.js';
import type { HostEvents, StopOutcome } from '../thread/host-events.js';
import { LogAppender } from './log-appender.js';
import type { Offered } from './outlet.js';
import { ThreadOutlet } from './thread-outlet.js';

const SYNC_MS = 500;
const REOPEN_MS = 1_000;

/** `durability: 'wal'`: an event is on disk before it is accepted, by one write call; the thread reads it from there. */
export class LogOutlet extends ThreadOutlet {
  private readonly appender: LogAppender;
  private writer: SpoolWriter | undefined;
  private timer: NodeJS.Timeout | undefined;
  private openedAt = Number.NEGATIVE_INFINITY;

  constructor(
    options: ResolvedEvents,
    processId: string,
    private readonly events: HostEvents,
  ) {
    super(options, processId, events);
    const { sampling, sinks } = options;
    this.appender = new LogAppender({
      processId,
      encoder: this.encoder,
      sampler: sampling && new Sampler(sampling),
      store: this.store,
      sinks: sinks.length,
      log: () => this.writer ?? this.openAgain(),
    });
  }

  override async start(): Promise<void> {
    this.open();
    await super.start();
  }

  override offer(kind: EventKind, critical: boolean, at: number, fields: EventFields, context?: EventFields): Offered {
    return this.appender.append(kind, critical, at, fields, context);
  }

  /** The log is bounded by the disk alone, and says so at once. */
  override room(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Without a log nothing was accepted that could be waited for. */
  override async flush(): Promise<void> {
    if (this.writer !== undefined) await super.flush();
  }

  override async stop(timeoutMs: number): Promise<StopOutcome> {
    this.close();
    return super.stop(timeoutMs);
  }

  protected override exit(): void {
    this.close();
  }

  /** While another process has the spool, the caller is not kept with asking for it at each event. */
  private openAgain(): SpoolWriter | undefined {
    const now = performance.now();
    if (now - this.openedAt < REOPEN_MS) return undefined;
    try {
      const writer = this.open();
      // The thread could not begin before either: it reads what is in this log.
      void super.start().catch((error: Error) => this.events.warn('event_start', error.message));
      return writer;
    } catch {
      return undefined;
    }
  }

  private open(): SpoolWriter {
    if (this.writer !== undefined) return this.writer;
    this.openedAt = performance.now();
    const { spoolDirectory, fsync, spoolLimitBytes, sinks } = this.options;
    this.writer = SpoolWriter.open(
      spoolDirectory as string,
      sinks.map(({ name }) => name),
      { process: this.processId, fsync, maxBytes: spoolLimitBytes, background: true },
    );
    this.timer = setInterval(() => this.writer?.syncIfDue(), SYNC_MS).unref();
    return this.writer;
  }

  private close(): void {
    clearInterval(this.timer);
    this.writer?.close();
  }
}
