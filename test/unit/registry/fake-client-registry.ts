import type { ClientMetric, ClientRegistry } from '../../../src/registry/client-registry.js';

type Given = Partial<Record<keyof ClientMetric, unknown>> | null;

/** A registry by shape alone, as far as a bridge uses one. */
export class FakeClientRegistry implements ClientRegistry {
  contentType = 'text/plain; version=0.0.4';
  readonly metrics = new Map<unknown, unknown>();

  constructor(...metrics: Given[]) {
    for (const metric of metrics) this.metrics.set(metric?.name, metric);
  }

  registerMetric(metric: { name: string }): void {
    if (this.metrics.has(metric.name)) throw new Error(`${metric.name} is there`);
    this.metrics.set(metric.name, metric);
  }

  getSingleMetric(name: string): unknown {
    return this.metrics.get(name);
  }

  removeSingleMetric(name: string): void {
    this.metrics.delete(name);
  }

  getMetricsAsArray(): unknown[] {
    return [...this.metrics.values()];
  }

  clear(): void {
    this.metrics.clear();
  }
}
