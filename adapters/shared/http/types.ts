import type { ServerResponse } from 'node:http';
import type { AdapterInstance } from '../../../src/adapter.js';

/** A further label: its values are listed, so that it cannot grow. `Q` is the framework's own request. */
export interface HttpLabel<Q> {
  /** The values that it may have; another is counted as `other`. */
  readonly allow: readonly string[];
  /** Called when the response is closed. `undefined` or a throw: `unknown`. */
  from(request: Q, response: ServerResponse): string | undefined;
}

/** What every adapter of an HTTP framework takes; every option may be left out. `Q` is the framework's own request. */
export interface HttpMetricsOptions<Q> {
  /** Default: the default instance, looked up at the first request. */
  readonly promptheus?: AdapterInstance;
  /** Where the metrics are answered; `false`: nowhere. Default: `'/metrics'`. */
  readonly path?: string | false;
  /** `true` leaves a request out of the metrics; it keeps its correlation id. */
  skip?(request: Q): boolean;
  readonly tenant?: {
    /** The tenant of a request, by what stands in it before any route runs (a header, a host). */
    from(request: Q): string | undefined;
  };
  /** Further labels of `http_request_duration_seconds`. */
  readonly labels?: Readonly<Record<string, HttpLabel<Q>>>;
  readonly http?: {
    /** Bounds of `http_request_duration_seconds` in seconds. Default: the instance's. */
    readonly buckets?: readonly number[];
    /** Endpoints that stream: a client that leaves them after the headers is their normal end. Default: the instance's. */
    readonly streams?: readonly string[];
    /** Names the endpoint of a request where a route says too little (a catch-all). `undefined`: the route's pattern. */
    endpoint?(request: Q): string | undefined;
  };
}
