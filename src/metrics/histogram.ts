import { nowSeconds } from '../internal/clock.js';
import { activeTraceContext } from '../internal/open-telemetry.js';
import { AutoExemplarHandle } from './auto-exemplars.js';
import { type BucketIndex, bucketIndexOf } from './bucket-index.js';
import type { FamilyDefinition } from './definition.js';
import { ExemplarStore } from './exemplars.js';
import { type FamilyEvents, StoredFamily } from './family.js';
import { chunkIndexOf, chunkStart } from './series-rows.js';
import { NO_ROW } from './series-store.js';
import type { ExemplarLabels, HistogramHandle, HistogramValue } from './types.js';

/**
 * Counts by bucket, and their sum. A row holds the sum, then the bucket counts, `+Inf` last: what most observations touch
 * lies in one cache line. `_count` is the sum of the buckets, so it never disagrees with `+Inf`.
 */
export class HistogramFamily extends StoredFamily<HistogramHandle, HistogramValue> {
  readonly type = 'histogram';
  readonly buckets: readonly number[];
  readonly bucketIndex: BucketIndex;
  readonly exemplars: ExemplarStore;

  constructor(definition: FamilyDefinition, events: FamilyEvents) {
    const index = bucketIndexOf(definition.buckets);
    super(definition, index.bounds.length + 1, events);
    this.buckets = definition.buckets;
    this.bucketIndex = index;
    this.exemplars = new ExemplarStore(index.bounds.length);
    this.begin();
  }

  observe(first: unknown, second?: unknown, third?: unknown): void {
    const named = typeof first === 'object' && first !== null;
    const value = (named ? second : first) as number;
    if (!Number.isFinite(value)) return this.refuse('not_finite');
    const row = this.rowFor(first);
    if (row === NO_ROW) return;
    const { chunks, width } = this.store.rows;
    const chunk = chunkIndexOf(row);
    const values = chunks[chunk] as Float64Array;
    const at = (row - chunkStart(chunk)) * width + 1;
    const bucket = this.bucketIndex.find(value);
    values[at] = (values[at] as number) + value;
    values[at + 1 + bucket] = (values[at + 1 + bucket] as number) + 1;
    const exemplar = named ? third : second;
    if (exemplar !== undefined) this.exemplars.set(row, bucket, value, exemplar as ExemplarLabels);
    else if (this.definition.exemplars === 'auto') this.offerActiveSpan(row, bucket, value);
  }

  setExemplar(values: Float64Array, at: number, bucket: number, value: number, exemplar: ExemplarLabels): void {
    this.exemplars.set(this.store.rows.rowAt(values, at - 1), bucket, value, exemplar);
  }

  startTimer(labels?: unknown): () => number {
    const start = nowSeconds();
    return () => {
      const seconds = nowSeconds() - start;
      if (labels === undefined) this.observe(seconds);
      else this.observe(labels, seconds);
      return seconds;
    };
  }

  isRevived(values: Float64Array, at: number): boolean {
    return this.totalAt(values, at) > 0;
  }

  clear(values: Float64Array, at: number, row: number): void {
    values.fill(0, at, at + this.bucketIndex.bounds.length + 1);
    this.exemplars.clear(row);
  }

  protected makeHandle(values: Float64Array, at: number): HistogramHandle {
    const handle = new StoredHistogramHandle(values, at, this);
    if (this.definition.exemplars !== 'auto') return handle;
    return new AutoExemplarHandle(handle, this.store.rows.rowAt(values, at - 1), this.bucketIndex, this.exemplars);
  }

  protected refusing(): HistogramHandle {
    return NO_HISTOGRAM;
  }

  protected valueAt(values: Float64Array, at: number): HistogramValue {
    let count = 0;
    const buckets = Array.from(this.bucketIndex.bounds, (le, bucket) => {
      count += values[at + 1 + bucket] as number;
      return { le, count };
    });
    return { buckets, sum: values[at] as number, count };
  }

  protected totalAt(values: Float64Array, at: number): number {
    let total = 0;
    for (let bucket = 0; bucket < this.bucketIndex.bounds.length; bucket++) total += values[at + 1 + bucket] as number;
    return total;
  }

  private offerActiveSpan(row: number, bucket: number, value: number): void {
    const context = activeTraceContext();
    if (context !== undefined) this.exemplars.offer(row, bucket, value, context);
  }
}

class StoredHistogramHandle implements HistogramHandle {
  constructor(
    private readonly values: Float64Array,
    private readonly at: number,
    private readonly family: HistogramFamily,
  ) {}

  /** The label set went to the overflow series, so this handle is not to be kept for it. @internal */
  get overflow(): boolean {
    return this.family.isOverflow(this.values, this.at);
  }

  observe(value: number, exemplar?: ExemplarLabels): void {
    if (!Number.isFinite(value)) return this.family.refuse('not_finite');
    const { values, at } = this;
    const bucket = this.family.bucketIndex.find(value);
    values[at] = (values[at] as number) + value;
    values[at + 1 + bucket] = (values[at + 1 + bucket] as number) + 1;
    if (exemplar !== undefined) this.family.setExemplar(values, at, bucket, value, exemplar);
  }

  startTimer(): () => number {
    const start = nowSeconds();
    return () => {
      const seconds = nowSeconds() - start;
      this.observe(seconds);
      return seconds;
    };
  }
}

/** Does nothing: for a label set that was refused, and for an instance that is switched off. */
export const NO_HISTOGRAM: HistogramHandle = Object.freeze({ overflow: true, observe() {}, startTimer: () => () => 0 });
