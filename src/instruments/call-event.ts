import { errorFieldOf } from '../events/wide/error-field.js';
import type { WideEvent, WideEventEnd } from '../events/wide/wide-event.js';
import type { WideEvents } from '../events/wide/wide-events.js';
import { spanIdsOf } from '../internal/open-telemetry.js';
import type { OpenCall } from './open-call.js';

/**
 * Tells the event around a call of it. Of a call that stands in none, or whose request was over before it, an event of its
 * own is made: each recorded call is in one event.
 */
export function tellEvent<K extends object>(
  events: WideEvents,
  call: OpenCall<K>,
  end: Omit<WideEventEnd, 'error'>,
  tell: (event: WideEvent) => void,
): void {
  const around = events.around(call.beganIn);
  const event = around ?? call.event ?? events.begin(call.beganIn);
  tell(event);
  if (around !== undefined) return;
  event.finish({ ...end, error: failureOf(call.thrown), span: call.began && spanIdsOf(call.began) });
}

/** Without its message, which is not the application's own: a provider's may quote what was asked. */
function failureOf(thrown: unknown): unknown {
  if (thrown === undefined) return undefined;
  const { type: name, code } = errorFieldOf(thrown);
  return { name, code };
}
