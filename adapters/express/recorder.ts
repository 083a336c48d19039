import {
  type AdapterInstance,
  givenText,
  type HttpExchange,
  type HttpReading,
  type HttpRecorder,
} from '../../src/adapter.js';
import { endpointOf } from './route-pattern.js';
import type { ExpressLabel, ExpressMetricsOptions, ExpressRequest } from './types.js';

/** @throws {FAMILY_CONFLICT} {INVALID_LABEL} {INVALID_BUCKETS} */
export function recorderOf(instance: AdapterInstance, options: ExpressMetricsOptions): HttpRecorder {
  const { http = {}, labels } = options;
  const recorder: HttpRecorder = instance.http.recorder({
    buckets: http.buckets,
    streams: http.streams,
    labels: labels && Object.fromEntries(Object.entries(labels).map(([name, { allow }]) => [name, allow])),
    reading: {
      endpoint: http.endpoint === undefined ? endpointOf : (exchange) => namedEndpoint(exchange, options),
      labels: labels && labelReader(Object.values(labels), () => recorder.internalError('express_label')),
    },
  });
  return recorder;
}

function namedEndpoint(exchange: HttpExchange, options: ExpressMetricsOptions): string {
  return givenText(options.http?.endpoint?.(exchange.request as ExpressRequest)) || endpointOf(exchange);
}

function labelReader(labels: readonly ExpressLabel[], failed: () => void): NonNullable<HttpReading['labels']> {
  const allowed = labels.map(({ allow }) => new Set(allow));
  return ({ request, response }) =>
    labels.map((label, at) => {
      try {
        const text = givenText(label.from(request as ExpressRequest, response));
        return text === undefined ? 'unknown' : allowed[at]?.has(text) ? text : 'other';
      } catch {
        failed();
        return 'unknown';
      }
    });
}

/** Warns of options that came too late: the families exist, so the instance's own are used. */
export function lateRecorderOf(instance: AdapterInstance, options: ExpressMetricsOptions): HttpRecorder {
  try {
    return recorderOf(instance, options);
  } catch (error) {
    process.emitWarning(
      `expressMetrics goes on without its labels and buckets: ${(error as Error).message}`,
      'PromptheusWarning',
    );
    const { labels: _labels, http: { buckets: _buckets, ...http } = {}, ...rest } = options;
    return recorderOf(instance, { ...rest, http });
  }
}
