/** What a field of an event may hold; an object is nested JSON, and what is `undefined` is left out. */
export type FieldValue = string | number | boolean | null | undefined | object;

export type Fields = Readonly<Record<string, FieldValue>>;

/** Takes wide events when they are finished. It never throws. */
export interface WideEventSink {
  /** `critical`: an error, slow, or of a critical route; such an event is never sampled out and has a lane of its own. */
  finished(fields: Fields, facts: { readonly critical: boolean }): void;
}
