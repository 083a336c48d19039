import { isAbortError, signalAborted } from './abort.js';
import { isWatchable, watchIterable } from './iterable.js';
import type { Observation } from './observation.js';

/** How the result of a call comes out, told to its observation. `args` are those of the call. */
export class Settlement {
  constructor(
    private readonly observation: Observation,
    private readonly args: readonly unknown[],
  ) {}

  succeeded(value: unknown): void {
    try {
      if (isWatchable(value)) watchIterable(value, this.observation, this.args);
      else this.observation.end('success', value);
    } catch {
      this.observation.lost();
    }
  }

  failed(error: unknown): void {
    const aborted = isAbortError(error) || signalAborted(this.args);
    this.observation.end(aborted ? 'aborted' : 'error', error);
  }

  /** A promise of the same outcome, which is told before anyone who asks for it. */
  of(promise: Promise<unknown>): Promise<unknown> {
    return promise.then(
      (value) => {
        this.succeeded(value);
        return value;
      },
      (error) => {
        this.failed(error);
        throw error;
      },
    );
  }
}
