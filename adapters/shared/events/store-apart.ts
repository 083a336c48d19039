import type { SinkEvent, SinkFailure } from '../../../src/adapter.js';

/**
 * Stores events where one of them can have all refused: a batch that is refused is halved, until the guilty ones stand
 * alone. An error of another kind is thrown.
 */
export async function storeApart(
  events: readonly SinkEvent[],
  store: (events: readonly SinkEvent[]) => Promise<readonly SinkFailure[]>,
  isRefused: (error: unknown) => boolean,
  first = 0,
): Promise<SinkFailure[]> {
  try {
    const told = await store(events);
    return Array.isArray(told)
      ? told.map((failure: SinkFailure) => ({ ...failure, index: first + failure.index }))
      : [];
  } catch (error) {
    if (!isRefused(error)) throw error;
    if (events.length === 1) return [{ index: first, reason: String(error), permanent: true }];
  }
  const middle = events.length >> 1;
  const before = await storeApart(events.slice(0, middle), store, isRefused, first);
  const after = await storeApart(events.slice(middle), store, isRefused, first + middle);
  return [...before, ...after];
}
