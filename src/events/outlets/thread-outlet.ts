import { EventEncoder, RECORDS_IN_RING } from '../encoding/event-encoder.js';
import { type EventFields, recordBytes } from '../encoding/record-writer.js';
import type { EventKind, FieldChanges } from '../event.js';
import type { ResolvedEvents } from '../options.js';
import { forbiddenKeys } from '../redaction/forbidden-keys.js';
import { createRing, DEFAULT_RING_BYTES } from '../ring/ring.js';
import { RingReader } from '../ring/ring-reader.js';
import { resolveSampling } from '../sampling/resolve.js';
import { ruleIds } from '../sampling/rules.js';
import { nodeFiles } from '../spool/files.js';
import { SpoolLock } from '../spool/lock.js';
import { createStoreMemory, normalLimitOf } from '../store/layout.js';
import { CountsReader, type PipelineCounts, type ProducerCounts } from '../store/read-counts.js';
import { type PipelineStart, spillAtExit } from '../thread/assemble.js';
import { PipelineHost } from '../thread/host.js';
import type { HostEvents, StopOutcome } from '../thread/host-events.js';
import type { Recovery } from '../thread/messages.js';
import type { Offered, Outlet, RecorderCounts } from './outlet.js';

/** Events go through memory that is shared with the thread. */
export class ThreadOutlet implements Outlet {
  protected readonly encoder: EventEncoder;
  protected readonly store: SharedArrayBuffer;
  protected readonly host: PipelineHost;
  private readonly ring: SharedArrayBuffer;
  private readonly waiting: RingReader;
  private readonly reader: CountsReader;
  private readonly onExit = (): void => {
    this.exit();
    this.leaveSpool();
  };

  constructor(
    protected readonly options: ResolvedEvents,
    protected readonly processId: string,
    events: HostEvents,
  ) {
    const { sinks, durability, queueLimit, queueLimitBytes, eventBytes, forbiddenKeys: extra, sampling } = options;
    const isLog = durability === 'wal';
    // Under `wal` nothing goes through the ring.
    this.ring = createRing(Math.max(isLog ? 0 : DEFAULT_RING_BYTES, RECORDS_IN_RING * eventBytes));
    const rules = sampling === undefined ? [] : ruleIds(resolveSampling(sampling));
    this.store = createStoreMemory({
      events: isLog ? 0 : queueLimit,
      bytes: queueLimitBytes,
      sinks: sinks.length,
      rules: rules.length,
    });
    this.encoder = new EventEncoder(this.ring, { eventBytes, forbidden: forbiddenKeys(extra) });
    this.waiting = new RingReader(this.ring);
    const names = sinks.map(({ name }) => name);
    this.reader = new CountsReader(this.store, names, rules);
    this.host = new PipelineHost(() => this.startOf(names), sinks, events);
  }

  offer(kind: EventKind, critical: boolean, at: number, fields: EventFields, context?: EventFields): Offered {
    const outcome = this.encoder.offer(kind, critical, at, fields, context);
    return outcome === 'accepted' ? undefined : { dropped: outcome };
  }

  /** Of the queue's lane and bytes, with what the ring holds for it, and of the ring, where a record does not cross the end. */
  room(recorder: RecorderCounts): number {
    const counts = this.reader.readNow(this.producer(recorder));
    if (counts === undefined) return 0;
    const { pending, inFlight, bytesHeld } = counts;
    const { queueLimit, queueLimitBytes, eventBytes } = this.options;
    const held = pending + inFlight;
    const longest = recordBytes(eventBytes);
    const room = Math.min(
      normalLimitOf(queueLimit) - held,
      Math.floor((queueLimitBytes - bytesHeld) / longest),
      // The end of the ring may cost as much again, since no record crosses it.
      Math.floor((this.ring.byteLength - this.waiting.used) / (2 * longest)),
    );
    return held === 0 ? Math.max(1, room) : room;
  }

  async start(): Promise<void> {
    process.off('exit', this.onExit).on('exit', this.onExit);
    await this.host.start();
  }

  async flush(): Promise<void> {
    await this.host.flush();
  }

  async stop(timeoutMs: number): Promise<StopOutcome> {
    const outcome = await this.host.stop(timeoutMs);
    this.leaveSpool();
    process.off('exit', this.onExit);
    return outcome;
  }

  counts(recorder: RecorderCounts): PipelineCounts {
    return this.reader.read(this.producer(recorder));
  }

  get changes(): FieldChanges {
    return this.encoder;
  }

  get spoolBytes(): number {
    return this.host.state.spoolBytes;
  }

  get recovery(): Recovery | undefined {
    return this.host.recovery;
  }

  private producer(recorder: RecorderCounts): ProducerCounts {
    const { waiting: ring } = this;
    // Read within the reading of the counts: what leaves the ring is in them.
    return {
      ...recorder,
      get waiting() {
        return ring.waiting;
      },
      get waitingBytes() {
        return ring.used;
      },
    };
  }

  /** The thread ends with the process, and what it holds is in memory that is shared. */
  protected exit(): void {
    try {
      spillAtExit(this.startOf(this.options.sinks.map(({ name }) => name)));
    } catch {
      // The process ends; there is nobody left to tell.
    }
  }

  /** The lock knows a process, and what ends may be a thread of the application's: the process may live for long. */
  private leaveSpool(): void {
    const { spoolDirectory } = this.options;
    if (spoolDirectory !== undefined) SpoolLock.leave(spoolDirectory, this.processId, nodeFiles);
  }

  private startOf(sinkNames: readonly string[]): PipelineStart {
    const { batchSize, flushIntervalMs, whenFull, sampling, durability, spoolDirectory, fsync, spoolLimitBytes } =
      this.options;
    const spool =
      durability === 'memory' || spoolDirectory === undefined
        ? undefined
        : { directory: spoolDirectory, fsync, maxBytes: spoolLimitBytes, isLog: durability === 'wal' };
    return {
      store: this.store,
      ring: this.ring,
      names: [...this.encoder.names()],
      processId: this.processId,
      sinkNames,
      options: { batchSize, flushIntervalMs, whenFull },
      sampling,
      spool,
    };
  }
}
