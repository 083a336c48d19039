import { expect } from 'vitest';
import type { EventCounts, LossEquation } from '../../../../src/events/event.js';
import { Consumer, type ConsumerParts } from '../../../../src/events/pipeline/consumer.js';
import type { PipelineOptions } from '../../../../src/events/pipeline/options.js';
import { createStoreMemory, type StoreLimits } from '../../../../src/events/store/layout.js';
import { CountsReader, type PipelineCounts } from '../../../../src/events/store/read-counts.js';
import { WrittenCount } from '../../../../src/events/store/written.js';
import { FakeRing, FakeSink, FakeSpool, fakeDecoder, fakeSampler, settle } from './fakes.js';

export interface RigOptions {
  readonly sinks?: readonly string[];
  readonly limits?: Partial<StoreLimits>;
  readonly options?: Partial<PipelineOptions>;
  readonly spool?: boolean;
  readonly ringCapacity?: number;
  /** `wal`: what is offered goes to the spool at once, and comes from there. */
  readonly log?: boolean;
}

export const PROCESS = 'ab'.repeat(16);

/** A pipeline between a ring and sinks that do what they are told, at a time that does. */
export class Rig {
  readonly ring: FakeRing;
  readonly sinks: readonly FakeSink[];
  readonly spool: FakeSpool | undefined;
  readonly warnings: string[] = [];
  readonly lines: string[] = [];
  readonly deadLetters: { id: string; sink: string; reason: string }[] = [];
  readonly memory: SharedArrayBuffer;
  readonly #reader: CountsReader;
  readonly #written: WrittenCount;
  readonly #options: RigOptions;
  consumer!: Consumer;
  now = 1_000;
  logged = 0;
  refused = 0;

  constructor(options: RigOptions = {}) {
    const names = options.sinks ?? ['first'];
    this.#options = options;
    this.ring = new FakeRing(options.ringCapacity);
    this.sinks = names.map((name) => new FakeSink(name));
    this.spool = options.spool || options.log ? new FakeSpool(names.length) : undefined;
    const events = options.log ? 0 : 100;
    this.memory = createStoreMemory({ events, bytes: 100_000, sinks: names.length, rules: 1, ...options.limits });
    this.#written = new WrittenCount(this.memory);
    this.#reader = new CountsReader(this.memory, names, fakeSampler.ruleIds);
    this.open();
  }

  /** A consumer takes over, as after a death. */
  open(more: Partial<ConsumerParts> = {}): Consumer {
    const reader = this.spool?.open();
    const writer = this.#options.log ? undefined : this.spool;
    this.consumer = new Consumer({
      memory: this.memory,
      ...(!this.#options.log && {
        source: { ring: this.ring.reader(), decoder: fakeDecoder, sampler: fakeSampler },
      }),
      sinks: this.sinks,
      ...(reader && { spool: { ...(writer && { writer }), reader } }),
      deadLetters: { append: ({ id }, sink, reason) => this.deadLetters.push({ id, sink, reason }) },
      options: this.#options.options ?? {},
      clock: { now: () => this.now, epoch: () => this.now },
      random: () => 0.5,
      log: { debug: (line) => this.lines.push(line), warn: (line) => this.warnings.push(line) },
      processId: PROCESS,
      ...more,
    });
    return this.consumer;
  }

  offer(count = 1, { critical = false, size = 100 } = {}): void {
    for (let offered = 0; offered < count; offered++) this.ring.offer('metric', critical, size);
  }

  /** Under `wal`: where the log is full, the event is rejected. */
  log(count = 1): void {
    for (let logged = 0; logged < count; logged++) {
      const seq = this.logged;
      const record = { id: `${PROCESS}-${seq}`, kind: 'metric' as const, critical: false, json: `{"seq":${seq}}` };
      this.#written.add(1);
      if (this.spool?.append({ ...record, sinks: 2 ** this.sinks.length - 1 }) === 'written') {
        this.logged++;
      } else {
        this.#written.add(-1);
        this.refused++;
      }
    }
  }

  turn(milliseconds = 0): number {
    this.now += milliseconds;
    return this.consumer.turn(this.now);
  }

  /** Lets answers arrive. */
  async settle(): Promise<void> {
    await settle();
  }

  counts(): PipelineCounts {
    const { ring } = this;
    return this.#reader.read({
      submitted: ring.accepted + this.logged + this.refused,
      rejected: { spool_full: this.refused },
      dropped: { ring_full: ring.full },
      waitingBytes: 0,
      get waiting() {
        return ring.waiting;
      },
    });
  }

  seqs(sink = 0): number[] {
    return (this.sinks[sink] as FakeSink).stored.map(({ id }) => Number(id.split('-')[1]));
  }
}

export function sumOf(dropped: LossEquation['dropped']): number {
  return Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

export function expectClosed(counts: EventCounts): void {
  for (const [scope, equation] of [['events', counts] as const, ...Object.entries(counts.sinks)]) {
    const { accepted, sampledOut, delivered, spilled, pending, inFlight } = equation;
    const known = sampledOut + delivered + sumOf(equation.dropped) + spilled + pending + inFlight;
    expect({ scope, accepted }, JSON.stringify(counts)).toEqual({ scope, accepted: known });
    for (const part of [sampledOut, delivered, spilled, pending, inFlight]) expect(part).toBeGreaterThanOrEqual(0);
  }
  expect(counts.submitted - sumOf(counts.rejected)).toBe(counts.accepted);
}
