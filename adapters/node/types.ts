import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { HttpLabel, HttpMetricsOptions } from '../shared/http/types.js';

/** The request of a listener: HTTP/1's, or that of HTTP/2's compatibility API. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;

/** A further label: its values are listed, so that it cannot grow. */
export type NodeLabel = HttpLabel<NodeRequest>;

/** Options of `instrumentServer`; every one may be left out. */
export type NodeMetricsOptions = HttpMetricsOptions<NodeRequest>;
