import { vi } from 'vitest';
import type { OperationEventSink } from '../../src/events/operations/operation.js';
import type { WideEventSink } from '../../src/events/wide/wide-event-sink.js';
import { type WideEventOptions, WideEvents } from '../../src/events/wide/wide-events.js';
import type { EventParts } from '../../src/instruments/environment.js';

// biome-ignore lint/suspicious/noExplicitAny: events are read as they were written, as JSON.
type Any = any;

/** Keeps events as they would be written. */
export class MemorySink implements WideEventSink, OperationEventSink {
  isRunning = true;
  readonly wide: Any[] = [];
  readonly operations: Any[] = [];
  /** Whether each of `wide` was critical. */
  readonly critical: boolean[] = [];

  finished(fields: object, facts: { readonly critical: boolean }): void {
    this.wide.push(JSON.parse(JSON.stringify(fields)));
    this.critical.push(facts.critical);
  }

  recorded(fields: object): void {
    this.operations.push(JSON.parse(JSON.stringify(fields)));
  }

  /** What an instance is given to write here. */
  parts(options?: WideEventOptions): EventParts {
    return {
      wideEvents: new WideEvents(this, options),
      operationEvents: this,
      findForbiddenKey: (value) => Object.keys(value ?? {}).find((key) => key === 'email'),
    };
  }

  /** The events, when there are as many; they are finished just after the client has its answer. */
  async events(count: number): Promise<Any[]> {
    await vi.waitFor(() => {
      if (this.wide.length < count) throw new Error(`${this.wide.length} events of ${count}`);
    }, 5_000);
    return this.wide;
  }
}
