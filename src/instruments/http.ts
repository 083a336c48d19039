import type { IncomingMessage, ServerResponse } from 'node:http';
import { context } from '../context/context.js';
import type { RequestEnd, WideEvent } from '../events/wide/wide-event.js';
import type { WideEvents } from '../events/wide/wide-events.js';
import { nowSeconds } from '../internal/clock.js';
import { spanIdsOf } from '../internal/open-telemetry.js';
import { observeIn } from '../metrics/auto-exemplars.js';
import type { InstrumentEnvironment } from './environment.js';
import { createInternalErrors, type InternalErrors } from './guard.js';
import { type ExchangeOwner, HttpExchange } from './http-exchange.js';
import { HttpFamilies, type HttpFamilyOptions } from './http-handles.js';
import { methodLabel } from './http-method.js';
import type { HttpRecording } from './instruments.js';

/** What an instance says about HTTP. */
export interface HttpOptions {
  readonly buckets?: readonly number[] | undefined;
  readonly streams?: readonly string[] | undefined;
}

/** How an adapter reads its framework when a response is closed. Both may throw: that is counted, and the value `unknown`. */
export interface HttpReading {
  /** The route pattern; `unmatched` where no route answered, `unknown` where it cannot be found out. */
  endpoint(exchange: HttpExchange): string;
  /** The values of the further labels, in their order. */
  labels?: ((exchange: HttpExchange) => readonly string[]) | undefined;
  /** What was thrown, where the framework keeps it. */
  error?: ((exchange: HttpExchange) => unknown) | undefined;
}

export interface HttpRecorderOptions extends HttpOptions, HttpFamilyOptions {
  readonly reading: HttpReading;
  /** Knows no routes: an adapter further in may take its requests over. Default: false. */
  readonly yields?: boolean | undefined;
}

/** Measures the requests of one server or middleware. */
export interface HttpRecorder {
  /** Starts to measure; everything is recorded when the response is closed. Never throws. */
  begin(request: IncomingMessage, response: ServerResponse, tenant?: string): HttpExchange;
  /** Goes on with what was begun before, by this recorder or by one that yields; it stays one request, counted once. Never throws. */
  adopt(exchange: HttpExchange, tenant?: string): void;
  /** Counts, by part, what a callback of the application did wrong. */
  readonly internalError: InternalErrors;
}

/** Records what HTTP servers do. */
export interface HttpInstrument {
  /** Records a request that was measured elsewhere (the duration only). Never throws. */
  record(request: HttpRecording): void;
  /**
   * A recorder with options of its own; what is left out is the instance's.
   *
   * @throws {FAMILY_CONFLICT} when the duration exists with other buckets or labels, {INVALID_LABEL} {INVALID_BUCKETS}
   */
  recorder(options: HttpRecorderOptions): HttpRecorder;
}

export function createHttpInstrument(env: InstrumentEnvironment, options: HttpOptions): HttpInstrument {
  const internalError = createInternalErrors(env);
  // Made at the first use, since an adapter may bring the buckets and labels of the duration.
  let families: HttpFamilies | undefined;
  return {
    record({ method, endpoint, tenant, status, seconds, event, error }) {
      try {
        families ??= new HttpFamilies(env, { buckets: options.buckets });
        const known = tenant ?? context.current().tenant ?? 'unknown';
        const verb = method === undefined ? 'unknown' : methodLabel(method.toUpperCase());
        const kind = families.kindOf('http', verb);
        families.handles(kind, endpoint, known, status, families.unknownLabels).duration.observe(seconds);
        event?.finish({
          outcome: status === CLIENT_LEFT ? 'aborted' : status >= 500 ? 'error' : 'success',
          seconds,
          tenant,
          error,
          request: { method: verb, route: endpoint, status },
        });
      } catch {
        internalError('http_record');
      }
    },
    recorder({ buckets = options.buckets, labels, streams = options.streams ?? [], reading, yields = false }) {
      const own = new HttpFamilies(env, { buckets, labels });
      families = own;
      return new Recorder(own, new Set(streams), reading, yields, internalError, env.wideEvents);
    },
  };
}

/** The status of a request whose client left. */
const CLIENT_LEFT = 499;

class Recorder implements HttpRecorder, ExchangeOwner {
  constructor(
    private readonly families: HttpFamilies,
    private readonly streams: ReadonlySet<string>,
    private readonly reading: HttpReading,
    readonly yields: boolean,
    readonly internalError: InternalErrors,
    private readonly events: WideEvents | undefined,
  ) {}

