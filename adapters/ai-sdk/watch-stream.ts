import { consumed, endWhenLost, interpose, type Observation, property } from '../../src/adapter.js';
import { outcomeOf } from '../shared/ai/outcome.js';

/** The part of a web stream that is used; its types are the reader's. */
type Stream = ReadableStream<unknown>;

/**
 * A stream that gives what `source` gives, when it is asked for it, and ends the observation with it: read to its end,
 * cancelled, failed, or dropped. A part that tells of a failure ends it too, since models go on to their `finish` after one.
 */
export function watchStream(source: Stream, observation: Observation, args: readonly unknown[]): Stream {
  // The instance's own method may be ours, of `watchStreamInPlace`.
  const reader = ReadableStream.prototype.getReader.call(source) as ReadableStreamDefaultReader<unknown>;
  const failed = (error: unknown) => observation.end(outcomeOf('error', error, args), error);
  let cancelled = false;
  const watched = new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const { done, value } = await observation.run(() => reader.read());
          // Cancelling the source settles this read as if the source were at its end.
          if (cancelled) return;
          if (done) {
            observation.end(outcomeOf('success', undefined, args), undefined);
            return controller.close();
          }
          if (property(value, 'type') === 'error') failed(property(value, 'error'));
          else observation.chunk(value);
          controller.enqueue(value);
        } catch (error) {
          failed(error);
          controller.error(error);
        }
      },
      async cancel(reason) {
        cancelled = true;
        const outcome = outcomeOf('incomplete', reason, args);
        try {
          await reader.cancel(reason);
        } finally {
          // After it, so that a recorder further in has told what it knows.
          observation.end(outcome, reason);
        }
      },
    },
    { highWaterMark: 0 },
  );
  endWhenLost(watched, observation);
  return watched;
}

/** What a consumer of a web stream calls first. */
const ENTRIES = ['getReader', 'pipeThrough', 'pipeTo', 'tee', 'values', Symbol.asyncIterator] as const;

/** Observes a stream that is in other hands already: who reads it through its methods reads the watched one. */
export function watchStreamInPlace(source: Stream, observation: Observation): void {
  let watched: Stream | undefined;
  const entry = (key: (typeof ENTRIES)[number]) => {
    const method = source[key] as (...args: unknown[]) => unknown;
    return (...args: unknown[]) => {
      if (watched === undefined) {
        watched = watchStream(source, observation, []);
        consumed(source);
      }
      return Reflect.apply(watched[key] as typeof method, watched, args);
    };
  };
  if (ENTRIES.every((key) => interpose(source, key, entry(key)))) endWhenLost(source, observation);
  else observation.lost();
}
