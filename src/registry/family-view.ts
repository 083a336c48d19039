import { HistogramFamily } from '../metrics/histogram.js';
import { openMetricsName } from '../metrics/names.js';
import {
  type ClientMetric,
  type ClientMetricData,
  type ClientRegistry,
  type ClientValue,
  isOpenMetrics,
} from './client-registry.js';
import type { AnyFamily } from './interfaces.js';

/** Tells our views from the client's own metrics, whichever copy of the package made them. */
const VIEW = Symbol.for('promptheus.view');

export function isView(metric: unknown): boolean {
  return typeof metric === 'object' && metric !== null && VIEW in metric;
}

/** Runs a family's collector, if it has one; false when that failed. */
export type Refresh = (family: AnyFamily) => boolean | Promise<boolean>;

/** A family of ours as it stands in a client's registry: it holds nothing, and reads our storage when it is asked. */
export class FamilyView implements ClientMetric {
  readonly [VIEW] = true;
  /** Writable: the client takes `_total` off it when it prints OpenMetrics. */
  name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: string;

  constructor(
    readonly family: AnyFamily,
    private readonly registry: ClientRegistry,
    private readonly refresh: Refresh,
  ) {
    this.name = family.name;
    this.help = family.help;
    this.type = family.type === 'info' ? 'gauge' : family.type;
    this.aggregator = family.type === 'info' ? 'first' : 'sum';
  }

  /**
   * At once where the family has no asynchronous collector: `@platformatic/prom-client` then prints the whole registry
   * at once. A collector that fails costs its own family, not the client's whole scrape.
   */
  get(): ClientMetricData | Promise<ClientMetricData> {
    const fresh = this.refresh(this.family);
    return typeof fresh === 'boolean' ? this.read(fresh) : fresh.then((isFresh) => this.read(isFresh));
  }

  /** What an info says stays true. */
  reset(): void {
    if (this.family.type !== 'info') this.family.reset();
  }

  private read(isFresh: boolean): ClientMetricData {
    const { family } = this;
    // The application may never scrape us but here, and what has expired has to go all the same.
    family.sweep(Date.now());
    const stripped = family.type === 'counter' && isOpenMetrics(this.registry);
    const name = stripped ? openMetricsName('counter', family.name) : family.name;
    const values = isFresh ? this.values() : [];
    return { name, help: this.help, type: this.type, aggregator: this.aggregator, values };
  }

  private values(): ClientValue[] {
    const values: ClientValue[] = [];
    const { store } = this.family;
    for (let row = 0; row < store.high; row++) {
      if (store.isVisible(row)) this.append(row, values);
    }
    return values;
  }

  private append(row: number, values: ClientValue[]): void {
    const { family } = this;
    const labels: Record<string, string> = Object.fromEntries(family.definition.constantLabels);
    for (const [index, value] of family.store.labelsOf(row).entries())
      labels[family.labelNames[index] as string] = value;
    const chunk = family.store.rows.chunkOf(row);
    const at = family.store.rows.offsetOf(row) + 1;
    if (!(family instanceof HistogramFamily)) {
      values.push({ value: chunk[at] as number, labels });
      return;
    }
    let count = 0;
    const { bounds } = family.bucketIndex;
    for (let bucket = 0; bucket < bounds.length; bucket++) {
      count += chunk[at + 1 + bucket] as number;
      const bound = bounds[bucket] as number;
      const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : bound;
      values.push({ metricName: `${family.name}_bucket`, labels: { le, ...labels }, value: count });
    }
    values.push({ metricName: `${family.name}_sum`, labels, value: chunk[at] as number });
    values.push({ metricName: `${family.name}_count`, labels, value: count });
  }
}
