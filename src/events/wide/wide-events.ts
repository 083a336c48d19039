import { type ContextState, currentState } from '../../context/context.js';
import type { EventFacts } from '../encoding/facts.js';
import { criticalBy } from '../sampling/critical.js';
import type { SamplingOptions } from '../sampling/options.js';
import { resolveSampling } from '../sampling/resolve.js';
import { millis } from './details.js';
import { errorOf, fieldsOf } from './fields.js';
import { WideEvent, type WideEventEnd, type WideEventOwner } from './wide-event.js';
import type { WideEventSink } from './wide-event-sink.js';

/** Which events are kept whatever the sampling, and how long one may be. */
export interface WideEventOptions {
  /** Its rules for what is kept whole say what is critical, also where nothing is sampled. Default: those of `{}`. */
  readonly sampling?: SamplingOptions | undefined;
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
  private readonly isCritical: (facts: EventFacts) => boolean;

  constructor(
    private readonly sink: WideEventSink,
    { sampling = {}, eventBytes = 16_384 }: WideEventOptions = {},
  ) {
    this.isCritical = criticalBy(resolveSampling(sampling));
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
    const { outcome, request, seconds } = end;
    const critical = this.isCritical({
      outcome,
      durationMs: millis(seconds),
      ...(error?.code !== undefined && { errorCode: error.code }),
      ...(request && { route: request.route, status: request.status }),
    });
    this.sink.finished(fieldsOf(event, end, error), { critical });
  }
}
