import {
  type AdapterInstance,
  activeTraceContext,
  availableInstruments,
  currentState,
  type HttpClientCall,
  nowSeconds,
  safely,
  type TraceContext,
  traceparentOf,
} from '../../src/adapter.js';
import { failureOf } from './failure.js';
import { type HostList, portOf } from './host-list.js';

/** By which a request finds its call, whichever copy of the package measures it. */
const CALL = Symbol.for('promptheus.undici.call.v1');
const MOST_ORIGINS = 1_000;

/** A request of undici, as far as its channels promise it. */
interface UndiciRequest {
  readonly origin: unknown;
  readonly method: string;
  /** Names and values by turns. */
  readonly headers: unknown;
  addHeader?(name: string, value: string): unknown;
  [CALL]?: Call;
}

interface Message {
  readonly request: UndiciRequest;
  readonly response?: { readonly statusCode: number };
  readonly error?: unknown;
}

/** Where requests go, as their labels say it. */
interface Target extends Pick<HttpClientCall, 'scheme' | 'host' | 'address' | 'port'> {
  /** The correlation id and the trace may be told there. */
  readonly trusted: boolean;
}

interface Call {
  readonly owner: OutgoingRequests;
  readonly target: Target;
  readonly startedAt: number;
  readonly traceContext: TraceContext | undefined;
  readonly event: HttpClientCall['event'];
  /** Of the headers; 0 before. */
  status: number;
  ended: boolean;
}

const UNKNOWN: Target = { scheme: 'http', host: 'unknown', address: 'unknown', port: '', trusted: false };

/** What goes out, from the four messages that undici publishes of each request. None of them may throw: that would end the process. */
export class OutgoingRequests {
  private readonly targets = new Map<string, Target>();

  constructor(
    private readonly promptheus: AdapterInstance | undefined,
    private readonly hosts: HostList | undefined,
    private readonly trusted: HostList,
  ) {}

  readonly onCreate = (message: unknown): void =>
    this.guarded(() => {
      const { request } = message as Message;
      if (request[CALL] !== undefined) return;
      const target = this.targetOf(String(request.origin));
      const traceContext = activeTraceContext();
      const event = availableInstruments(this.promptheus)?.wideEvents?.around();
      request[CALL] = { owner: this, target, startedAt: nowSeconds(), traceContext, event, status: 0, ended: false };
      if (target.trusted) passOn(request, traceContext);
    });

  readonly onHeaders = (message: unknown): void =>
    this.guarded(() => {
      const { request, response } = message as Message;
      const call = this.callOf(request);
      // The last of them counts: others may come before, such as 103.
      if (call !== undefined) call.status = response?.statusCode ?? 0;
    });

  readonly onTrailers = (message: unknown): void =>
    this.guarded(() => {
      const { request } = message as Message;
      this.end(request, (call) => call.status || 'error');
    });

  readonly onError = (message: unknown): void =>
    this.guarded(() => {
      const { request, error } = message as Message;
      // A response that told of a failure is often left unread: by its status, it is known all the same.
      this.end(request, ({ status }) => (status >= 400 ? status : failureOf(error)));
    });

  private end(request: UndiciRequest, statusOf: (call: Call) => HttpClientCall['status']): void {
    const call = this.callOf(request);
    if (call === undefined || call.ended) return;
    call.ended = true;
    const { target, startedAt, traceContext, event } = call;
    const { scheme, host, address, port } = target;
    const seconds = nowSeconds() - startedAt;
    const status = statusOf(call);
    availableInstruments(this.promptheus)?.httpClient.record({
      method: request.method,
      scheme,
      host,
      address,
      port,
      status,
      seconds,
      traceContext,
      event,
    });
  }

  private callOf(request: UndiciRequest): Call | undefined {
    const call = request[CALL];
    return call?.owner === this ? call : undefined;
  }

  private targetOf(origin: string): Target {
    let target = this.targets.get(origin);
    if (target !== undefined) return target;
    target = this.read(origin);
    // Where an application goes may be told by its users.
    if (this.targets.size >= MOST_ORIGINS) this.targets.clear();
    this.targets.set(origin, target);
    return target;
  }

  private read(origin: string): Target {
    const url = URL.parse(origin);
    if (url === null) return UNKNOWN;
    const scheme = url.protocol === 'https:' ? 'https' : 'http';
    const trusted = this.trusted.find(url) !== undefined;
    if (this.hosts === undefined) {
      return { scheme, host: url.host, address: url.hostname, port: portOf(url), trusted };
    }
    const listed = this.hosts.find(url) ?? 'other';
    return { scheme, host: listed, address: listed, port: '', trusted };
  }

  private guarded(fn: () => void): void {
    const instruments = availableInstruments(this.promptheus);
    if (instruments !== undefined) safely(instruments, 'undici', fn);
  }
}

/** Never in place of a header that the caller has set. */
function passOn(request: UndiciRequest, traceContext: TraceContext | undefined): void {
  const { headers } = request;
  if (!Array.isArray(headers)) return;
  const add = (name: string, value: string | undefined): void => {
    const given = headers.some((header, at) => at % 2 === 0 && String(header).toLowerCase() === name);
    if (value !== undefined && !given) request.addHeader?.(name, value);
  };
  add('x-correlation-id', currentState().correlationId);
  add('traceparent', traceContext && traceparentOf(traceContext));
}
