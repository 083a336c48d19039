import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions as TlsOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { PromptheusError, show } from '../errors/promptheus-error.js';
import { pathOfTarget } from '../internal/request-target.js';
import { type AccessOptions, createAccessCheck } from './access.js';
import type { ScrapeHandler } from './scrape-handler.js';

export interface MetricsServerOptions extends AccessOptions {
  /** Default: 8090; 0 takes any free one. */
  readonly port?: number;
  /** Default: 0.0.0.0. */
  readonly host?: string;
  /** Serve from a thread of its own. Not available yet: `true` is refused. */
  readonly thread?: boolean;
  /** Certificate and key, as node:https takes them. */
  readonly tls?: TlsOptions;
}

export interface MetricsServer {
  readonly port: number;
  readonly url: string;
  /** Stops listening and closes what is open. */
  close(): Promise<void>;
}

const DEFAULT_PORT = 8090;
const KNOWN = new Set(['port', 'host', 'thread', 'tls', 'auth', 'allow']);

/**
 * Serves `/metrics` from a server of its own.
 *
 * @throws {PORT_IN_USE} {SERVER_FAILED} {THREAD_UNAVAILABLE} {INVALID_OPTION}
 */
export async function startMetricsServer(
  handler: ScrapeHandler,
  options: MetricsServerOptions,
  log: (message: string) => void,
): Promise<MetricsServer> {
  assertOptions(options);
  const { port = DEFAULT_PORT, host = '0.0.0.0', tls } = options;
  const own = options.auth !== undefined || options.allow !== undefined;
  const check = own ? createAccessCheck(options) : undefined;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    void respond(handler, check, request, response);
  };
  const server = tls === undefined ? createHttpServer(answer) : createHttpsServer(tls, answer);
  await listen(server, port, host);
  server.unref();
  const bound = (server.address() as AddressInfo).port;
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const url = `${tls === undefined ? 'http' : 'https'}://${shown}:${bound}/metrics`;
  log(`metrics server on ${host}:${bound}, scrape ${url}`);
  return { port: bound, url, close: () => close(server) };
}

async function respond(
  handler: ScrapeHandler,
  check: ReturnType<typeof createAccessCheck> | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (pathOfTarget(request.url) !== '/metrics') {
    response
      .writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' })
      .end('Not Found: the metrics are at /metrics\n');
    return;
  }
  const scrape = { method: request.method, headers: request.headers, remoteAddress: request.socket.remoteAddress };
  const { status, headers, body } = await handler.scrape(scrape, check);
  response.writeHead(status, headers).end(body);
}

function assertOptions(options: MetricsServerOptions): void {
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key))
      throw new PromptheusError('INVALID_OPTION', `startMetricsServer has no option ${show(key)}. Leave it out.`);
  }
  const { port = DEFAULT_PORT, thread } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new PromptheusError('INVALID_OPTION', `port must be a whole number from 0 to 65535, got ${show(port)}.`);
  }
  if (thread === true) {
    throw new PromptheusError(
      'THREAD_UNAVAILABLE',
      'thread: true is not available yet; the main thread serves. Leave it out.',
    );
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Stays when the server listens: an error that nobody listens for would end the process.
    server.on('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new PromptheusError(
              'PORT_IN_USE',
              `Port ${port} on ${host} is taken. Choose another, or 0 for any free one.`,
              { cause: error },
            )
          : new PromptheusError(
              'SERVER_FAILED',
              `The metrics server could not listen on ${host}:${port}: ${error.message}.`,
              { cause: error },
            ),
      );
    });
    server.listen(port, host, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
