import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpLabel, HttpMetricsOptions } from '../http/types.js';

/** What callbacks here may want of a request; it is Fastify's own object. */
export interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly id: string;
  readonly method: string;
  /** After `rewriteUrl`; `originalUrl` is what was asked for. */
  readonly url: string;
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly ip: string;
  readonly host: string;
  /** `url` is the pattern of the route, with the prefixes; `undefined` where there is none. */
  readonly routeOptions: { readonly url?: string | undefined; readonly config: object };
}

/** A further label: its values are listed, so that it cannot grow. */
export type FastifyLabel = HttpLabel<FastifyRequest>;

/** Options of `fastifyMetrics`; every one may be left out. */
export type FastifyMetricsOptions = HttpMetricsOptions<FastifyRequest>;

/** What the hooks use of a reply. */
export interface FastifyReply {
  readonly raw: ServerResponse;
  header(name: string, value: string): unknown;
  hijack(): unknown;
}

type ErrorHook = (request: FastifyRequest, reply: FastifyReply, error: unknown, done: () => void) => void;
type RequestHook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/** What the hooks need of an application, whoever made it. */
export interface FastifyApplication {
  readonly server: {
    prependListener(event: 'request', listener: (request: IncomingMessage, response: ServerResponse) => void): unknown;
  };
  addHook(name: 'onRequest' | 'preValidation', hook: RequestHook): unknown;
  addHook(name: 'onError', hook: ErrorHook): unknown;
  addHook(name: 'onReady', hook: () => Promise<void>): unknown;
  addHook(name: 'onClose', hook: () => Promise<void>): unknown;
}
