import { describe, expect, it } from 'vitest';
import { expectClosed, Rig } from './rig.js';

const options = { batchSize: 2, flushIntervalMs: 100, whenFull: 'spill' as const };

function record(seq: number, sinks: number) {
  return { id: `${'cd'.repeat(16)}-${seq}`, kind: 'metric' as const, critical: false, json: '{}', sinks };
}

describe('the spool', () => {
  it('counts what a former process has left as accepted, for each sink what that needs', () => {
    const rig = new Rig({ sinks: ['first', 'second'], spool: true, options });
    rig.spool!.append(record(1, 0b11));
    rig.spool!.append(record(2, 0b10));
    rig.open();
    rig.offer();
    expect(rig.counts()).toMatchObject({
      submitted: 3,
      accepted: 3,
      recovered: 2,
      spilled: 2,
      pending: 1,
      sinks: { first: { accepted: 2, spilled: 1 }, second: { accepted: 3, spilled: 2 } },
    });
    expectClosed(rig.counts());
    for (let n = 0; n < 4; n++) rig.turn(100);
    expect(rig.counts()).toMatchObject({ delivered: 3, sinks: { first: { delivered: 2 }, second: { delivered: 3 } } });
    expectClosed(rig.counts());
  });

  it('is written to once, when no other sink has anything to do with an event', async () => {
    const rig = new Rig({ sinks: ['failing', 'slow'], spool: true, options });
    const [failing, slow] = rig.sinks;
    failing!.mood = 'failing';
    slow!.mood = 'slow';
    rig.offer(2);
    for (let n = 0; n < 4; n++) rig.turn(1_000);
    expect(rig.spool!.appended).toBe(0);
    expect(rig.counts().sinks).toMatchObject({ failing: { pending: 2 }, slow: { inFlight: 2 } });
    slow!.answer();
    await rig.settle();
    rig.turn();
    expect(rig.spool!.appended).toBe(2);
    expect(rig.counts()).toMatchObject({
      spilled: 2,
      pending: 0,
      sinks: { failing: { spilled: 2 }, slow: { delivered: 2, spilled: 0 } },
    });
    failing!.mood = 'well';
    rig.turn(10_000);
    expect(rig.counts()).toMatchObject({ delivered: 2, spilled: 0 });
    expect(slow!.stored, 'not a second time').toHaveLength(2);
    expectClosed(rig.counts());
  });

  it('does not call an event delivered that another sink has refused', () => {
    const rig = new Rig({ sinks: ['failing', 'refusing'], spool: true, options });
    const [failing, refusing] = rig.sinks;
    failing!.mood = 'failing';
    refusing!.mood = 'refusing';
    rig.offer(2);
    for (let n = 0; n < 4; n++) rig.turn(1_000);
    expect(rig.counts()).toMatchObject({
      spilled: 2,
      dropped: {},
      sinks: { refusing: { dropped: { rejected_by_sink: 2 } } },
    });
    failing!.mood = 'well';
    rig.turn(10_000);
    expect(rig.counts()).toMatchObject({ spilled: 0, delivered: 0, dropped: { rejected_by_sink: 2 } });
    expect(rig.counts().sinks.failing).toMatchObject({ delivered: 2 });
    expectClosed(rig.counts());
  });

  it('shares a sink with what comes from memory, batch by batch', () => {
    const rig = new Rig({ spool: true, options });
    for (let seq = 0; seq < 8; seq++) rig.spool!.append(record(1_000 + seq, 1));
    rig.open();
    rig.offer(8);
    rig.turn();
    expect(rig.seqs()).toEqual([0, 1, 1_000, 1_001, 2, 3, 1_002, 1_003, 4, 5, 1_004, 1_005, 6, 7, 1_006, 1_007]);
  });

  it('gives an event back to its sinks while it is full, and drops none for that', () => {
    const rig = new Rig({ spool: true, options });
    rig.spool!.capacity = 1;
    rig.sinks[0]!.mood = 'failing';
    rig.offer(4);
    for (let n = 0; n < 8; n++) rig.turn(1_000);
    expect(rig.counts()).toMatchObject({ spilled: 1, pending: 3, dropped: {} });
    rig.sinks[0]!.mood = 'well';
    for (let n = 0; n < 8; n++) rig.turn(10_000);
    expect(rig.counts()).toMatchObject({ delivered: 4, dropped: {} });
    expectClosed(rig.counts());
  });

  it('is looked after twice a second, and told what was accepted', () => {
    const rig = new Rig({ spool: true, options });
    rig.sinks[0]!.mood = 'hanging';
    rig.offer(5);
    rig.turn();
    const { synced } = rig.spool!;
    expect(rig.turn(100)).toBeLessThanOrEqual(500);
    expect(rig.spool!.synced).toBe(synced);
    rig.turn(400);
    expect(rig.spool!.synced).toBe(synced + 1);
    expect(rig.spool!.marked).toBe(5);
  });

  it('takes nothing for lost that it cannot look at now', () => {
    const rig = new Rig({ spool: true, options: { ...options, whenFull: 'spill' }, limits: { events: 1 } });
    rig.sinks[0]!.mood = 'hanging';
    rig.spool!.unreachable = true;
    rig.offer(4);
    for (let turn = 0; turn < 4; turn++) rig.turn(1_000);
    expect(rig.counts()).toMatchObject({ dropped: {}, spilled: 3, recovered: 0 });
    rig.spool!.unreachable = false;
    rig.sinks[0]!.mood = 'well';
    rig.sinks[0]!.answer();
    for (let turn = 0; turn < 4; turn++) rig.turn(40_000);
    expect(rig.counts()).toMatchObject({ accepted: 4, delivered: 4, spilled: 0, recovered: 0 });
  });

  it('counts what it has lost', () => {
    const rig = new Rig({ spool: true, options });
    for (let seq = 0; seq < 4; seq++) rig.spool!.append(record(seq, 1));
    rig.open();
    rig.spool!.rot();
    for (let n = 0; n < 3; n++) rig.turn();
    expect(rig.counts()).toMatchObject({ recovered: 4, delivered: 3, spilled: 0, dropped: { spool_corrupt: 1 } });
    expectClosed(rig.counts());
  });
});

