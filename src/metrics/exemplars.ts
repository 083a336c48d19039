import { unixSeconds } from '../internal/clock.js';
import { sampledSpanOf, type TraceContext } from '../internal/open-telemetry.js';
import { escapeLabelValue, labelText } from './label-value.js';
import { isLabelName } from './names.js';
import type { ExemplarLabels } from './types.js';

/** OpenMetrics 1.0: names and values together. */
const LONGEST_EXEMPLAR = 128;
/** An exemplar that is younger than this is not replaced by one of a span that happens to be active. */
const FRESH_SECONDS = 1;

export interface Exemplar {
  /** The labels as they are printed. */
  readonly text: string;
  readonly value: number;
  readonly unixSeconds: number;
}

/** The last exemplar of each bucket. One that breaks the format's rules is left out: the observation itself counts. */
export class ExemplarStore {
  private readonly byBucket = new Map<number, Exemplar>();
  private readonly buckets: number;

  constructor(buckets: number) {
    this.buckets = buckets;
  }

  get isEmpty(): boolean {
    return this.byBucket.size === 0;
  }

  set(row: number, bucket: number, value: number, labels: ExemplarLabels): void {
    let text: string | undefined;
    try {
      text = exemplarText(labels);
    } catch {
      // A getter or a proxy of the caller's.
    }
    if (text === undefined) return;
    this.byBucket.set(row * this.buckets + bucket, { text, value, unixSeconds: unixSeconds() });
  }

  /** Takes the context's span, if it is sampled and the bucket has no exemplar, or an old one. */
  offer(row: number, bucket: number, value: number, context: TraceContext): void {
    const last = this.get(row, bucket);
    // The distance, since the system's clock may be set back.
    if (last !== undefined && Math.abs(unixSeconds() - last.unixSeconds) < FRESH_SECONDS) return;
    const span = sampledSpanOf(context);
    if (span !== undefined) this.set(row, bucket, value, { trace_id: span.traceId, span_id: span.spanId });
  }

  get(row: number, bucket: number): Exemplar | undefined {
    return this.byBucket.get(row * this.buckets + bucket);
  }

  /** Forgets a row's exemplars, for a series that went. */
  clear(row: number): void {
    if (this.byBucket.size === 0) return;
    for (let bucket = 0; bucket < this.buckets; bucket++) this.byBucket.delete(row * this.buckets + bucket);
  }
}

function exemplarText(labels: unknown): string | undefined {
  if (typeof labels !== 'object' || labels === null) return undefined;
  const parts: string[] = [];
  let points = 0;
  for (const [name, given] of Object.entries(labels)) {
    const value = labelText(given)?.toWellFormed();
    if (value === undefined || !isLabelName(name)) return undefined;
    points += name.length + Array.from(value.slice(0, 2 * LONGEST_EXEMPLAR)).length;
    if (points > LONGEST_EXEMPLAR) return undefined;
    parts.push(`${name}="${escapeLabelValue(value)}"`);
  }
  // One flat string: a chain of what it was put together from would keep all of it, in twice the memory.
  return parts.join(',');
}
