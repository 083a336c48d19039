import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AdapterInstance,
  correlationIdFrom,
  defaultInstance,
  exchangeOf,
  givenFlag,
  givenText,
  type HttpRecorder,
  pathOfTarget,
  runRequest,
  type ScrapeResponse,
} from '../../../src/adapter.js';
import { type HttpFramework, lateRecorderOf, recorderOf } from './recorder.js';
import type { HttpMetricsOptions } from './types.js';

/** In lower case, as Node keeps names: any other is converted at each request, at several times the cost of setting it. */
export const CORRELATION_ID = 'x-correlation-id';

/**
 * What all adapters of HTTP frameworks do with a request: measure it, give it a context with correlation id and tenant,
 * answer the scrape. No callback of the application can break a request.
 */
export class HttpServerMetrics<Q> {
  private bound: Bound | undefined;
  private readonly path: string | false;
  private readonly tenantOf: ((request: Q) => string | undefined) | undefined;
  private readonly isSkipped: ((request: Q) => boolean) | undefined;

  /** @throws with `promptheus` given {FAMILY_CONFLICT} {INVALID_LABEL} {INVALID_BUCKETS} */
  constructor(
    private readonly framework: HttpFramework<Q>,
    private readonly options: HttpMetricsOptions<Q>,
  ) {
    const { promptheus, path = '/metrics', skip, tenant } = options;
    this.path = path;
    this.tenantOf = tenant && ((request) => givenText(tenant.from(request)) || undefined);
    this.isSkipped = skip && ((request) => givenFlag(skip(request)));
    this.bound = promptheus && { instance: promptheus, recorder: recorderOf(promptheus, framework, options) };
  }

  /** The instance that records; the default one is looked up at the first use. */
  get instance(): AdapterInstance {
    return this.binding().instance;
  }

  /** Whether this request is to be measured: not where it is already, by an adapter further out, or nothing is recorded. */
  takes(response: ServerResponse): boolean {
    return this.binding().instance.options.enabled && exchangeOf(response) === undefined;
  }

  isScrape(url: string | undefined): boolean {
    return this.path !== false && pathOfTarget(url) === this.path;
  }

  scrape({ method, headers, socket }: IncomingMessage): Promise<ScrapeResponse> {
    return this.instance.scrape({ method, headers, remoteAddress: socket.remoteAddress });
  }

  /** Answers a scrape past the framework. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    void this.scrape(request).then(({ status, headers, body }) => {
      // Another may have answered meanwhile, one that looks after slow requests.
      if (!response.destroyed && !response.headersSent) response.writeHead(status, headers).end(body);
    });
  }

  /**
   * Runs `fn` as the work of a request, which is measured until its response is closed. `own` is the framework's request;
   * `state` is what the adapter finds in `exchange.adapterState` then.
   */
  run<T>(request: IncomingMessage, response: ServerResponse, own: Q, fn: () => T, state?: unknown): T {
    const { recorder } = this.binding();
    const correlationId = correlationIdFrom(request.headers[CORRELATION_ID]);
    response.setHeader(CORRELATION_ID, correlationId);
    const tenant = this.tenantIn(own);
    if (this.skips(own)) return runRequest(correlationId, tenant, undefined, fn);
    const exchange = recorder.begin(request, response, tenant);
    exchange.adapterState = state;
    return runRequest(correlationId, tenant, exchange, fn);
  }

  tenantIn(own: Q): string | undefined {
    return this.tenantOf && this.guarded('tenant', this.tenantOf, own);
  }

  skips(own: Q): boolean {
    return this.isSkipped !== undefined && this.guarded('skip', this.isSkipped, own) === true;
  }

  /** What `read` gives of the framework's request; `undefined`, and counted, where it throws. */
  guarded<T>(part: string, read: (request: Q) => T, request: Q): T | undefined {
    try {
      return read(request);
    } catch {
      this.binding().recorder.internalError(`${this.framework.part}_${part}`);
      return undefined;
    }
  }

  private binding(): Bound {
    this.bound ??= bind(this.framework, this.options);
    return this.bound;
  }
}

interface Bound {
  readonly instance: AdapterInstance;
  readonly recorder: HttpRecorder;
}

function bind<Q>(framework: HttpFramework<Q>, options: HttpMetricsOptions<Q>): Bound {
  const instance = defaultInstance();
  return { instance, recorder: lateRecorderOf(instance, framework, options) };
}
