import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AdapterInstance } from '../../src/adapter.js';

/** What Express adds to a request, as far as callbacks here may want it; the request is Express's own object. */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly baseUrl?: string;
  readonly path?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly app?: unknown;
}

/** A further label: its values are listed, so that it cannot grow. */
export interface ExpressLabel {
  /** The values that it may have; another is counted as `other`. */
  readonly allow: readonly string[];
  /** Called when the response is closed. `undefined` or a throw: `unknown`. */
  from(request: ExpressRequest, response: ServerResponse): string | undefined;
}

/** Options of {@link expressMetrics}; every one may be left out. */
export interface ExpressMetricsOptions {
  /** Default: the default instance, looked up at the first request. */
  readonly promptheus?: AdapterInstance;
  /** Where the metrics are answered; `false`: nowhere. Default: `'/metrics'`. */
  readonly path?: string | false;
  /** `true` leaves a request out of the metrics; it keeps its correlation id. */
  skip?(request: ExpressRequest): boolean;
  readonly tenant?: {
    /** The tenant of a request, by what stands in it before any route runs (a header, a host). */
    from(request: ExpressRequest): string | undefined;
  };
  /** Further labels of `http_request_duration_seconds`. */
  readonly labels?: Readonly<Record<string, ExpressLabel>>;
  readonly http?: {
    /** Bounds of `http_request_duration_seconds` in seconds. Default: the instance's. */
    readonly buckets?: readonly number[];
    /** Endpoints that stream: a client that leaves them after the headers is their normal end. Default: the instance's. */
    readonly streams?: readonly string[];
    /** Names the endpoint of a request where a route says too little (a catch-all). `undefined`: the route's pattern. */
    endpoint?(request: ExpressRequest): string | undefined;
  };
}

/** A middleware, in the shape that `app.use` takes in Express 4 and 5. */
// biome-ignore lint/suspicious/noExplicitAny: Express's own types of two majors must both accept it.
export type ExpressMiddleware = (request: any, response: any, next: (error?: any) => void) => void;
