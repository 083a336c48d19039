import type { EventFields } from '../encoding/record-writer.js';
import type { EventKind } from '../event.js';
import type { ResolvedEvents } from '../options.js';
import type { RecordDecision } from '../pipeline/ports.js';
import { factsOf } from '../sampling/facts.js';
import { Sampler } from '../sampling/sampler.js';
import { SpoolWriter } from '../spool/writer.js';
import { Counts } from '../store/counts.js';
import { limitsOf, viewsOf } from '../store/layout.js';
import { WrittenCount } from '../store/written.js';
import type { HostEvents, StopOutcome } from '../thread/host-events.js';
import type { Offered } from './outlet.js';
import { ThreadOutlet } from './thread-outlet.js';

const SYNC_MS = 500;
const REOPEN_MS = 1_000;

/** `durability: 'wal'`: an event is on disk before it is accepted, by one write call; the thread reads it from there. */
export class LogOutlet extends ThreadOutlet {
  private readonly written = new WrittenCount(this.store);
  /** The thread counts none: there is no sampling behind the log. */
  private readonly sampled = new Counts(viewsOf(this.store), limitsOf(this.store));
  private readonly sampler: Sampler | undefined;
  private writer: SpoolWriter | undefined;
  private timer: NodeJS.Timeout | undefined;
  private sequence = 0;
  private openedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ResolvedEvents, processId: string, events: HostEvents) {
    super(options, processId, events);
    this.sampler = options.sampling && new Sampler(options.sampling);
  }

  override async start(): Promise<void> {
    this.open();
    await super.start();
  }

  override offer(kind: EventKind, critical: boolean, at: number, fields: EventFields, context?: EventFields): Offered {
    const seq = ++this.sequence;
    const id = `${this.processId}-${seq}`;
    const decision = kind === 'wide' ? this.sampler?.decide({ ...factsOf(fields), eventId: id }, at) : undefined;
    if (decision?.keep === false) return this.count(decision);
    const encoded = this.encoder.json(this.processId, seq, kind, at, fields, context, decision);
    if ('failure' in encoded) return { rejected: encoded.failure };
    const writer = this.writer ?? this.openAgain();
    if (writer === undefined) return { rejected: 'spool_failed' };
    this.written.add(1);
    const sinks = 2 ** this.options.sinks.length - 1;
    const outcome = writer.append({ id, kind, critical, json: encoded.json, sinks });
    if (outcome === 'written') return this.count(decision);
    this.written.add(-1);
    return { rejected: outcome === 'full' ? 'spool_full' : 'spool_failed' };
  }

  /** The log is bounded by the disk alone, and says so at once. */
  override room(): number {
    return Number.POSITIVE_INFINITY;
  }

  override async stop(timeoutMs: number): Promise<StopOutcome> {
    this.close();
    return super.stop(timeoutMs);
  }

  protected override exit(): void {
    this.close();
  }

  /** What was refused was not sampled. */
  private count(decision: RecordDecision | undefined): undefined {
    if (decision === undefined) return;
    this.sampled.addSampled(this.sampler?.ruleIds.indexOf(decision.rule) as number, decision.keep);
  }

  /** While another process has the spool, the caller is not kept with asking for it at each event. */
  private openAgain(): SpoolWriter | undefined {
    const now = performance.now();
    if (now - this.openedAt < REOPEN_MS) return undefined;
    try {
      return this.open();
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
