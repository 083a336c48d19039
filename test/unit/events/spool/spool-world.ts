import type { SpoolHost } from '../../../../src/events/spool/host.js';
import type { SpoolOptions } from '../../../../src/events/spool/options.js';
import { type SpooledEvent, SpoolReader } from '../../../../src/events/spool/reader.js';
import { SpoolWriter } from '../../../../src/events/spool/writer.js';
import { type Pick, SimulatedDisk } from './simulated-disk.js';

export const DIRECTORY = '/spool';
export const SINKS = ['a', 'b'];
const INTERVAL_MS = 500;
/** A process takes longer than that to come back. */
const RESTART_MS = 1_100;

type Settled = 'no' | number | 'kept';

interface Known {
  readonly sinks: number;
  readonly writer: number;
  synced: boolean;
  /** By sink: settled at a time, or so that no crash can bring it back. */
  readonly settled: Settled[];
}

/** A machine with a spool on it, and a memory of its own of what must be in the spool. */
export class SpoolWorld {
  readonly disk = new SimulatedDisk();
  readonly known = new Map<string, Known>();
  /** Appends that a crash interrupted: they may be there or not. */
  readonly unsure = new Map<string, number>();
  reader!: SpoolReader;
  writers: SpoolWriter[] = [];
  private readonly held: SpooledEvent[][] = SINKS.map(() => []);
  private elapsed = 0;
  private boot = 'boot-0';
  private lives = 0;
  private events = 0;

  constructor(private readonly options: Partial<SpoolOptions> = {}) {
    this.start();
  }

  get settings(): SpoolOptions {
    const host: SpoolHost = {
      pid: this.lives,
      name: 'host',
      boot: this.boot,
      started: (pid) => (pid === this.lives ? 'now' : undefined),
      now: () => this.elapsed,
      elapsed: () => this.elapsed,
    };
    const process = String(this.lives).padStart(32, '0');
    return {
      segmentBytes: 700,
      unsyncedRecords: 8,
      syncIntervalMs: INTERVAL_MS,
      ...this.options,
      process,
      files: this.disk,
      host,
    };
  }

  get hasLostPower(): boolean {
    return this.boot !== 'boot-0';
  }

  get alive(): boolean {
    return this.disk.fuse >= 0;
  }

  get isFaulty(): boolean {
    return Number.isFinite(this.disk.capacity) || this.disk.failingSyncs > 0;
  }

  start(): void {
    this.lives += 1;
    this.fill(Number.POSITIVE_INFINITY);
    this.disk.failingSyncs = 0;
    this.elapsed += RESTART_MS;
    for (const held of this.held) held.length = 0;
    const settings = this.settings;
    this.writers = [0, 1].map((at) => SpoolWriter.open(DIRECTORY, SINKS, { ...settings, background: at === 1 }));
    this.reader = SpoolReader.open(DIRECTORY, SINKS, settings);
  }

  append(writer: number, sinks: number, size: number): string {
    const id = `event-${(this.events += 1)}`;
    const outcome = this.writers[writer]!.append({
      id,
      kind: 'wide',
      critical: size % 2 === 0,
      json: `{"x":"${'y'.repeat(size)}"}`,
      sinks,
    });
    if (outcome === 'written' && this.alive)
      this.known.set(id, { sinks, writer, synced: this.options.fsync === 'each', settled: SINKS.map(() => 'no') });
    else if (!this.alive || outcome === 'failed') this.unsure.set(id, sinks);
    return outcome;
  }

  turn(ms: number): void {
    this.elapsed += ms;
    this.disk.clock = this.elapsed;
    for (const writer of this.writers) writer.syncIfDue();
    this.disk.runLater();
    this.reader.refresh();
    this.cursorsMayBeKept();
  }

  sync(writer: number): void {
    if (!this.writers[writer]!.sync() || !this.alive) return;
    for (const known of this.known.values()) known.synced ||= known.writer === writer;
  }

  /** From now on the disk has room for so many bytes. */
  fill(room: number): void {
    this.disk.capacity = this.disk.used + room;
  }

  read(sink: number, max: number): readonly SpooledEvent[] {
    const events = this.reader.read(sink, max);
    this.held[sink]!.push(...events);
    return events;
  }

  settle(sink: number, every: number): void {
    const events = this.held[sink]!.filter((_, at) => at % every === 0);
    this.held[sink] = this.held[sink]!.filter((_, at) => at % every !== 0);
    for (const { id } of events) {
      const known = this.known.get(id);
      if (known !== undefined) known.settled[sink] = this.elapsed;
    }
    this.reader.settle(sink, events);
    this.cursorsMayBeKept();
  }

  giveBack(sink: number): void {
    this.reader.giveBack(sink, this.held[sink]!.splice(0));
  }

  kill(): void {
    this.disk.kill();
  }

  losePower(pick: Pick): void {
    this.disk.losePower(pick);
    this.boot = `boot-${this.lives}`;
  }

  close(): void {
    for (const writer of this.writers) writer.close();
    this.disk.runLater();
    this.reader.close();
    if (this.reader.failing === undefined) this.keepSettledUntil(this.elapsed);
  }

  /** The ids that a sink must still be given. */
  needed(sink: number): Set<string> {
    return this.ofSink(sink, (state) => state === 'no');
  }

  /** The ids that power loss cannot take. */
  synced(): Set<string> {
    return new Set([...this.known].filter(([, { synced }]) => synced).map(([id]) => id));
  }

  /** The ids that may come once more. */
  mayComeAgain(sink: number): Set<string> {
    const again = this.ofSink(sink, (state) => typeof state === 'number');
    for (const [id, sinks] of this.unsure) if ((sinks & (1 << sink)) !== 0) again.add(id);
    return again;
  }

  /** All that a sink is given now, until nothing comes. */
  drain(sink: number): string[] {
    const ids: string[] = [];
    for (let events = this.read(sink, 7); events.length > 0; events = this.read(sink, 7))
      ids.push(...events.map(({ id }) => id));
    return ids;
  }

  /** Takes for true what was found after a crash: what was missing, and what came again. */
  accept(found: readonly (readonly string[])[]): void {
    const there = new Set(found.flat());
    for (const [id, sinks] of this.unsure)
      if (there.has(id)) this.known.set(id, { sinks, writer: 0, synced: true, settled: SINKS.map(() => 'kept') });
    this.unsure.clear();
    for (const [id, known] of this.known) {
      for (const sink of SINKS.keys()) known.settled[sink] = found[sink]!.includes(id) ? 'no' : 'kept';
      known.synced = true;
    }
  }

  private ofSink(sink: number, matches: (state: Settled) => boolean): Set<string> {
    const ids = [...this.known].filter(
      ([, { sinks, settled }]) => (sinks & (1 << sink)) !== 0 && matches(settled[sink]!),
    );
    return new Set(ids.map(([id]) => id));
  }

  /** What was settled an interval ago is in the cursors by now. */
  private cursorsMayBeKept(): void {
    if (this.reader.failing === undefined) this.keepSettledUntil(this.elapsed - INTERVAL_MS);
  }

  private keepSettledUntil(time: number): void {
    if (!this.alive) return;
    for (const { settled } of this.known.values()) {
      for (const [sink, state] of settled.entries())
        if (typeof state === 'number' && state <= time) settled[sink] = 'kept';
    }
  }
}
