// The clients that are compared, in one shape. Each is imported only by the process that measures it.
const labelNames = ['method', 'route', 'status'];
const help = 'For the benchmark.';

/** prom-client's default: every histogram here has these. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const OURS = 'promptheus';
export const PROM_CLIENT = 'prom-client';
export const OTEL = 'OpenTelemetry';

/** Those with prom-client's interface. */
export const PROM_CLIENTS = [PROM_CLIENT, '@prometheus-io/client', '@platformatic/prom-client'];
export const RIVALS = [...PROM_CLIENTS, OTEL];

/**
 * `histogram(name)` and `counter(name)` give the client's own objects, `observe` records into a histogram in the form
 * that the client's documentation shows, `scrape` returns the exposition as the client makes it.
 */
export async function createClient(name, seriesLimit) {
  if (name === OURS) return promptheus(seriesLimit);
  return name === OTEL ? openTelemetry(seriesLimit) : promClient(name);
}

async function promptheus(seriesLimit) {
  const { createPromptheus } = await import('../dist/esm/src/index.js');
  const instance = createPromptheus({ registry: false, default: false, logger: false, metrics: { seriesLimit } });
  return {
    histogram: (name) => instance.metrics.histogram({ name, help, labelNames, buckets: BUCKETS }),
    counter: (name) => instance.metrics.counter({ name, help, labelNames }),
    observe: (family, method, route, status, value) => family.observe({ method, route, status }, value),
    async scrape(encoding = 'identity') {
      const { status, body } = await instance.scrape({ headers: { 'accept-encoding': encoding } });
      if (status !== 200) throw new Error(body.toString());
      return body;
    },
    scrapeTo: (target) => instance.scrapeTo(target),
  };
}

async function promClient(name) {
  const { default: client } = await import(name);
  const registers = [new client.Registry()];
  return {
    histogram: (name) => new client.Histogram({ name, help, labelNames, buckets: BUCKETS, registers }),
    counter: (name) => new client.Counter({ name, help, labelNames, registers }),
    observe: (family, method, route, status, value) => family.observe({ method, route, status }, value),
    scrape: () => registers[0].metrics(),
  };
}

async function openTelemetry(seriesLimit) {
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
  const { PrometheusExporter } = await import('@opentelemetry/exporter-prometheus');
  const exporter = new PrometheusExporter({
    preventServerStart: true,
    withoutScopeInfo: true,
    withoutTargetInfo: true,
  });
  // Its own limit is 2,000 sets; past that it would measure one overflow series.
  const views = [{ instrumentName: '*', aggregationCardinalityLimit: seriesLimit + 1 }];
  const meter = new MeterProvider({ readers: [exporter], views }).getMeter('bench');
  const advice = { explicitBucketBoundaries: BUCKETS };
  return {
    histogram: (name) => meter.createHistogram(name, { description: help, advice }),
    counter: (name) => meter.createCounter(name, { description: help }),
    observe: (family, method, route, status, value) => family.record(value, { method, route, status }),
    async scrape() {
      const { promise, resolve, reject } = Promise.withResolvers();
      // The exporter drops its own promise, so that what fails there shows only here.
      process.once('unhandledRejection', reject);
      exporter.getMetricsRequestHandler({}, { setHeader() {}, end: resolve });
      const body = await promise;
      process.removeListener('unhandledRejection', reject);
      return body;
    },
  };
}
