import { nowSeconds } from '../../internal/clock.js';
import type { Instruments } from '../instruments.js';
import type { Outcome } from '../open-call.js';
import type { Observation } from './observation.js';

/** An observation that only needs to know how a call came out, and when. */
export function timedObservation(
  instruments: Instruments,
  part: string,
  record: (outcome: Outcome, seconds: number, value: unknown) => void,
  run: Observation['run'] = (fn) => fn(),
): Observation {
  const startedAt = nowSeconds();
  let open = true;
  return {
    run,
    chunk() {},
    end(outcome, value) {
      if (!open) return;
      open = false;
      try {
        record(outcome, nowSeconds() - startedAt, value);
      } catch {
        instruments.internalError(part);
      }
    },
    unread() {
      this.end('success', undefined);
    },
    lost: () => instruments.internalError(part),
  };
}
