import { nowSeconds } from '../internal/clock.js';
import type { FamilyDefinition } from './definition.js';
import { type FamilyEvents, StoredFamily } from './family.js';
import { NO_ROW } from './series-store.js';
import type { Gauge, GaugeHandle } from './types.js';

type Collect = (gauge: Gauge) => void | Promise<void>;

/** A number that goes up and down. */
export class GaugeFamily extends StoredFamily<GaugeHandle, number> {
  readonly type: 'gauge' | 'info';
  /** Runs at every scrape, before the family is read. */
  collector: Collect | undefined;

  constructor(definition: FamilyDefinition, events: FamilyEvents) {
    super(definition, 1, events);
    this.type = definition.type === 'info' ? 'info' : 'gauge';
    this.begin();
  }

  set(first: unknown, second?: unknown): void {
    this.write(first, named(first) ? second : first, false, 1);
  }

  inc(first?: unknown, second?: unknown): void {
    this.write(first, (named(first) ? second : first) ?? 1, true, 1);
  }

  dec(first?: unknown, second?: unknown): void {
    this.write(first, (named(first) ? second : first) ?? 1, true, -1);
  }

  startTimer(labels?: unknown): () => number {
    const start = nowSeconds();
    return () => {
      const seconds = nowSeconds() - start;
      this.write(labels, seconds, false, 1);
      return seconds;
    };
  }

  collect(fn: Collect): this {
    this.collector = fn;
    return this;
  }

  isRevived(values: Float64Array, at: number): boolean {
    return !Object.is(values[at], -0);
  }

  clear(values: Float64Array, at: number): void {
    values[at] = this.labelNames.length === 0 ? 0 : -0;
  }

  protected makeHandle(values: Float64Array, at: number): GaugeHandle {
    return new StoredGaugeHandle(values, at, this);
  }

  protected refusing(): GaugeHandle {
    return NO_GAUGE;
  }

  protected valueAt(values: Float64Array, at: number): number {
    return values[at] as number;
  }

  protected totalAt(values: Float64Array, at: number): number {
    return values[at] as number;
  }

  private write(labels: unknown, value: unknown, add: boolean, sign: 1 | -1): void {
    if (!Number.isFinite(value)) return this.refuse('not_finite');
    const row = this.rowFor(labels);
    if (row === NO_ROW) return;
    const values = this.store.rows.chunkOf(row);
    const at = this.store.rows.offsetOf(row) + 1;
    values[at] = (add ? (values[at] as number) : 0) + sign * (value as number) + 0;
  }
}

function named(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

class StoredGaugeHandle implements GaugeHandle {
  constructor(
    private readonly values: Float64Array,
    private readonly at: number,
    private readonly family: GaugeFamily,
  ) {}

  /** The label set went to the overflow series, so this handle is not to be kept for it. @internal */
  get overflow(): boolean {
    return this.family.isOverflow(this.values, this.at);
  }

  set(value: number): void {
    // Adding 0 turns -0 into 0: -0 is the mark of a series that nothing was written to.
    if (Number.isFinite(value)) this.values[this.at] = value + 0;
    else this.family.refuse('not_finite');
  }

  inc(value = 1): void {
    if (Number.isFinite(value)) this.values[this.at] = (this.values[this.at] as number) + value + 0;
    else this.family.refuse('not_finite');
  }

  dec(value = 1): void {
    if (Number.isFinite(value)) this.values[this.at] = (this.values[this.at] as number) - value + 0;
    else this.family.refuse('not_finite');
  }

  startTimer(): () => number {
    const start = nowSeconds();
    return () => {
      const seconds = nowSeconds() - start;
      this.set(seconds);
      return seconds;
    };
  }
}

/** Does nothing: for a label set that was refused, and for an instance that is switched off. */
export const NO_GAUGE: GaugeHandle = Object.freeze({
  overflow: true,
  set() {},
  inc() {},
  dec() {},
  startTimer: () => () => 0,
});
