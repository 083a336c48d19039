import type { EventFields } from '../encoding/record-writer.js';

/** Takes wide events when they are finished. It never throws. */
export interface WideEventSink {
  /** `critical`: an error, slow, or of a critical route; such an event is never sampled out and has a lane of its own. */
  finished(fields: EventFields, facts: { readonly critical: boolean }): void;
}
