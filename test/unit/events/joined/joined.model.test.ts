import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventKind } from '../../../../src/events/event.js';
import type { WhenFull } from '../../../../src/events/pipeline/options.js';
import type { FsyncPolicy } from '../../../../src/events/spool/options.js';
import { modelRuns } from '../model-runs.js';
import type { Mood } from '../pipeline/fakes.js';
import { sumOf } from '../pipeline/rig.js';
import type { Pick } from '../spool/simulated-disk.js';
import { numberIn, type Offered, type Setting } from './process.js';
import { World } from './world.js';

/** How a process comes to its end, and which of what was not synced the loss of power leaves. */
interface Ending {
  readonly how: 'kill' | 'power';
  readonly picks: readonly number[];
}

type Command =
  | { type: 'offer'; event: Omit<Offered, 'n'>; count: number }
  | { type: 'turn'; step: number }
  | { type: 'mood'; sink: number; mood: Mood }
  | { type: 'answer'; sink: number }
  | { type: 'flush' }
  /** The thread dies after so many steps, alone or with its process. */
  | { type: 'condemn'; steps: number; ending: Ending | undefined }
  /** The process ends at the n-th operation of the disk from now. */
  | { type: 'fuse'; operations: number; ending: Ending }
  | { type: 'end'; ending: Ending; fuseOfStart: number }
  | { type: 'takeOver' }
  | { type: 'exit' }
  | { type: 'stop'; deadline: number; ending: Ending }
  | { type: 'fill'; room: number }
  | { type: 'fail'; syncs: number; writes: number };

const ending: fc.Arbitrary<Ending> = fc.record({
  how: fc.constantFrom('kill' as const, 'power' as const),
  picks: fc.array(fc.nat({ max: 1_000 }), { minLength: 8, maxLength: 8 }),
});
const moods: Mood[] = ['well', 'well', 'slow', 'failing', 'partly', 'refusing', 'hanging', 'small'];
const index = fc.nat({ max: 2 });
const never = fc.constant(Number.POSITIVE_INFINITY);
const event: fc.Arbitrary<Omit<Offered, 'n'>> = fc.record({
  kind: fc.constantFrom<EventKind>('metric', 'operation', 'wide'),
  critical: fc.boolean(),
  size: fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 1_200 })),
  keep: fc.boolean(),
});

function of<T extends Command['type']>(
  weight: number,
  type: T,
  parts: { [K in keyof Omit<Extract<Command, { type: T }>, 'type'>]: fc.Arbitrary<Extract<Command, { type: T }>[K]> },
): { weight: number; arbitrary: fc.Arbitrary<Command> } {
  const arbitrary = fc.record({ type: fc.constant(type), ...parts }) as unknown as fc.Arbitrary<Command>;
  return { weight, arbitrary };
}

const STEPS = [
  of(7, 'offer', { event, count: fc.integer({ min: 1, max: 12 }) }),
  of(9, 'turn', { step: fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 1_500 }), fc.nat({ max: 40_000 })) }),
  of(3, 'mood', { sink: index, mood: fc.constantFrom(...moods) }),
  of(3, 'answer', { sink: index }),
  of(1, 'flush', {}),
  of(2, 'condemn', { steps: fc.nat({ max: 150 }), ending: fc.option(ending, { nil: undefined }) }),
  of(2, 'fuse', { operations: fc.nat({ max: 40 }), ending }),
  of(1, 'end', { ending, fuseOfStart: fc.oneof(never, fc.nat({ max: 20 })) }),
  of(1, 'takeOver', {}),
  of(1, 'exit', {}),
  of(1, 'stop', { deadline: fc.nat({ max: 20_000 }), ending }),
];
const FAULTS = [
  of(1, 'fill', { room: fc.oneof(fc.nat({ max: 2_000 }), never) }),
  of(1, 'fail', { syncs: fc.nat({ max: 3 }), writes: fc.nat({ max: 3 }) }),
];

const settingOf = (durability: Setting['durability']): fc.Arbitrary<Setting> =>
  fc.record({
    durability: fc.constant(durability),
    sinks: fc.integer({ min: 1, max: 3 }),
    queue: fc.record({ events: fc.integer({ min: 1, max: 30 }), bytes: fc.integer({ min: 300, max: 6_000 }) }),
    options: fc.record({
      batchSize: fc.integer({ min: 1, max: 8 }),
      whenFull: fc.constantFrom<WhenFull>(
        'drop-oldest',
        'drop-newest',
        'block',
        ...(durability === 'spill' ? SPILL : []),
      ),
    }),
    spool: fc.record({
      fsync: fc.constantFrom<FsyncPolicy>('interval', 'interval', 'batch', 'each', 'never'),
      unsyncedRecords: fc.constantFrom(4, 16, 16_384),
      maxBytes: fc.constantFrom(4_000, 1_000_000, 1_000_000),
    }),
  });
const SPILL = ['spill', 'spill'] as const;

/** A world, and what is to become of its process. */
class Run {
  readonly world: World;
  private ending: Ending = { how: 'kill', picks: [0] };
  private isCondemned = false;

