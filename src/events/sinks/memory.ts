import type { Sink, SinkBatch, SinkFailure, SinkReceipt } from './sink.js';

export interface MemorySink extends Sink {
  /** All that was stored, parsed, in order. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
  clear(): void;
}

/** Keeps events in memory without bound: for tests. */
export function memorySink({ name = 'memory' }: { readonly name?: string } = {}): MemorySink {
  const events: Record<string, unknown>[] = [];
  const store = (batch: SinkBatch): SinkReceipt => {
    const failures: SinkFailure[] = [];
    for (const [index, { json }] of batch.events.entries()) {
      try {
        events.push(JSON.parse(json));
      } catch (error) {
        failures.push({ index, reason: String(error), permanent: true });
      }
    }
    return { failures };
  };
  return {
    name,
    events,
    clear: () => {
      events.length = 0;
    },
    write: store,
    writeSync: store,
  };
}
