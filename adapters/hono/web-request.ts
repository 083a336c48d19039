import {
  CORRELATION_ID_HEADER,
  correlationIdFrom,
  currentState,
  givenText,
  runRequest,
  type WebRequest,
} from '../../src/adapter.js';
import type { HttpServerMetrics } from '../shared/http/server-metrics.js';
import { readBodyInState } from './body.js';
import { endpointOf } from './endpoint.js';
import { follow } from './follow.js';
import type { RoutedContext } from './matched.js';
import type { Answer, HonoContext, HonoMetricsOptions, Next } from './types.js';

/** On a context that is measured, whichever copy of the package does it. */
const MEASURED = Symbol.for('promptheus.hono.measured.v1');

type Metrics = HttpServerMetrics<HonoContext>;

/**
 * Runs a request that came by `app.request()`, `app.fetch()` without node-server's bindings, or another runtime: there is
 * no Node response to measure, so only the duration is recorded, when the Response is made.
 */
export async function runWebRequest(
  metrics: Metrics,
  options: HonoMetricsOptions,
  c: RoutedContext & { [MEASURED]?: true },
  next: Next,
): Promise<Answer> {
  if (!metrics.instance.options.enabled || c[MEASURED]) {
    await next();
    return;
  }
  if (metrics.isScrape(c.req.url)) return scrapeOf(metrics, c);
  c[MEASURED] = true;
  const correlationId = correlationIdFrom(c.req.header(CORRELATION_ID_HEADER));
  c.header(CORRELATION_ID_HEADER, correlationId);
  const tenant = metrics.tenantIn(c);
  if (metrics.skips(c)) return runRequest(correlationId, tenant, undefined, () => answered(c, next));
  const event = metrics.instance.wideEvents?.begin();
  if (event !== undefined) event.requestId = correlationId;
  const request = { endpoint: undefined, event };
  await runRequest(correlationId, tenant, request, () =>
    recorded(metrics, options, c, request, tenant, follow(c, next)),
  );
}

async function recorded(
  metrics: Metrics,
  { http: { endpoint: named } = {} }: HonoMetricsOptions,
  c: RoutedContext,
  { event }: WebRequest,
  tenant: string | undefined,
  next: Next,
): Promise<void> {
  const startedAt = performance.now();
  // Of what is thrown and is no Error, and of a handler that gives nothing.
  let status = 500;
  try {
    await answered(c, next);
    if (c.finalized) status = c.res.status;
    // Where nothing else fits, Hono 4.0 answers after this.
    else if (c.req.routeIndex === 0) status = 404;
  } finally {
    const seconds = (performance.now() - startedAt) / 1000;
    const given = named && metrics.guarded('endpoint', (request) => givenText(named(request)), c);
    const endpoint = given || endpointOf(c, status);
    metrics.instance.http.record({ method: c.req.method, endpoint, tenant, status, seconds, event, error: c.error });
  }
}

async function answered(c: RoutedContext, next: Next): Promise<void> {
  await next();
  readBodyInState(c, currentState());
}

async function scrapeOf(metrics: Metrics, c: RoutedContext): Promise<Response> {
  const { method, raw } = c.req;
  const { status, headers, body } = await metrics.instance.scrape({ method, headers: Object.fromEntries(raw.headers) });
  return c.body(body, status, headers);
}
