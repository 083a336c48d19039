import { nowSeconds } from '../internal/clock.js';
import { activeTraceContext, type TraceContext } from '../internal/open-telemetry.js';
import type { BucketIndex } from './bucket-index.js';
import type { ExemplarStore } from './exemplars.js';
import type { ExemplarLabels, HistogramHandle } from './types.js';

/**
 * The handle of a family with `exemplars: 'auto'`. It stands around the plain one, so that families without pay nothing
 * for it, not even a second shape of the same class.
 */
export class AutoExemplarHandle implements HistogramHandle {
  constructor(
    private readonly plain: HistogramHandle & { readonly overflow: boolean },
    private readonly row: number,
    private readonly index: BucketIndex,
    private readonly exemplars: ExemplarStore,
  ) {}

  /** @internal */
  get overflow(): boolean {
    return this.plain.overflow;
  }

  observe(value: number, exemplar?: ExemplarLabels): void {
    this.plain.observe(value, exemplar);
    if (exemplar === undefined) this.offer(value, activeTraceContext());
  }

  /** Observes a value that belongs to a context of earlier. */
  observeIn(context: TraceContext, value: number): void {
    this.plain.observe(value);
    this.offer(value, context);
  }

  startTimer(): () => number {
    const start = nowSeconds();
    return () => {
      const seconds = nowSeconds() - start;
      this.observe(seconds);
      return seconds;
    };
  }

  private offer(value: number, context: TraceContext | undefined): void {
    if (context === undefined || !Number.isFinite(value)) return;
    this.exemplars.offer(this.row, this.index.find(value), value, context);
  }
}

/**
 * Observes in the context in which a thing began: a request ends outside its span, and a stream in the flow of whoever
 * reads it. `undefined`, where no context manager was registered at that time, is a plain `observe`.
 */
export function observeIn(context: TraceContext | undefined, handle: HistogramHandle, value: number): void {
  if (context !== undefined && handle instanceof AutoExemplarHandle) handle.observeIn(context, value);
  else handle.observe(value);
}
