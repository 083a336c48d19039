import { describe, expect, it } from 'vitest';
import { Mortal } from './mortal.js';
import { expectClosed, Rig, type RigOptions, sumOf } from './rig.js';

/** Runs the same scenario again and again; its thread dies one step later each time, until it dies no more. */
function atEachDeath(options: RigOptions, live: (rig: Rig) => void, check: (rig: Rig, lives: number) => void): void {
  for (let steps = 0; ; steps++) {
    const rig = new Rig({ ...options, options: { batchSize: 2, flushIntervalMs: 100, ...options.options } });
    const mortal = new Mortal();
    for (const sink of rig.sinks) sink.before = mortal.step;
    mortal.condemn(steps);
    mortal.run(() => live(rig));
    const lives = mortal.dead ? 2 : 1;
    if (mortal.dead) {
      for (const sink of rig.sinks) sink.before = () => {};
      rig.open();
    }
    expectClosed(rig.counts());
    for (const sink of rig.sinks) sink.mood = 'well';
    for (let turn = 0; turn < 12; turn++) rig.turn(10_000);
    expectClosed(rig.counts());
    expect(rig.counts()).toMatchObject({ pending: 0, inFlight: 0, spilled: 0 });
    check(rig, lives);
    if (lives === 1) {
      expect(steps, 'a scenario of some steps').toBeGreaterThan(30);
      return;
    }
  }
}

describe('a death at any step', () => {
  it('loses nothing that the sinks were to get, and counts nothing twice', () => {
    const live = (rig: Rig): void => {
      rig.offer(3);
      rig.ring.offer('wide', false, 10, false);
      rig.offer(2);
      for (let turn = 0; turn < 4; turn++) rig.turn(200);
    };
    atEachDeath({ sinks: ['first', 'second'] }, live, (rig, lives) => {
      for (const sink of [0, 1]) expect(new Set(rig.seqs(sink))).toEqual(new Set([0, 1, 2, 4, 5]));
      const { accepted, recovered, dropped, sampledOut, delivered } = rig.counts();
      expect({ accepted, recovered }).toEqual({ accepted: 6, recovered: 0 });
      expect(sampledOut + delivered + (dropped.thread_lost ?? 0)).toBe(6);
      expect(sumOf(dropped)).toBeLessThan(lives);
    });
  });

  it('leaves an event in memory or in the spool, and not in both', () => {
    const live = (rig: Rig): void => {
      rig.sinks[0]!.mood = 'failing';
      rig.offer(2);
      for (let turn = 0; turn < 4; turn++) rig.turn(1_000);
    };
    atEachDeath({ sinks: ['first', 'second'], spool: true }, live, (rig) => {
      expect(rig.counts()).toMatchObject({ accepted: 2, recovered: 0 });
      expect(rig.counts().sinks).toMatchObject({ first: { accepted: 2 }, second: { accepted: 2 } });
      expect(rig.seqs(0).toSorted()).toEqual([0, 1]);
      expect(rig.spool!.appended).toBeLessThanOrEqual(2);
    });
  });

  it('takes no event for written because others have come back to the spool, whose cursors were not saved', () => {
    const live = (rig: Rig): void => {
      for (let time = 0; time < 2; time++) {
        rig.offer(3);
        for (let turn = 0; turn < 3; turn++) rig.turn(200);
      }
    };
    const options = { spool: true, limits: { events: 1 }, options: { whenFull: 'spill' as const } };
    atEachDeath(options, live, (rig) => {
      expect(rig.seqs()).toEqual(expect.arrayContaining(Array.from({ length: rig.ring.accepted }, (_, seq) => seq)));
    });
  });

  it('counts what it drops although as many have come back to the spool', () => {
    const live = (rig: Rig): void => {
      rig.offer(3);
      for (let turn = 0; turn < 3; turn++) rig.turn(200);
      rig.offer(4, { size: 301 });
      rig.turn();
    };
    const options = { spool: true, limits: { events: 1, bytes: 300 }, options: { whenFull: 'spill' as const } };
    atEachDeath(options, live, (rig) => {
      const missing = rig.ring.accepted - new Set(rig.seqs()).size;
      expect(sumOf(rig.counts().dropped)).toBeGreaterThanOrEqual(missing);
    });
  });

  it('drops once what a full queue drops', () => {
    const live = (rig: Rig): void => {
      rig.offer(9);
      rig.turn();
    };
    const options = { limits: { events: 4 }, options: { flushIntervalMs: 1_000, batchSize: 100 } };
    atEachDeath(options, live, (rig) => {
      const { accepted, recovered, delivered, dropped } = rig.counts();
      expect({ accepted, recovered }).toEqual({ accepted: 9, recovered: 0 });
      // What a sink has stored as its thread died may be dropped by the next.
      expect(new Set(rig.seqs()).size).toBeGreaterThanOrEqual(delivered);
      expect(sumOf(dropped)).toBe(9 - delivered);
    });
  });
});
