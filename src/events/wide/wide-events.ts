import { type ContextState, currentState } from '../../context/context.js';
import { errorOf, fieldsOf } from './fields.js';
import { WideEvent, type WideEventEnd, type WideEventOwner } from './wide-event.js';
import type { WideEventSink } from './wide-event-sink.js';

/** Which events are kept whatever the sampling, and how long one may be. */
export interface WideEventOptions {
  /** What takes longer is slow, in milliseconds. Default: 1,000 (S2.11). */
  readonly slowMs?: number | undefined;
  /** Patterns of routes, as the metrics show them. */
  readonly criticalRoutes?: readonly string[] | undefined;
  /** The most that an event may take. Default: 16,384. */
  readonly eventBytes?: number | undefined;
}

/** Of an event's bytes, the part that the details of calls may take: the rest is for its own fields and an error's message. */
const DETAIL_SHARE = 0.6;

/** Something on the context that may have an event of its own: a request, an operation, a call outside of both. */
interface Eventful {
  readonly event?: WideEvent | undefined;
}

/** The wide events of one instance. */
export class WideEvents implements WideEventOwner {
  readonly detailBytes: number;
  private readonly slowMs: number;
  private readonly criticalRoutes: ReadonlySet<string>;

  constructor(
    private readonly sink: WideEventSink,
    { slowMs = 1_000, criticalRoutes = [], eventBytes = 16_384 }: WideEventOptions = {},
  ) {
    this.slowMs = slowMs;
    this.criticalRoutes = new Set(criticalRoutes);
    this.detailBytes = eventBytes * DETAIL_SHARE;
  }

  /** Begins an event of what stands in no other. */
  begin(state: ContextState = currentState()): WideEvent {
    return new WideEvent(this, state);
  }

  /** The event that gathers what happens in a flow: the innermost of this instance that is open. */
  around(state: ContextState = currentState()): WideEvent | undefined {
    for (let at = state.active; at !== undefined; at = at.outer) {
      const { event } = at.record as Eventful;
      if (event?.isOpen && event.owner === this) return event;
    }
    return undefined;
  }

  /** Begins an event where none gathers what happens. */
  beginOutermost(): WideEvent | undefined {
    const state = currentState();
    return this.around(state) === undefined ? this.begin(state) : undefined;
  }

  finished(event: WideEvent, end: WideEventEnd): void {
    const error = errorOf(event, end);
    const critical =
      end.outcome === 'error' ||
      error?.code !== undefined ||
      end.seconds * 1_000 > this.slowMs ||
      (end.request !== undefined && this.criticalRoutes.has(end.request.route));
    this.sink.finished(fieldsOf(event, end, error), { critical });
  }
}