describe('the log', () => {
  it('is where everything is until every sink has it', () => {
    const rig = new Rig({ log: true, sinks: ['first', 'second'], options });
    rig.log(3);
    expect(rig.counts()).toMatchObject({ accepted: 3, spilled: 3, pending: 0 });
    rig.sinks[1]!.mood = 'failing';
    for (let n = 0; n < 40; n++) rig.turn(1_000);
    expect(rig.counts()).toMatchObject({
      spilled: 3,
      delivered: 0,
      dropped: {},
      sinks: { first: { delivered: 3, spilled: 0 }, second: { delivered: 0, spilled: 3 } },
    });
    expectClosed(rig.counts());
    const tries = rig.sinks[1]!.batches.length;
    expect(tries).toBeGreaterThan(3);
    expect(tries, 'with pauses').toBeLessThan(20);
    rig.sinks[1]!.mood = 'well';
    for (let n = 0; n < 3; n++) rig.turn(30_000);
    expect(rig.counts()).toMatchObject({ spilled: 0, delivered: 3 });
    expect(rig.seqs(1)).toEqual([0, 1, 2]);
  });

  it('is looked into often enough for a batch to be found full', () => {
    const rig = new Rig({ log: true, options: { ...options, flushIntervalMs: 5_000 } });
    const poll = rig.turn();
    expect(poll).toBeLessThanOrEqual(100);
    rig.log(2);
    rig.turn(poll);
    expect(rig.seqs()).toEqual([0, 1]);
  });

  it('counts what was lost before it was seen', () => {
    const rig = new Rig({ log: true, options });
    rig.log(3);
    rig.spool!.vanish();
    expect(rig.counts()).toMatchObject({ accepted: 3, spilled: 3 });
    for (let n = 0; n < 2; n++) rig.turn(100);
    expect(rig.counts()).toMatchObject({ delivered: 2, spilled: 0, dropped: { spool_corrupt: 1 } });
    expectClosed(rig.counts());
  });

  it('counts what was lost before a reader saw it that died', () => {
    const rig = new Rig({ log: true, options });
    rig.log(2);
    rig.spool!.rot();
    rig.open();
    expect(rig.counts()).toMatchObject({ accepted: 2, spilled: 1, dropped: { spool_corrupt: 1 }, recovered: 0 });
    for (let n = 0; n < 2; n++) rig.turn(5_000);
    expect(rig.counts()).toMatchObject({ accepted: 2, delivered: 1, spilled: 0, dropped: { spool_corrupt: 1 } });
    expectClosed(rig.counts());
  });

  it('counts as rejected what it does not take', () => {
    const rig = new Rig({ log: true, options });
    rig.spool!.capacity = 2;
    rig.log(3);
    expect(rig.counts()).toMatchObject({ submitted: 3, rejected: { spool_full: 1 }, accepted: 2, spilled: 2 });
    rig.turn();
    expectClosed(rig.counts());
  });
});
