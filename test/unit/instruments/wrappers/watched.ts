import type { Observation } from '../../../../src/instruments/wrappers/observation.js';
import { type AnyFunction, wrapCall } from '../../../../src/instruments/wrappers/wrap-call.js';

/** Wraps, and writes down how calls came out. */
export function watched<F extends AnyFunction>(fn: F) {
  const ends: Array<[outcome: string, value: unknown]> = [];
  const chunks: unknown[] = [];
  let lost = 0;
  let ended = false;
  const observation: Observation = {
    run: (call) => call(),
    chunk: (value) => void chunks.push(value),
    end(outcome, value) {
      if (!ended) ends.push([outcome, value]);
      ended = true;
    },
    unread() {
      observation.end('success', 'unread');
    },
    lost: () => lost++,
  };
  return { call: wrapCall(fn, 'test', () => observation), ends, chunks, lost: () => lost };
}
