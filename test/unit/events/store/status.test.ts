import { describe, expect, it } from 'vitest';
import { DROP_REASONS } from '../../../../src/events/event.js';
import { MOST_SINKS } from '../../../../src/events/store/layout.js';
import * as status from '../../../../src/events/store/status.js';

const STATES = [status.WAITING, status.IN_FLIGHT, status.TO_SPOOL, status.DONE] as const;

describe("an event's word", () => {
  it('holds what each sink does with it, and nothing of it disturbs the rest', () => {
    for (let sink = 0; sink < MOST_SINKS; sink++) {
      for (const state of STATES) {
        let word = status.newStatus('wide', true);
        word = status.withAppending(status.withReason(word, 'thread_lost'), true);
        word = status.withState(word, sink, state);
        for (let other = 0; other < MOST_SINKS; other++) {
          expect(status.stateOf(word, other)).toBe(other === sink ? state : status.WAITING);
        }
        expect(status.kindOf(word)).toBe('wide');
        expect([status.isUsed(word), status.isCritical(word), status.isAppending(word)]).toEqual([true, true, true]);
        expect(status.reasonOf(word)).toBe('thread_lost');
        expect(status.anyInFlight(word)).toBe(state === status.IN_FLIGHT);
      }
    }
  });

  it.each(DROP_REASONS)('remembers that it was dropped as %s, first', (reason) => {
    const word = status.withReason(status.newStatus('metric', false), reason);
    expect(status.reasonOf(word)).toBe(reason);
    expect(status.reasonOf(status.withReason(word, 'shutdown'))).toBe(reason);
    expect(status.reasonOf(status.newStatus('metric', false))).toBeUndefined();
  });

  it('knows when the spool is all that it waits for', () => {
    const word = (...states: readonly status.SinkState[]) =>
      states.reduce<number>(
        (all, state, sink) => status.withState(all, sink, state),
        status.newStatus('metric', false),
      );
    const { WAITING, IN_FLIGHT, TO_SPOOL, DONE } = status;
    expect(status.isSpoolBound(word(TO_SPOOL, DONE), 2)).toBe(true);
    expect(status.isSpoolBound(word(TO_SPOOL, TO_SPOOL), 2)).toBe(true);
    expect(status.spoolMask(word(TO_SPOOL, DONE, TO_SPOOL), 3)).toBe(0b101);
    for (const other of [WAITING, IN_FLIGHT] as const)
      expect(status.isSpoolBound(word(TO_SPOOL, other), 2)).toBe(false);
    expect(status.isSpoolBound(word(DONE, DONE), 2)).toBe(false);
    expect(status.allDone(word(DONE, DONE), 2)).toBe(true);
    expect(status.isSpoolBound(0, 2)).toBe(false);
  });

  it('waits again for every sink that had it when the thread died', () => {
    const { WAITING, IN_FLIGHT, TO_SPOOL, DONE } = status;
    const states: readonly status.SinkState[] = [IN_FLIGHT, DONE, TO_SPOOL, WAITING, IN_FLIGHT];
    const word = states.reduce<number>(
      (all, state, sink) => status.withState(all, sink, state),
      status.newStatus('metric', false),
    );
    const landed = status.landed(word, states.length);
    expect(states.map((_, sink) => status.stateOf(landed, sink))).toEqual([WAITING, DONE, TO_SPOOL, WAITING, WAITING]);
  });
});
