import { describe, expect, it } from 'vitest';
import { expectClosed, Rig } from './rig.js';

const options = { batchSize: 6, flushIntervalMs: 1_000 };

function rigWith(mood: Rig['sinks'][number]['mood'], more: ConstructorParameters<typeof Rig>[0] = {}): Rig {
  const rig = new Rig({ ...more, options: { ...options, ...more.options } });
  rig.sinks[0]!.mood = mood;
  rig.offer(6);
  return rig;
}

describe('a sink that fails', () => {
  it('is tried three times with the same batch, with growing pauses', () => {
    const rig = rigWith('failing');
    rig.turn();
    const [sink] = rig.sinks;
    expect(sink!.batches).toHaveLength(1);
    rig.turn(124);
    expect(sink!.batches).toHaveLength(1);
    rig.turn(1);
    expect(sink!.batches).toHaveLength(2);
    rig.turn(249);
    expect(sink!.batches).toHaveLength(2);
    expect(rig.counts()).toMatchObject({ inFlight: 6, dropped: {} });
    rig.turn(1);
    expect(sink!.batches).toHaveLength(3);
    expect(new Set(sink!.batches.map(({ id }) => id)).size).toBe(1);
    expect(rig.counts()).toMatchObject({ inFlight: 0, dropped: { retries_exhausted: 6 } });
    expect(rig.counts().sinkStates.first).toEqual({ batches: 0, retries: 2, failedWrites: 3, breaker: 0 });
    expectClosed(rig.counts());
  });

  it('is left alone for as long as it asks', () => {
    const rig = rigWith('failing');
    rig.sinks[0]!.retryAfterMs = 7_000;
    rig.turn();
    rig.turn(6_999);
    expect(rig.sinks[0]!.batches).toHaveLength(1);
    rig.turn(1);
    expect(rig.sinks[0]!.batches).toHaveLength(2);
  });

  it('gets only what it has not stored again, and what it refuses for good becomes a dead letter', () => {
    const rig = rigWith('partly');
    rig.turn();
    rig.sinks[0]!.mood = 'well';
    rig.turn(125);
    expect(rig.seqs()).toEqual([0, 3, 1, 4]);
    expect(rig.deadLetters.map(({ id, ...rest }) => ({ seq: id.split('-')[1], ...rest }))).toEqual([
      { seq: '2', sink: 'first', reason: 'not now' },
      { seq: '5', sink: 'first', reason: 'not now' },
    ]);
    expect(rig.counts()).toMatchObject({ delivered: 4, dropped: { rejected_by_sink: 2 } });
    expectClosed(rig.counts());
  });

  it('is not tried again with what it refuses for good', () => {
    const rig = rigWith('well');
    rig.sinks[0]!.before = () => {
      throw Object.assign(new Error('malformed'), { permanent: true });
    };
    rig.turn();
    expect(rig.deadLetters).toHaveLength(6);
    expect(rig.deadLetters[0]).toMatchObject({ reason: 'malformed' });
    expect(rig.counts()).toMatchObject({ pending: 0, inFlight: 0, dropped: { rejected_by_sink: 6 } });
  });

  it('counts a dead letter that cannot be kept, and says so', () => {
    const rig = new Rig({ options });
    rig.open({
      deadLetters: {
        append: () => {
          throw new Error('read-only');
        },
      },
    });
    rig.sinks[0]!.mood = 'refusing';
    rig.offer(6);
    rig.turn();
    expect(rig.counts().dropped).toEqual({ rejected_by_sink: 6 });
    expect(rig.warnings).toContainEqual(expect.stringContaining('read-only'));
  });

  it('complains at once, and of each thing once a minute, however many batches and dead letters there are', () => {
    const rig = new Rig({ options });
    rig.open({
      deadLetters: {
        append: () => {
          throw new Error('read-only');
        },
      },
    });
    const failed = 'the sink first fails: down (6 events)';
    const refused = [
      'the sink first refuses for good: not one of ours (6 events)',
      'a dead letter of the sink first could not be kept: read-only',
    ];
    const told = () => rig.warnings.filter((line) => !line.startsWith('events are'));
    const offer = (mood: Rig['sinks'][number]['mood'], milliseconds: number): void => {
      rig.sinks[0]!.mood = mood;
      rig.offer(6);
      rig.turn(milliseconds);
    };
    offer('failing', 0);
    expect(told()).toEqual([failed]);
    offer('failing', 1_000);
    offer('refusing', 1_000);
    expect(told()).toEqual([failed, ...refused]);
    offer('failing', 57_999);
    expect(told()).toEqual([failed, ...refused]);
    offer('failing', 1_000);
    expect(told()).toEqual([failed, ...refused, failed]);
    offer('refusing', 1_001);
    expect(told()).toEqual([failed, ...refused, failed, ...refused]);
  });

  it('gets a batch that is too large in halves, and what is too large alone is a dead letter', () => {
    const rig = rigWith('small');
    rig.turn();
    for (let n = 0; n < 6; n++) rig.turn();
    expect(rig.sinks[0]!.batches.map(({ events }) => events.length)).toEqual([6, 3, 2, 1, 3, 2, 1]);
    expect(rig.seqs()).toEqual([0, 1, 2, 3, 4, 5]);
    rig.sinks[0]!.before = () => {
      throw Object.assign(new Error('too large'), { code: 'TOO_LARGE' });
    };
    rig.offer(2);
    rig.turn();
    rig.turn(1_000);
    for (let n = 0; n < 3; n++) rig.turn();
    expect(rig.deadLetters).toHaveLength(2);
    expect(rig.counts().sinkStates.first).toMatchObject({ breaker: 0 });
  });

  it('is given up when it hangs, and its late answer changes nothing', async () => {
    const rig = rigWith('hanging');
    rig.turn();
    rig.turn(29_999);
    expect(rig.counts().inFlight).toBe(6);
    rig.turn(1);
    rig.sinks[0]!.answer();
    await rig.settle();
    expect(rig.counts()).toMatchObject({ delivered: 0, inFlight: 6 });
    rig.sinks[0]!.mood = 'well';
    rig.turn(125);
    expect(rig.counts()).toMatchObject({ delivered: 6, inFlight: 0 });
    expect(rig.sinks[0]!.stored).toHaveLength(12);
    expectClosed(rig.counts());
  });

  it('is opened before the first batch, as often as that fails', () => {
    const rig = rigWith('well');
    let opened = 0;
    Object.assign(rig.sinks[0]!, {
      open: () => {
        if (opened++ === 0) throw new Error('not there yet');
      },
    });
    rig.turn();
    expect(rig.seqs()).toEqual([]);
    rig.turn(125);
    rig.offer(6);
    rig.turn();
    expect(rig.seqs()).toHaveLength(12);
    expect(opened).toBe(2);
  });
});

