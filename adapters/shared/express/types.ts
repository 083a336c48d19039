import type { IncomingMessage } from 'node:http';
import type { HttpLabel, HttpMetricsOptions } from '../http/types.js';

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
export type ExpressLabel = HttpLabel<ExpressRequest>;

/** Options of `expressMetrics`; every one may be left out. */
export type ExpressMetricsOptions = HttpMetricsOptions<ExpressRequest>;

/** A middleware, in the shape that `app.use` takes in Express 4 and 5. */
// biome-ignore lint/suspicious/noExplicitAny: Express's own types of two majors must both accept it.
export type ExpressMiddleware = (request: any, response: any, next: (error?: any) => void) => void;
