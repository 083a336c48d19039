import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpLabel, HttpMetricsOptions } from '../shared/http/types.js';

/** Hono's `c.req`, as far as callbacks here may want it. */
export interface HonoRequest {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly raw: Request;
  header(name: string): string | undefined;
  query(name: string): string | undefined;
  param(name: string): string | undefined;
}

/** Hono's `c`; it is Hono's own object. */
export interface HonoContext {
  readonly req: HonoRequest;
  /** The bindings: on @hono/node-server, Node's own request and response. */
  // biome-ignore lint/suspicious/noExplicitAny: the application's own, or the runtime's.
  readonly env: any;
  // biome-ignore lint/suspicious/noExplicitAny: the application's own.
  readonly var: any;
  readonly res: Response;
  readonly finalized: boolean;
  readonly error: Error | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the application's own.
  get(key: string): any;
  header(name: string, value: string): void;
  body(data: Uint8Array, status: number, headers: Readonly<Record<string, string>>): Response;
}

/** What @hono/node-server puts in `c.env`. */
export interface NodeBindings {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** A further label: its values are listed, so that it cannot grow. */
export type HonoLabel = HttpLabel<HonoContext>;

/** Options of `honoMetrics`; every one may be left out. */
export type HonoMetricsOptions = HttpMetricsOptions<HonoContext>;

export type Next = () => Promise<void>;

/** What Hono takes from a middleware: a response, or nothing where it went on. */
// biome-ignore lint/suspicious/noConfusingVoidType: that is how Hono has it.
export type Answer = Response | void;

/** A middleware, in the shape that `app.use` takes. */
// biome-ignore lint/suspicious/noExplicitAny: Hono's own types of all its versions must accept it.
export type HonoMiddleware = (c: any, next: Next) => Promise<Answer>;