describe('the breaker of a sink', () => {
  function broken(more: ConstructorParameters<typeof Rig>[0] = {}): Rig {
    const rig = rigWith('failing', more);
    rig.offer(6);
    // Three tries of the first batch, two of the second.
    for (let n = 0; n < 5; n++) rig.turn(500);
    expect(rig.counts().sinkStates.first).toMatchObject({ failedWrites: 5, breaker: 1 });
    return rig;
  }

  it('leaves what waits where it is, and tries the sink with one event after a while', () => {
    const rig = broken();
    expect(rig.counts()).toMatchObject({ pending: 6, inFlight: 0, dropped: { retries_exhausted: 6 } });
    rig.turn(500);
    expect(rig.sinks[0]!.batches).toHaveLength(5);
    rig.offer(12);
    rig.turn(1);
    expect(rig.sinks[0]!.batches, 'the probe').toHaveLength(6);
    expect(rig.sinks[0]!.batches[5]!.events, 'what a sink that never answers keeps').toHaveLength(1);
    expect(rig.counts()).toMatchObject({ pending: 18, inFlight: 0, dropped: { retries_exhausted: 6 } });
    rig.turn(1_000);
    expect(rig.sinks[0]!.batches, 'a longer pause').toHaveLength(6);
    rig.sinks[0]!.mood = 'well';
    rig.turn(1);
    expect(rig.counts(), 'the one, and full batches').toMatchObject({ delivered: 13, pending: 5 });
    expect(rig.counts().sinkStates.first).toMatchObject({ breaker: 0 });
    rig.turn(5_000);
    expect(rig.counts()).toMatchObject({ delivered: 18, pending: 0 });
    expectClosed(rig.counts());
  });

  it('sends what waits to the spool where there is one, and brings it back oldest first', () => {
    const rig = broken({ spool: true });
    expect(rig.counts()).toMatchObject({ pending: 0, spilled: 12, dropped: {} });
    rig.offer(6);
    rig.turn(1);
    expect(rig.counts()).toMatchObject({ pending: 0, spilled: 18 });
    expect(rig.sinks[0]!.batches).toHaveLength(5);
    rig.sinks[0]!.mood = 'well';
    rig.turn(500);
    rig.turn();
    expect(rig.seqs()).toEqual(Array.from({ length: 18 }, (_, seq) => seq));
    expect(rig.counts()).toMatchObject({ delivered: 18, spilled: 0 });
    expectClosed(rig.counts());
  });
});
