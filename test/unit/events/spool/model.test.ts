import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FsyncPolicy } from '../../../../src/events/spool/options.js';
import type { Pick } from './simulated-disk.js';
import { SINKS, SpoolWorld } from './spool-world.js';

const RUNS = 400;
const sink = fc.nat({ max: SINKS.length - 1 });

type Step = (world: SpoolWorld) => void;

function named(name: string, step: Step): Step {
  return Object.assign(step, { toString: () => name });
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(sink, fc.integer({ min: 0, max: 3 }), fc.nat({ max: 200 }))
      .map(([writer, mask, size]) =>
        named(`append(${writer}, ${mask}, ${size})`, (world) => void world.append(writer, mask, size)),
      ),
  },
  { weight: 3, arbitrary: fc.nat({ max: 700 }).map((ms) => named(`turn(${ms})`, (world) => world.turn(ms))) },
  { weight: 1, arbitrary: sink.map((writer) => named(`sync(${writer})`, (world) => world.sync(writer))) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(sink, fc.integer({ min: 1, max: 9 }))
      .map(([at, max]) => named(`read(${at}, ${max})`, (world) => void world.read(at, max))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(sink, fc.integer({ min: 1, max: 3 }))
      .map(([at, every]) => named(`settle(${at}, ${every})`, (world) => world.settle(at, every))),
  },
  { weight: 1, arbitrary: sink.map((at) => named(`giveBack(${at})`, (world) => world.giveBack(at))) },
);

interface Life {
  readonly steps: readonly Step[];
  readonly fuse: number;
  readonly end: 'kill' | 'power' | 'close';
  readonly picks: readonly number[];
}

const lives: fc.Arbitrary<Life[]> = fc.array(
  fc.record({
    steps: fc.array(steps, { maxLength: 40 }),
    fuse: fc.oneof(fc.nat({ max: 150 }), fc.constant(Number.POSITIVE_INFINITY)),
    end: fc.constantFrom('kill' as const, 'power' as const, 'close' as const),
    picks: fc.array(fc.nat({ max: 1_000 }), { minLength: 8, maxLength: 8 }),
  }),
  { minLength: 1, maxLength: 4 },
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
    if (!world.alive) return;
    expect(world.reader.failing).toBeUndefined();
  }
}

interface End {
  readonly how: 'kill' | 'power' | 'close';
  /** Of a process that died while it closed: it may have got as far as to say so. */
  readonly maybeClean: boolean;
}

function end(world: SpoolWorld, { end, picks }: Life): End {
  const closing = end === 'close' && world.alive;
  if (closing) world.close();
  const closed = closing && world.alive;
  if (end === 'power') world.losePower(picker(picks));
  else world.kill();
  return { how: closed ? 'close' : end === 'power' ? 'power' : 'kill', maybeClean: closing };
}

function checkAfter(world: SpoolWorld, { how, maybeClean }: End): void {
  const needed = SINKS.map((_, at) => world.needed(at));
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
  if (how === 'power') expect(missing.size).toBeLessThanOrEqual(report.lostUnknownMax + report.corrupt + report.gaps);
  else expect([...missing], 'nothing is missing').toEqual([]);
  if (how !== 'power') expect(report).toMatchObject({ corrupt: 0, gaps: 0, lostUnknownMax: 0, cursorsLost: false });
  if (how === 'close' || !maybeClean) expect(report.uncleanShutdown).toBe(how !== 'close');
  expect(report.unclaimed).toEqual({});
  world.accept(found);
}

describe('a spool on a disk that stops between any two operations', () => {
  it.each<FsyncPolicy>(['interval', 'batch', 'each'])('keeps what it took, fsync %s', (fsync) => {
    fc.assert(
      fc.property(lives, (all) => {
        const world = new SpoolWorld({ fsync });
        for (const life of all) {
          live(world, life);
          checkAfter(world, end(world, life));
        }
      }),
      { numRuns: RUNS },
    );
  });
});
