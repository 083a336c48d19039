import { describe, expect, it } from 'vitest';
import { SINKS, SpoolWorld } from './spool-world.js';

/** A spool of two processes: what the first left is settled by the second, which goes on writing. */
function untilTheSecondWrites(): SpoolWorld {
  const world = new SpoolWorld();
  for (let at = 0; at < 12; at += 1) world.append(0, 3, 100);
  world.close();
  world.kill();
  world.start();
  for (const sink of SINKS.keys()) world.drain(sink);
  return world;
}

function goOn(world: SpoolWorld): void {
  for (const sink of SINKS.keys()) world.settle(sink, 1);
  for (let turn = 0; turn < 3; turn += 1) {
    world.append(1, 1, 50);
    world.turn(500);
  }
}

/** The operations of it. */
function length(): number {
  const world = untilTheSecondWrites();
  world.disk.fuse = 1_000_000;
  goOn(world);
  return 1_000_000 - world.disk.fuse;
}

describe('a spool that is consumed while it is written', () => {
  const operations = length();

  it('has many moments at which it can stop', () => {
    expect(operations).toBeGreaterThan(20);
  });

  it.each(['kill', 'power'] as const)(
    'at each of them loses nothing by %s, and gives nothing again that was settled for good',
    (how) => {
      for (let fuse = 0; fuse <= operations; fuse += 1) {
        // What the loss of power leaves differs by these bits, one for each thing that was not synced.
        for (let bits = 0; bits < (how === 'power' ? 64 : 1); bits += 1) {
          const world = untilTheSecondWrites();
          world.disk.fuse = fuse;
          goOn(world);
          let at = 0;
          if (how === 'power') world.losePower((below) => ((bits >> (at++ % 6)) & 1) * (below - 1));
          else world.kill();
          const [needed, again] = [
            SINKS.map((_, sink) => world.needed(sink)),
            SINKS.map((_, sink) => world.mayComeAgain(sink)),
          ];
          const synced = world.synced();
          world.start();
          for (const sink of SINKS.keys()) {
            const found = world.drain(sink);
            const missing = [...needed[sink]!].filter((id) => !found.includes(id));
            expect(
              missing.filter((id) => how === 'kill' || synced.has(id)),
              `after ${fuse}, ${bits}`,
            ).toEqual([]);
            expect(
              found.filter((id) => !needed[sink]!.has(id) && !again[sink]!.has(id)),
              `after ${fuse}, ${bits}`,
            ).toEqual([]);
          }
          expect(world.reader.report).toMatchObject({ gaps: 0, corrupt: 0 });
        }
      }
    },
  );
});
