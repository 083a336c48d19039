import type { FamilyDefinition } from './definition.js';
import { type FamilyEvents, StoredFamily } from './family.js';
import { NO_ROW } from './series-store.js';
import type { CounterHandle } from './types.js';

/** A number that only grows. */
export class CounterFamily extends StoredFamily<CounterHandle, number> {
  readonly type = 'counter';

  constructor(definition: FamilyDefinition, events: FamilyEvents) {
    super(definition, 1, events);
    this.begin();
  }

  inc(first?: unknown, second?: unknown): void {
    const named = typeof first === 'object' && first !== null;
    const value = ((named ? second : first) ?? 1) as number;
    if (!Number.isFinite(value) || value < 0) return this.refuse(Number.isFinite(value) ? 'negative' : 'not_finite');
    const row = this.rowFor(first);
    if (row === NO_ROW) return;
    const values = this.store.rows.chunkOf(row);
    const at = this.store.rows.offsetOf(row) + 1;
    values[at] = (values[at] as number) + value + 0;
  }

  isRevived(values: Float64Array, at: number): boolean {
    return !Object.is(values[at], -0);
  }

  clear(values: Float64Array, at: number): void {
    // The mark of a number that nothing was added to: each addition adds 0 as well, since -0 and -0 would make -0.
    values[at] = this.labelNames.length === 0 ? 0 : -0;
  }

  protected makeHandle(values: Float64Array, at: number): CounterHandle {
    return new StoredCounterHandle(values, at, this);
  }

  protected refusing(): CounterHandle {
    return NO_COUNTER;
  }

  protected valueAt(values: Float64Array, at: number): number {
    return values[at] as number;
  }

  protected totalAt(values: Float64Array, at: number): number {
    return values[at] as number;
  }
}

class StoredCounterHandle implements CounterHandle {
  constructor(
    private readonly values: Float64Array,
    private readonly at: number,
    private readonly family: CounterFamily,
  ) {}

  /** The label set went to the overflow series, so this handle is not to be kept for it. @internal */
  get overflow(): boolean {
    return this.family.isOverflow(this.values, this.at);
  }

  inc(value = 1): void {
    if (!Number.isFinite(value)) this.family.refuse('not_finite');
    else if (value < 0) this.family.refuse('negative');
    else this.values[this.at] = (this.values[this.at] as number) + value + 0;
  }
}

/** Does nothing: for a label set that was refused, and for an instance that is switched off. */
export const NO_COUNTER: CounterHandle = Object.freeze({ overflow: true, inc() {} });