  constructor(setting: Setting) {
    this.world = new World(setting);
  }

  async do(next: Command): Promise<void> {
    await this.begin(next);
    this.follow();
    this.world.stepIsOver();
    await this.expectClosed();
  }

  async expectClosed(): Promise<void> {
    const { process } = this.world;
    await process.shown.expectClosed(process.stats());
  }

  /** All becomes well, and what was accepted comes to its end. */
  async finish(): Promise<void> {
    const { world } = this;
    world.disk.fuse = Number.POSITIVE_INFINITY;
    world.process.mortal.condemn(Number.POSITIVE_INFINITY);
    world.heal();
    for (const sink of world.sinks) sink.mood = 'well';
    this.flush();
    for (let turn = 0; turn < 120; turn++) {
      for (const sink of world.sinks.keys()) await world.answer(sink);
      world.turn(5_000);
      world.stepIsOver();
      await this.expectClosed();
      const { pending, inFlight, spilled } = world.process.counts();
      if (pending + inFlight + spilled === 0) return;
    }
    expect(world.process.counts()).toMatchObject({ pending: 0, inFlight: 0, spilled: 0 });
  }

  private async begin(next: Command): Promise<void> {
    const { world } = this;
    switch (next.type) {
      case 'offer':
        for (let n = 0; n < next.count && !world.isOver; n++) world.record(next.event);
        break;
      case 'turn':
        world.turn(next.step);
        break;
      case 'mood': {
        const sink = world.sinks[next.sink];
        if (sink !== undefined) sink.mood = next.mood;
        // Answers that are too late have stored what is given again.
        world.mayRepeat ||= next.mood === 'slow' || next.mood === 'hanging';
        break;
      }
      case 'answer':
        await world.answer(next.sink);
        break;
      case 'flush':
        this.flush();
        break;
      case 'condemn':
        world.process.mortal.condemn(next.steps);
        this.isCondemned = next.ending !== undefined;
        this.ending = next.ending ?? this.ending;
        break;
      case 'fuse':
        world.disk.fuse = next.operations;
        this.ending = next.ending;
        break;
      case 'end':
        world.end(next.ending.how, pickerOf(next.ending), next.fuseOfStart);
        this.isCondemned = false;
        break;
      case 'takeOver':
        world.takeOver();
        this.isCondemned = false;
        break;
      case 'exit':
        world.exit();
        world.end('kill', () => 0);
        this.isCondemned = false;
        break;
      case 'stop':
        this.ending = next.ending;
        if (await world.stop(next.deadline)) this.isCondemned = false;
        break;
      case 'fill':
        world.disk.capacity = world.disk.used + next.room;
        world.faulty = true;
        break;
      case 'fail':
        Object.assign(world.disk, { failingSyncs: next.syncs, failingWrites: next.writes });
        world.faulty = true;
    }
  }

  /** What a death in the step brings about. */
  private follow(): void {
    const { world } = this;
    if (!world.isOver && world.process.mortal.dead && !this.isCondemned) world.takeOver();
    if (!world.isOver && !world.process.mortal.dead) return;
    world.end(this.ending.how, pickerOf(this.ending));
    this.isCondemned = false;
  }

  private flush(): void {
    const { mortal, consumer } = this.world.process;
    mortal.run(() => void consumer.flush().catch(() => {}));
  }
}

function pickerOf({ picks }: Ending): Pick {
  let at = 0;
  return (below) => picks[at++ % picks.length]! % below;
}

async function check(setting: Setting, commands: readonly Command[]): Promise<void> {
  const run = new Run(setting);
  for (const next of commands) await run.do(next);
  await run.finish();
  const { world } = run;
  const last = world.process.counts();
  for (const [at, sink] of world.sinks.entries()) {
    const missing = world.missing(at);
    const dropped = world.dropped[at]! + sumOf(last.sinks[sink.name]!.dropped);
    expect(
      missing.filter((n) => world.durable.has(n)),
      'missing, and was synced',
    ).toEqual([]);
    if (!world.hasLied) expect(missing.length, sink.name).toBeLessThanOrEqual(dropped + world.mayBeMissing);
    if (world.mayRepeat) continue;
    const stored = sink.stored.map(({ json }) => numberIn(json));
    expect(new Set(stored).size, 'stored once').toBe(stored.length);
  }
}

const runs = modelRuns(100);

describe.each(['memory', 'spill', 'wal'] as const)(
  'a pipeline and its spool on one disk, durability: %s',
  (durability) => {
    const commands = (steps: typeof STEPS) => fc.array(fc.oneof(...steps), { maxLength: 60, size: 'max' });

    it(
      'close the equation after every step, whatever dies, and lose nothing uncounted',
      () => fc.assert(fc.asyncProperty(settingOf(durability), commands(STEPS), check), runs),
      600_000,
    );

    if (durability === 'memory') return;
    it(
      'do so on a disk that is full at times and fails',
      () => fc.assert(fc.asyncProperty(settingOf(durability), commands([...STEPS, ...FAULTS]), check), runs),
      600_000,
    );
  },
);
