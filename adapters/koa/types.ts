import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpLabel, HttpMetricsOptions } from '../shared/http/types.js';

/** Koa's `ctx`, as far as callbacks here may want it; it is Koa's own object. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  // biome-ignore lint/suspicious/noExplicitAny: Koa's own type, or what the application adds to it.
  readonly app: any;
  // biome-ignore lint/suspicious/noExplicitAny: Koa's own type, or what the application adds to it.
  readonly request: any;
  // biome-ignore lint/suspicious/noExplicitAny: Koa's own type, or what the application adds to it.
  readonly response: any;
  // biome-ignore lint/suspicious/noExplicitAny: the application's own.
  readonly state: any;
  readonly method: string;
  readonly url: string;
  readonly originalUrl: string;
  readonly path: string;
  readonly host: string;
  readonly hostname: string;
  readonly ip: string;
  readonly headers: IncomingMessage['headers'];
  readonly query: Readonly<Record<string, string | string[] | undefined>>;
  /** A router's. */
  readonly params?: Readonly<Record<string, string>>;
  get(field: string): string;
}

/** A further label: its values are listed, so that it cannot grow. */
export type KoaLabel = HttpLabel<KoaContext>;

/** Options of `koaMetrics`; every one may be left out. */
export type KoaMetricsOptions = HttpMetricsOptions<KoaContext>;

/** A middleware, in the shape that `app.use` takes. */
// biome-ignore lint/suspicious/noExplicitAny: Koa's own types, and a router's, must both accept it.
export type KoaMiddleware = (ctx: any, next: () => Promise<any>) => Promise<any>;
