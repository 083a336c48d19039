import { PromptheusError, show } from '../errors/promptheus-error.js';

/** One value of a client's metric. */
export interface ClientValue {
  value: number;
  labels?: Record<string, unknown>;
  metricName?: string;
  sharedLabels?: Record<string, unknown>;
  exemplar?: { labelSet: Record<string, unknown>; value: number; timestamp?: number };
}

/** What a client's metric gives when it is read. */
export interface ClientMetricData {
  name: string;
  help: string;
  type: string;
  values?: Iterable<ClientValue>;
  aggregator?: string;
}

/** A metric as it stands in a client's registry. */
export interface ClientMetric {
  name: string;
  readonly type: string;
  get(): ClientMetricData | Promise<ClientMetricData>;
}

/** The registry of prom-client 15, of `@prometheus-io/client` or of `@platformatic/prom-client`: told by its shape. */
export interface ClientRegistry {
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
  removeSingleMetric(name: string): void;
  getMetricsAsArray(): unknown[];
  clear(): void;
  readonly contentType: string;
}

const METHODS = ['registerMetric', 'getSingleMetric', 'removeSingleMetric', 'getMetricsAsArray', 'clear'] as const;

/** @throws {INVALID_OPTION} when it is no client's registry */
export function assertClientRegistry(value: unknown): asserts value is ClientRegistry {
  const missing = METHODS.filter(
    (method) => typeof (value as Record<string, unknown> | null | undefined)?.[method] !== 'function',
  );
  if (missing.length > 0) {
    throw new PromptheusError(
      'INVALID_OPTION',
      `registry must be a prom-client registry (it lacks ${missing.join(', ')}), or false for none; got ${show(value)}.`,
    );
  }
}

export function isOpenMetrics(registry: ClientRegistry): boolean {
  return typeof registry.contentType === 'string' && registry.contentType.includes('openmetrics');
}

/** The client keeps them in a field without a getter. */
export function defaultLabelsOf(registry: ClientRegistry): Readonly<Record<string, unknown>> {
  const labels = (registry as { _defaultLabels?: unknown })._defaultLabels;
  return typeof labels === 'object' && labels !== null ? (labels as Record<string, unknown>) : {};
}
