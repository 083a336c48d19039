import {
  type AdapterInstance,
  givenText,
  type HttpExchange,
  type HttpReading,
  type HttpRecorder,
} from '../../../src/adapter.js';
import type { HttpLabel, HttpMetricsOptions } from './types.js';

/** What an adapter knows of its framework. `Q` is the framework's own request, which the application's callbacks get. */
export interface HttpFramework<Q> {
  /** The function that the application calls, for messages (`expressMetrics`). */
  readonly name: string;
  /** Before the names of the parts in which internal errors are counted (`express`). */
  readonly part: string;
  /** The route pattern; `unmatched` where no route answered, `unknown` where it cannot be found out. */
  endpoint(exchange: HttpExchange): string;
  /** The framework's own request of an exchange; `undefined` where it never made one. */
  requestOf(exchange: HttpExchange): Q | undefined;
  /** What was thrown, where the framework keeps it until the response is closed. */
  error?(exchange: HttpExchange): unknown;
  /** It has no routes, and leaves its requests to an adapter further in. */
  readonly knowsNoRoutes?: boolean;
}

/** @throws {FAMILY_CONFLICT} {INVALID_LABEL} {INVALID_BUCKETS} */
export function recorderOf<Q>(
  instance: AdapterInstance,
  framework: HttpFramework<Q>,
  options: HttpMetricsOptions<Q>,
): HttpRecorder {
  const { http = {}, labels } = options;
  const named = http.endpoint;
  const recorder: HttpRecorder = instance.http.recorder({
    buckets: http.buckets,
    streams: http.streams,
    yields: framework.knowsNoRoutes,
    labels: labels && Object.fromEntries(Object.entries(labels).map(([name, { allow }]) => [name, allow])),
    reading: {
      error: framework.error,
      endpoint:
        named === undefined
          ? framework.endpoint
          : (exchange) => {
              const own = framework.requestOf(exchange);
              return (own && givenText(named(own))) || framework.endpoint(exchange);
            },
      labels:
        labels &&
        labelReader(Object.values(labels), framework, () => recorder.internalError(`${framework.part}_label`)),
    },
  });
  return recorder;
}

function labelReader<Q>(
  labels: ReadonlyArray<HttpLabel<Q>>,
  framework: HttpFramework<Q>,
  failed: () => void,
): NonNullable<HttpReading['labels']> {
  const rules = labels.map((label) => ({ label, allowed: new Set(label.allow) }));
  return (exchange) => {
    const own = framework.requestOf(exchange);
    return rules.map(({ label, allowed }) => {
      try {
        const text = own && givenText(label.from(own, exchange.response));
        return text === undefined ? 'unknown' : allowed.has(text) ? text : 'other';
      } catch {
        failed();
        return 'unknown';
      }
    });
  };
}

/** Warns of options that came too late: the families exist, so the instance's own are used. */
export function lateRecorderOf<Q>(
  instance: AdapterInstance,
  framework: HttpFramework<Q>,
  options: HttpMetricsOptions<Q>,
): HttpRecorder {
  try {
    return recorderOf(instance, framework, options);
  } catch (error) {
    process.emitWarning(
      `${framework.name} goes on without its labels and buckets: ${(error as Error).message}`,
      'PromptheusWarning',
    );
    const { labels: _labels, http: { buckets: _buckets, ...http } = {}, ...rest } = options;
    return recorderOf(instance, framework, { ...rest, http });
  }
}
