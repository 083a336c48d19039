import { OnceAMinute } from '../../internal/once-a-minute.js';
import { DROP_REASONS } from '../event.js';
import { DROPPED, EVENT_SCOPE } from '../store/layout.js';
import type { Store } from '../store/store.js';
import type { PipelineClock, PipelineLog } from './ports.js';

/** Says what an operator has to know of the queue: that it fills up, and that events are lost. */
export class QueueWatch {
  readonly #store: Store;
  readonly #log: PipelineLog;
  readonly #minute: OnceAMinute;
  #dropped: number;
  #byReason: readonly number[];

  constructor(store: Store, log: PipelineLog, clock: PipelineClock) {
    this.#store = store;
    this.#log = log;
    this.#minute = new OnceAMinute(() => clock.now());
    this.#dropped = store.counts.dropped(EVENT_SCOPE);
    this.#byReason = this.#reasons();
  }

  /** Says it once, and again when the queue has been nearly empty in between. */
  depth(): void {
    const { counts, limits } = this.#store;
    const depth = counts.held;
    if (!counts.halfFull && depth * 2 > limits.events) {
      counts.halfFull = true;
      this.#log.warn(`Metrics queue is getting full: queue_size=${depth}, max_queue_size=${limits.events}`);
    } else if (counts.halfFull && depth * 4 < limits.events) {
      counts.halfFull = false;
    }
  }

  /** Each reason once a minute: in a flood, every turn drops some. */
  drops(): void {
    const dropped = this.#store.counts.dropped(EVENT_SCOPE);
    if (dropped === this.#dropped) return;
    const before = this.#byReason;
    this.#dropped = dropped;
    this.#byReason = this.#reasons();
    const reasons = DROP_REASONS.filter((reason, at) => this.#byReason[at] !== before[at] && this.#minute.may(reason));
    if (reasons.length > 0) this.#log.warn(`events are dropped: ${reasons.join(', ')}`);
  }

  #reasons(): readonly number[] {
    return DROP_REASONS.map((_, reason) => this.#store.counts.get(EVENT_SCOPE, DROPPED + reason));
  }
}
