import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FsyncPolicy } from '../../../../src/events/spool/options.js';
import { modelRuns } from '../model-runs.js';
import type { Pick } from './simulated-disk.js';
import { DIRECTORY, SINKS, SpoolWorld } from './spool-world.js';

const sink = fc.nat({ max: SINKS.length - 1 });

type Step = (world: SpoolWorld) => void;

function step(
  weight: number,
  name: string,
  args: readonly fc.Arbitrary<number>[],
  run: (world: SpoolWorld, ...args: number[]) => void,
) {
  const arbitrary = fc.tuple(...args).map((given) => {
    const done: Step = (world) => run(world, ...given);
    return Object.assign(done, { toString: () => `${name}(${given.join(', ')})` });
  });
  return { weight, arbitrary };
}

const STEPS = [
  step(
    8,
    'append',
    [sink, fc.nat({ max: 3 }), fc.nat({ max: 200 })],
    (world, ...args) => void world.append(...(args as [number, number, number])),
  ),
  step(3, 'turn', [fc.nat({ max: 700 })], (world, ms = 0) => world.turn(ms)),
  step(1, 'sync', [sink], (world, writer = 0) => world.sync(writer)),
  step(3, 'read', [sink, fc.integer({ min: 1, max: 9 })], (world, at = 0, max = 1) => void world.read(at, max)),
  step(3, 'settle', [sink, fc.integer({ min: 1, max: 3 })], (world, at = 0, every = 1) => world.settle(at, every)),
  step(1, 'giveBack', [sink], (world, at = 0) => world.giveBack(at)),
];
const FAULTS = [
  step(1, 'fill', [fc.constantFrom(0, 50, 200, Number.POSITIVE_INFINITY)], (world, room = 0) => world.fill(room)),
  step(1, 'failSyncs', [fc.nat({ max: 3 })], (world, times = 0) => void (world.disk.failingSyncs = times)),
];

interface Life {
  readonly steps: readonly Step[];
  readonly fuse: number;
  readonly end: 'kill' | 'power' | 'close';
  readonly picks: readonly number[];
}

const livesOf = (steps: typeof STEPS): fc.Arbitrary<Life[]> =>
  fc.array(
    fc.record({
      steps: fc.array(fc.oneof(...steps), { maxLength: 40, size: 'max' }),
      fuse: fc.oneof(fc.nat({ max: 150 }), fc.constant(Number.POSITIVE_INFINITY)),
      end: fc.constantFrom('kill' as const, 'power' as const, 'close' as const),
      picks: fc.array(fc.nat({ max: 1_000 }), { minLength: 8, maxLength: 8 }),
    }),
    { minLength: 1, maxLength: 4, size: 'max' },
  );

function picker(picks: readonly number[]): Pick {
  let at = 0;
  return (below) => picks[at++ % picks.length]! % below;
}

/** One life of a process, as far as the fuse lets it come. */
function live(world: SpoolWorld, { steps, fuse }: Life): void {
  world.disk.fuse = fuse;
  for (const step of steps) {
    if (!world.alive) return;
    step(world);
  }
}

interface End {
  readonly how: 'kill' | 'power' | 'close';
  /** Of a process that died while it closed, or could not write that it did. */
  readonly maybeClean: boolean;
}

function end(world: SpoolWorld, { end, picks }: Life): End {
  const closing = end === 'close' && world.alive;
  const faulty = world.isFaulty;
  if (closing) world.close();
  const closed = closing && world.alive;
  if (end === 'power') world.losePower(picker(picks));
  else world.kill();
  return { how: closed ? 'close' : end === 'power' ? 'power' : 'kill', maybeClean: closing && (faulty || !closed) };
}

function checkAfter(world: SpoolWorld, { how, maybeClean }: End): void {
  const needed = SINKS.map((_, at) => world.needed(at));
  const synced = world.synced();
  const again = SINKS.map((_, at) => world.mayComeAgain(at));
  world.start();
  const { report, counts } = world.reader;
  const found = SINKS.map((_, at) => world.drain(at));
  for (const at of SINKS.keys()) {
    const ids = found[at]!;
    expect(ids, 'each comes once').toHaveLength(new Set(ids).size);
    expect(counts.perSink[at], 'counted as they come').toBe(ids.length);
    expect(
      ids.filter((id) => !needed[at]!.has(id) && !again[at]!.has(id)),
      'nothing that was settled for good',
    ).toEqual([]);
  }
  expect(counts.events).toBe(new Set(found.flat()).size);
  expect(report.recovered).toBe(counts.events);
  const missing = new Set(SINKS.flatMap((_, at) => [...needed[at]!].filter((id) => !found[at]!.includes(id))));
  expect(
    [...missing].filter((id) => synced.has(id)),
    'nothing that was synced is missing',
  ).toEqual([]);
  if (how === 'power') expect(missing.size).toBeLessThanOrEqual(report.lostUnknownMax + report.corrupt + report.gaps);
  else expect([...missing], 'nothing is missing').toEqual([]);
  if (!world.hasLostPower) expect(world.disk.list(DIRECTORY).filter((name) => name.endsWith('.corrupt'))).toEqual([]);
  if (how !== 'power') expect(report).toMatchObject({ corrupt: 0, gaps: 0, lostUnknownMax: 0, cursorsLost: false });
  if (!maybeClean) expect(report.uncleanShutdown).toBe(how !== 'close');
  expect(report.unclaimed).toEqual({});
  world.accept(found);
}

describe('a spool on a disk that stops between any two operations', () => {
  const policies: FsyncPolicy[] = ['interval', 'batch', 'each'];
  it.each(policies)('keeps what it took, fsync %s', (fsync) => holds(fsync, STEPS));
  it.each(policies)('keeps it although the disk is full at times and refuses to sync, fsync %s', (fsync) =>
    holds(fsync, [...STEPS, ...FAULTS]),
  );
});

it('a spool ends in order although there was no room at first for the mark of a segment that a sync has failed on', () => {
  const world = new SpoolWorld();
  world.append(1, 3, 0);
  world.fill(0);
  world.disk.failingSyncs = 1;
  world.turn(500);
  world.fill(Number.POSITIVE_INFINITY);
  world.sync(1);
  world.turn(0);
  world.close();
  world.kill();
  world.start();
  expect(world.reader.report).toMatchObject({ uncleanShutdown: false, lostUnknownMax: 0, recovered: 1 });
});

function holds(fsync: FsyncPolicy, steps: typeof STEPS): void {
  fc.assert(
    fc.property(livesOf(steps), (lives) => {
      const world = new SpoolWorld({ fsync });
      for (const life of lives) {
        live(world, life);
        const ended = end(world, life);
        checkAfter(world, ended);
        // A process that ends between a sync that failed and its writing the records again leaves some that no sync will reach.
        if (world.disk.hasForgotten) return;
      }
    }),
    modelRuns(400),
  );
}
