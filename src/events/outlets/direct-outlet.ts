import { Deadline } from '../../internal/deadline.js';
import { EventEncoder, RECORDS_IN_RING } from '../encoding/event-encoder.js';
import type { EventFields } from '../encoding/record-writer.js';
import type { EventKind, FieldChanges, LossEquation } from '../event.js';
import type { ResolvedEvents } from '../options.js';
import type { RecordDecision } from '../pipeline/ports.js';
import { forbiddenKeys } from '../redaction/forbidden-keys.js';
import { createRing } from '../ring/ring.js';
import { factsOf } from '../sampling/facts.js';
import { Sampler } from '../sampling/sampler.js';
import { receiptOf } from '../sinks/receipt.js';
import { troubleOf } from '../sinks/trouble.js';
import type { PipelineCounts, SinkState } from '../store/read-counts.js';
import type { StopOutcome } from '../thread/host-events.js';
import type { Offered, Outlet, RecorderCounts } from './outlet.js';

/** `enableAsyncMetrics: false` (S0.8): each event is written before `record` returns, on the caller's time. */
export class DirectOutlet implements Outlet {
  readonly spoolBytes = 0;
  readonly recovery = undefined;
  private readonly encoder: EventEncoder;
  private readonly sampler: Sampler | undefined;
  private readonly sampled: Record<string, { seen: number; kept: number }> = {};
  private readonly stored: number[];
  private readonly failed: number[];
  private delivered = 0;
  private sequence = 0;
  private lastFlushAt: number | undefined;
  private opened: Promise<void> | undefined;
  private deadline: Deadline | undefined;
  private stopped: Promise<StopOutcome> | undefined;

  constructor(
    private readonly options: ResolvedEvents,
    private readonly processId: string,
    private readonly warn: (key: string, message: string) => void,
  ) {
    const { eventBytes } = options;
    const forbidden = forbiddenKeys(options.forbiddenKeys);
    this.encoder = new EventEncoder(createRing(RECORDS_IN_RING * eventBytes), { eventBytes, forbidden });
    this.sampler = options.sampling && new Sampler(options.sampling);
    for (const rule of this.sampler?.ruleIds ?? []) this.sampled[rule] = { seen: 0, kept: 0 };
    this.stored = options.sinks.map(() => 0);
    this.failed = options.sinks.map(() => 0);
  }

  offer(kind: EventKind, critical: boolean, at: number, fields: EventFields, context?: EventFields): Offered {
    const seq = ++this.sequence;
    const id = `${this.processId}-${seq}`;
    const decision = kind === 'wide' ? this.sampler?.decide({ ...factsOf(fields), eventId: id }, at) : undefined;
    if (decision !== undefined) this.count(decision);
    if (decision?.keep === false) return undefined;
    const encoded = this.encoder.json(this.processId, seq, kind, at, fields, context, decision);
    if ('failure' in encoded) return { dropped: encoded.failure };
    const batch = { id, events: [{ id, kind, critical, json: encoded.json }] };
    let isStored = true;
    for (const [at, sink] of this.options.sinks.entries()) {
      try {
        const failure = receiptOf(sink.writeSync?.(batch))?.failures[0];
        if (failure !== undefined) throw new Error(failure.reason);
        this.stored[at] = (this.stored[at] as number) + 1;
      } catch (error) {
        isStored = false;
        this.failed[at] = (this.failed[at] as number) + 1;
        this.warn(`direct:${sink.name}`, `the sink ${sink.name} did not store an event: ${troubleOf(error).message}`);
      }
    }
    this.lastFlushAt = Date.now();
    if (!isStored) return { dropped: 'retries_exhausted' };
    this.delivered++;
    return undefined;
  }

  get changes(): FieldChanges {
    return this.encoder;
  }

  start(): Promise<void> {
    this.opened ??= this.open();
    return this.opened;
  }

  room(): number {
    return Number.POSITIVE_INFINITY;
  }

  async flush(): Promise<void> {}

  /** Called again, it ends sooner where there is less time. */
  stop(timeoutMs: number): Promise<StopOutcome> {
    this.deadline?.bringForward(timeoutMs);
    this.stopped ??= this.end(timeoutMs);
    return this.stopped;
  }

  /** All is written: only the sinks have to close, and one that does not come back is left behind. */
  private async end(timeoutMs: number): Promise<StopOutcome> {
    this.deadline = new Deadline(timeoutMs);
    await this.deadline.within(this.close());
    return { timedOut: false, undelivered: 0 };
  }

  private async close(): Promise<void> {
    await this.opened?.catch(() => {});
    await Promise.allSettled(this.options.sinks.map(async (sink) => sink.close?.()));
  }

  private count({ rule, keep }: RecordDecision): void {
    const counts = this.sampled[rule] as { seen: number; kept: number };
    counts.seen++;
    if (keep) counts.kept++;
  }

  private async open(): Promise<void> {
    for (const sink of this.options.sinks) await sink.open?.();
  }

  counts({ submitted, rejected, dropped }: RecorderCounts): PipelineCounts {
    const refused = Object.values(rejected).reduce((sum, count) => sum + count, 0);
    const sampledOut = Object.values(this.sampled).reduce((sum, { seen, kept }) => sum + seen - kept, 0);
    const none = { sampledOut, spilled: 0, pending: 0, inFlight: 0 };
    const accepted = submitted - refused;
    const sinks: Record<string, LossEquation> = {};
    const sinkStates: Record<string, SinkState> = {};
    for (const [at, { name }] of this.options.sinks.entries()) {
      const delivered = this.stored[at] as number;
      const lost = this.failed[at] as number;
      const own = lost > 0 ? { ...dropped, retries_exhausted: lost } : withoutRetries(dropped);
      sinks[name] = { accepted, delivered, dropped: own, ...none };
      sinkStates[name] = { batches: delivered, retries: 0, failedWrites: lost, breaker: 0 };
    }
    return {
      submitted,
      rejected,
      accepted,
      delivered: this.delivered,
      dropped,
      ...none,
      sinks,
      sinkStates,
      recovered: 0,
      batchesWritten: this.stored.reduce((sum, count) => sum + count, 0),
      eventsPersisted: this.stored.reduce((sum, count) => sum + count, 0),
      lastFlushAt: this.lastFlushAt,
      halfFull: false,
      bytesHeld: 0,
      depth: { critical: 0, normal: 0 },
      sampling: structuredClone(this.sampled),
    };
  }
}

function withoutRetries({ retries_exhausted: _, ...dropped }: RecorderCounts['dropped']): RecorderCounts['dropped'] {
  return dropped;
}
