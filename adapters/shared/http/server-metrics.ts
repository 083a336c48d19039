import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AdapterInstance,
  CORRELATION_ID_HEADER,
  correlationIdFrom,
  currentState,
  defaultInstance,
  exchangeOf,
  givenFlag,
  givenText,
  type HttpExchange,
  type HttpRecorder,
  pathOfTarget,
  type RequestState,
  requestState,
  runWithState,
  type ScrapeResponse,
} from '../../../src/adapter.js';
import { type HttpFramework, lateRecorderOf, recorderOf } from './recorder.js';
import type { HttpMetricsOptions } from './types.js';

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

  /** Whether this request is to be measured: not where an adapter further out does that and knows its routes, or nothing is recorded. */
  takes(response: ServerResponse): boolean {
    const outer = exchangeOf(response);
    return this.binding().instance.options.enabled && (outer === undefined || outer.owner.yields);
  }

  isScrape(url: string | undefined): boolean {
    return pathOfTarget(url) === this.path;
  }

  scrape(request: IncomingMessage): Promise<ScrapeResponse> {
    exchangeOf(request)?.leaveOut();
    const { method, headers, socket } = request;
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
    return runWithState(this.enter(request, response, own, state), fn);
  }

  /** `run` without running, for frameworks whose work is not over with `fn`. */
  enter(request: IncomingMessage, response: ServerResponse, own: Q, state?: unknown): RequestState {
    const opened = this.open(request, response, own, state);
    response.setHeader(CORRELATION_ID_HEADER, opened.correlationId);
    return opened;
  }

  /**
   * `enter` without the response's header, for frameworks that lose the state on their way (it is to be
   * run with again there) and keep the headers themselves. What a server further out began to measure goes on here, in the
   * context that it has.
   */
  open(request: IncomingMessage, response: ServerResponse, own: Q, state?: unknown): RequestState {
    const { recorder } = this.binding();
    const begun = exchangeOf(response);
    const outer = begun && currentState();
    const correlationId = outer?.correlationId ?? correlationIdFrom(request.headers[CORRELATION_ID_HEADER]);
    const tenant = this.tenantIn(own) ?? outer?.tenant;
    if (this.skips(own)) {
      begun?.leaveOut();
      return requestState(correlationId, tenant, undefined);
    }
    const exchange = begun ?? recorder.begin(request, response, tenant);
    if (begun !== undefined) recorder.adopt(begun, tenant);
    exchange.adapterState = state;
    const { event } = exchange;
    if (event !== undefined) event.requestId = correlationId;
    return requestState(correlationId, tenant, exchange);
  }

  /** Measures a request that has reached the server, and of which the framework has made none of its own yet. */
  arrive(request: IncomingMessage, response: ServerResponse): HttpExchange {
    const { recorder } = this.binding();
    const begun = exchangeOf(response);
    if (begun === undefined) return recorder.begin(request, response);
    recorder.adopt(begun);
    return begun;
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