  begin(request: IncomingMessage, response: ServerResponse, tenant = 'unknown'): HttpExchange {
    const scheme = (request.socket as { encrypted?: boolean } | null)?.encrypted === true ? 'https' : 'http';
    const kind = this.families.kindOf(scheme, methodLabel(request.method));
    this.families.inFlightOf(kind).inc();
    const exchange = new HttpExchange(this, request, response, kind, tenant);
    if (this.events !== undefined) exchange.event = this.events.begin();
    return exchange;
  }

  adopt(exchange: HttpExchange, tenant?: string): void {
    if (exchange.closed) return;
    exchange.enter(tenant);
    if (exchange.owner === this) return;
    const { scheme, method, inFlight } = exchange.kind;
    inFlight?.dec();
    // The handles of a kind are those of its recorder's own families.
    exchange.kind = this.families.kindOf(scheme, method);
    this.families.inFlightOf(exchange.kind).inc();
    exchange.owner = this;
    // That of another instance is finished by none.
    if (exchange.event?.owner !== this.events) exchange.event = this.events?.begin();
  }

  finish(exchange: HttpExchange): void {
    const endedAt = nowSeconds();
    this.families.inFlightOf(exchange.kind).dec();
    try {
      this.record(exchange, endedAt);
    } catch {
      // Whatever an adapter read or gave, the event that it was called from goes on.
      this.internalError('http_record');
    }
  }

  private record(exchange: HttpExchange, endedAt: number): void {
    const { kind, tenant, startedAt, headersAt, response } = exchange;
    const endpoint = this.endpointOf(exchange);
    const complete = isComplete(response);
    const status = complete ? response.statusCode : this.brokenStatus(exchange, endpoint);
    const handles = this.families.handles(kind, endpoint, tenant, status, this.labelsOf(exchange));
    observeIn(exchange.traceContext, handles.duration, endedAt - startedAt);
    if (headersAt !== 0) handles.headers.observe(headersAt - startedAt);
    handles.requestBytes.observe(exchange.requestBytes);
    const responseBytes = sentBytes(exchange, complete);
    handles.responseBytes.observe(responseBytes);
    const aborted = status === CLIENT_LEFT && !complete;
    if (aborted) handles.aborted.inc();
    if (exchange.event === undefined) return;
    const headersSeconds = headersAt === 0 ? undefined : headersAt - startedAt;
    const { requestBytes } = exchange;
    const request = { method: kind.method, route: endpoint, status, headersSeconds, requestBytes, responseBytes };
    this.finishEvent(exchange, exchange.event, request, aborted, endedAt - startedAt);
  }

  /** With the figures of the metrics. */
  private finishEvent(
    exchange: HttpExchange,
    event: WideEvent,
    request: RequestEnd,
    aborted: boolean,
    seconds: number,
  ): void {
    const { tenant, traceContext } = exchange;
    event.finish({
      outcome: aborted ? 'aborted' : request.status >= 500 ? 'error' : 'success',
      seconds,
      tenant: tenant === 'unknown' ? undefined : tenant,
      span: traceContext && spanIdsOf(traceContext),
      error: this.errorOf(exchange),
      request,
    });
  }

  private errorOf(exchange: HttpExchange): unknown {
    try {
      return this.reading.error?.(exchange);
    } catch {
      return undefined;
    }
  }

  /** 499 when the client left, unless it left a stream; a response that the application broke off is no success. */
  private brokenStatus(exchange: HttpExchange, endpoint: string): number {
    const { response, headersAt, brokenHere } = exchange;
    const sent = headersAt === 0 ? 0 : response.statusCode;
    if (brokenHere) return sent >= 400 ? sent : 500;
    return sent !== 0 && this.streams.has(endpoint) ? sent : CLIENT_LEFT;
  }

  private endpointOf(exchange: HttpExchange): string {
    let endpoint = exchange.endpoint;
    try {
      endpoint ??= this.reading.endpoint(exchange);
    } catch {
      endpoint = 'unknown';
    }
    if (endpoint === 'unknown') this.internalError('http_endpoint');
    return endpoint;
  }

  private labelsOf(exchange: HttpExchange): readonly string[] | undefined {
    try {
      return this.reading.labels?.(exchange);
    } catch {
      this.internalError('http_labels');
      return this.families.unknownLabels;
    }
  }
}

/** HTTP/2 calls a response finished that its client has reset: there it must have been ended, and the stream not reset. */
function isComplete(response: ServerResponse): boolean {
  const { stream } = response as { stream?: { readonly rstCode?: number } };
  return response.writableFinished && response.writableEnded && (stream?.rstCode ?? 0) === 0;
}

/** HEAD and the statuses without a body send none, whatever was written. */
function sentBytes(exchange: HttpExchange, complete: boolean): number {
  const { statusCode } = exchange.response;
  if (exchange.kind.method === 'HEAD' || statusCode === 204 || statusCode === 304) return 0;
  return complete ? exchange.responseBytes : exchange.flushedBytes;
}
