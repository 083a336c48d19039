import { EventDecoder } from '../encoding/event-decoder.js';
import { Consumer } from '../pipeline/consumer.js';
import { Inlet } from '../pipeline/inlet.js';
import type { PipelineOptions } from '../pipeline/options.js';
import type { DeadLetters, PipelineLog, PipelineObserver } from '../pipeline/ports.js';
import { mostEventsIn } from '../ring/ring.js';
import { RingReader } from '../ring/ring-reader.js';
import type { SamplingOptions } from '../sampling/options.js';
import { Sampler } from '../sampling/sampler.js';
import type { Sink } from '../sinks/sink.js';
import type { FsyncPolicy } from '../spool/options.js';
import { SpoolReader } from '../spool/reader.js';
import { SpoolWriter } from '../spool/writer.js';
import { limitsOf } from '../store/layout.js';
import { Store } from '../store/store.js';
import { DeadLetterFile } from './dead-letter-file.js';
import { Gate } from './gate.js';
import type { Recovery, ThreadState } from './messages.js';

/** What an exit waits for a thread that is just opening the spool. */
const BEGIN_MS = 1_000;

/** All that a consumer is made from but its sinks; it crosses between threads. */
export interface PipelineStart {
  readonly store: SharedArrayBuffer;
  readonly ring: SharedArrayBuffer;
  /** The encoder's. */
  readonly names: readonly string[];
  /** 32 hex digits. */
  readonly processId: string;
  readonly sinkNames: readonly string[];
  readonly options: Partial<PipelineOptions>;
  readonly sampling: SamplingOptions | undefined;
  readonly spool: SpoolStart | undefined;
}

export interface SpoolStart {
  readonly directory: string;
  readonly fsync: FsyncPolicy;
  readonly maxBytes: number;
  /** The main thread appends, and the consumer reads nothing but the spool. */
  readonly isLog: boolean;
}

/** Whoever runs the consumer. */
export interface ConsumerHost {
  readonly log: PipelineLog;
  readonly observer?: PipelineObserver;
  wake(): void;
}

export interface AssembledConsumer {
  readonly consumer: Consumer;
  readonly ring: RingReader;
  readonly recovery: Recovery | undefined;
  state(): ThreadState;
  /** After the consumer, once however often it is asked: whoever comes next finds the spool in order. */
  close(): void;
}

/** @throws {SPOOL_UNUSABLE} */
export function assembleConsumer(start: PipelineStart, sinks: readonly Sink[], host: ConsumerHost): AssembledConsumer {
  const ring = new RingReader(start.ring, start.names);
  const sampler = start.sampling && new Sampler(start.sampling);
  const spool = start.spool && openSpool(start.spool, start);
  const consumer = new Consumer({
    memory: start.store,
    sinks,
    options: start.options,
    clock: { now: () => performance.now(), epoch: Date.now },
    log: host.log,
    processId: start.processId,
    wake: () => host.wake(),
    ...(start.spool?.isLog === true
      ? {}
      : { source: { ring, decoder: new EventDecoder(ring.names), ...(sampler && { sampler }) } }),
    ...(spool && { spool: { reader: spool.reader, ...(spool.writer && { writer: spool.writer }) } }),
    ...(spool && { deadLetters: spool.deadLetters }),
    ...(host.observer && { observer: host.observer }),
  });
  return {
    consumer,
    ring,
    recovery: spool?.reader.report,
    state: () => ({ spoolBytes: spool?.reader.counts.bytes ?? 0 }),
    close() {
      spool?.writer?.close();
      spool?.reader.close();
    },
  };
}

/** After a thread has ended: what it was just changing comes to its end, so that the counts can be read. */
export function mendCounts({ store, ring, names }: PipelineStart): void {
  Store.open(store, { ring: new Inlet(new RingReader(ring, names)) });
}

/** What is left in memory goes to disk at once, for the hook of a process that ends. */
export function spillAtExit(start: PipelineStart): void {
  const { spool } = start;
  if (spool === undefined || spool.isLog) return;
  const { sinkNames, processId } = start;
  new Gate(start.store).close(BEGIN_MS);
  const writer = SpoolWriter.open(spool.directory, sinkNames, {
    process: processId,
    fsync: 'never',
    maxBytes: spool.maxBytes,
  });
  const ring = new RingReader(start.ring, start.names);
  new Consumer({
    memory: start.store,
    source: { ring, decoder: new EventDecoder(ring.names) },
    sinks: sinkNames.map((name) => ({ name, write: () => undefined })),
    spool: { writer },
    options: start.options,
    clock: { now: () => performance.now(), epoch: Date.now },
    log: { warn() {} },
    processId,
  }).spillSync();
  writer.close();
}

function openSpool(
  { directory, fsync, maxBytes, isLog }: SpoolStart,
  { sinkNames, processId, store, ring }: PipelineStart,
): { readonly reader: SpoolReader; readonly writer: SpoolWriter | undefined; readonly deadLetters: DeadLetters } {
  const memoryMost = isLog ? 0 : limitsOf(store).events + mostEventsIn(ring);
  const options = { process: processId, fsync, maxBytes, memoryMost, takesOver: !isLog };
  const reader = SpoolReader.open(directory, sinkNames, options);
  const writer = isLog ? undefined : SpoolWriter.open(directory, sinkNames, options);
  return { reader, writer, deadLetters: new DeadLetterFile(directory) };
}
