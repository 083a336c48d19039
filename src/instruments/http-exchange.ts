import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WideEvent } from '../events/wide/wide-event.js';
import { nowSeconds } from '../internal/clock.js';
import { activeTraceContext } from '../internal/open-telemetry.js';
import { CORRELATION_ID_HEADER } from './correlation-id.js';
import type { RequestKind } from './http-handles.js';

/** By which a request and its response find their exchange, whichever copy of the package made it. */
const EXCHANGE = Symbol.for('promptheus.http.exchange.v1');

type Write = (this: ServerResponse, chunk?: unknown, encoding?: unknown, callback?: unknown) => boolean;
type End = (this: ServerResponse, chunk?: unknown, encoding?: unknown, callback?: unknown) => ServerResponse;
type WriteHead = (this: ServerResponse, status: number, reason?: unknown, headers?: unknown) => ServerResponse;
type Destroy = (this: ServerResponse, error?: Error) => ServerResponse;
type Push = (this: IncomingMessage, chunk: unknown, encoding?: BufferEncoding) => boolean;

interface MeasuredResponse {
  [EXCHANGE]: HttpExchange;
  write: Write;
  end: End;
  writeHead: WriteHead;
  destroy: Destroy;
}

interface MeasuredRequest {
  [EXCHANGE]: HttpExchange;
  push: Push;
}

/** What an exchange tells when the response is closed. */
export interface ExchangeOwner {
  /** Knows no routes, and leaves a request to whoever does further in. */
  readonly yields: boolean;
  finish(exchange: HttpExchange): void;
}

/** One request and its response: the only object that measuring allocates for them. */
export class HttpExchange {
  /** A name given from inside the request (`observeHttp`); it wins over the route. */
  endpoint: string | undefined = undefined;
  /** The pattern of the route that answers, as far as the adapter knows it. */
  route: string | undefined = undefined;
  /** What the adapter keeps for the request. */
  adapterState: unknown = undefined;
  /** Gathers what happens in the request; `undefined` where events are off. */
  event: WideEvent | undefined = undefined;
  /** To be put in the head where the one who writes it has not: a framework has headers of its own, which a raw answer lacks. */
  correlationId: string | undefined = undefined;
  requestBytes = 0;
  /** Bytes given to the response. */
  responseBytes = 0;
  /** Bytes of these that the system has taken. */
  flushedBytes = 0;
  /** When the headers were written; 0 before. */
  headersAt = 0;
  /** The response was destroyed by the application, not by its client. */
  brokenHere = false;
  closed = false;
  readonly startedAt = nowSeconds();
  /** OpenTelemetry's, of the request: its response is closed outside of it. */
  traceContext = activeTraceContext();
  readonly writeBefore: Write;
  readonly endBefore: End;
  readonly writeHeadBefore: WriteHead;
  readonly destroyBefore: Destroy;
  readonly pushBefore: Push;

  constructor(
    public owner: ExchangeOwner,
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    public kind: RequestKind,
    public tenant: string,
  ) {
    // Own properties, so that what others put on the response before or after this stays in the chain.
    this.writeBefore = response.write as Write;
    this.endBefore = response.end as End;
    this.writeHeadBefore = response.writeHead as WriteHead;
    this.destroyBefore = response.destroy as Destroy;
    const target = response as unknown as MeasuredResponse;
    target[EXCHANGE] = this;
    target.write = write;
    target.end = end;
    target.writeHead = writeHead;
    target.destroy = destroy;
    response.on('close', onClose);
    // Whether there will be a body is not asked: HTTP/2 need not say it, and looking for it builds all the headers.
    this.pushBefore = request.push as Push;
    this.requestBytes = request.readableLength;
    const source = request as unknown as MeasuredRequest;
    source[EXCHANGE] = this;
    source.push = push;
  }

  /** For one that was begun before its framework had made a request of it. */
  enter(tenant: string | undefined): void {
    if (tenant !== undefined) this.tenant = tenant;
    this.readTrace();
  }

  /** Looks at OpenTelemetry again, whose span of the request began after this. */
  readTrace(): void {
    this.traceContext = activeTraceContext();
  }

  /** Measures it no more. */
  leaveOut(): void {
    if (this.closed) return;
    this.closed = true;
    this.event?.leaveOut();
    this.kind.inFlight?.dec();
  }
}

/** The exchange of a measured response. */
export function exchangeOf(response: object): HttpExchange | undefined {
  return (response as { [EXCHANGE]?: HttpExchange })[EXCHANGE];
}

function lengthOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}

function write(this: ServerResponse, chunk?: unknown, encoding?: unknown, callback?: unknown): boolean {
  const exchange = exchangeOf(this) as HttpExchange;
  if (this.writableEnded) return exchange.writeBefore.call(this, chunk, encoding, callback);
  const bytes = lengthOf(chunk, encoding);
  const then = typeof encoding === 'function' ? encoding : callback;
  // After an abort only what the system took may be counted, and only the callback of a write tells.
  const taken = (error?: Error | null): void => {
    if (error === undefined || error === null) exchange.flushedBytes += bytes;
    if (typeof then === 'function') then(error);
  };
  const accepted = exchange.writeBefore.call(this, chunk, typeof encoding === 'function' ? undefined : encoding, taken);
  exchange.responseBytes += bytes;
  return accepted;
}

function end(this: ServerResponse, chunk?: unknown, encoding?: unknown, callback?: unknown): ServerResponse {
  const exchange = exchangeOf(this) as HttpExchange;
  const given = exchange.responseBytes + (this.writableEnded ? 0 : lengthOf(chunk, encoding));
  exchange.responseBytes = given;
  const result = exchange.endBefore.call(this, chunk, encoding, callback);
  // Again, since HTTP/2's own `end` has its chunk counted by `write`.
  exchange.responseBytes = given;
  return result;
}

function writeHead(this: ServerResponse, status: number, reason?: unknown, headers?: unknown): ServerResponse {
  const exchange = exchangeOf(this) as HttpExchange;
  const { correlationId } = exchange;
  if (correlationId !== undefined && exchange.headersAt === 0 && !bearsCorrelationId(this, headers ?? reason)) {
    this.setHeader(CORRELATION_ID_HEADER, correlationId);
  }
  const result = exchange.writeHeadBefore.call(this, status, reason, headers);
  if (exchange.headersAt === 0) exchange.headersAt = nowSeconds();
  return result;
}

function bearsCorrelationId(response: ServerResponse, given: unknown): boolean {
  const headers = given as { [CORRELATION_ID_HEADER]?: unknown } | undefined;
  return headers?.[CORRELATION_ID_HEADER] !== undefined || response.hasHeader(CORRELATION_ID_HEADER);
}

function destroy(this: ServerResponse, error?: Error): ServerResponse {
  const exchange = exchangeOf(this) as HttpExchange;
  // A socket that is destroyed already was left by the client, and the application only tidies up.
  if (this.socket?.destroyed === false && !this.writableFinished) exchange.brokenHere = true;
  return exchange.destroyBefore.call(this, error);
}

function push(this: IncomingMessage, chunk: unknown, encoding?: BufferEncoding): boolean {
  const exchange = exchangeOf(this) as HttpExchange;
  exchange.requestBytes += lengthOf(chunk, encoding);
  return exchange.pushBefore.call(this, chunk, encoding);
}

function onClose(this: ServerResponse): void {
  const exchange = exchangeOf(this) as HttpExchange;
  // Some emit it twice, and taking the listener off costs more than looking.
  if (exchange.closed) return;
  exchange.closed = true;
  exchange.owner.finish(exchange);
}
