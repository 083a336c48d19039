import { OnceAMinute } from '../../internal/once-a-minute.js';
import type { Answer } from './answer.js';
import type { PipelineClock, PipelineLog } from './ports.js';

/**
 * Why a sink's events do not arrive, which the counts do not say. A sink that is down fails with every batch: what is said
 * once a minute crosses to the main thread no more often than that.
 */
export class Complaints {
  readonly #sink: string;
  readonly #log: PipelineLog;
  readonly #minute: OnceAMinute;

  constructor(sink: string, log: PipelineLog, clock: PipelineClock) {
    this.#sink = sink;
    this.#log = log;
    this.#minute = new OnceAMinute(() => clock.now());
  }

  about({ failure, again, rejected }: Answer): void {
    const [refusal] = rejected;
    if (failure !== undefined && this.#minute.may('fails')) {
      this.#log.warn(`the sink ${this.#sink} fails: ${failure.reason} (${again.length} events)`);
    }
    if (refusal !== undefined && this.#minute.may('refuses')) {
      this.#log.warn(`the sink ${this.#sink} refuses for good: ${refusal.reason} (${rejected.length} events)`);
    }
  }

  aboutDeadLetter(reason: string): void {
    if (!this.#minute.may('dead letter')) return;
    this.#log.warn(`a dead letter of the sink ${this.#sink} could not be kept: ${reason}`);
  }
}
