import { once } from 'node:events';
import { createReadStream, existsSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { connect as connectTls, type TlsOptions } from 'node:tls';
import { instrumentServer } from '../../adapters/node/index.js';
import { context, observeHttp } from '../../src/index.js';
import { filledReadable } from '../contract/filled-bodies.js';
import type { AdapterOptions, HttpHarness } from '../contract/http-harness.js';
import { work } from '../contract/work.js';

type Handler = (request: IncomingMessage, response: ServerResponse, params: Record<string, string>) => unknown;

interface Route {
  readonly methods: readonly string[] | undefined;
  readonly pattern: string;
  readonly matches: RegExp;
  readonly handler: Handler;
}

const directory = mkdtempSync(join(tmpdir(), 'promptheus-static-'));
writeFileSync(join(directory, 'hello.txt'), 'hello');

// A shared key in place of a certificate: nothing here expires, and no private key lies in the repository.
const key = Buffer.from('promptheus-test');
export const tls: TlsOptions = { ciphers: 'PSK', maxVersion: 'TLSv1.2', pskCallback: () => key };
export const tlsClient = {
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2',
  pskCallback: () => ({ psk: key, identity: 'test' }),
  checkServerIdentity: () => undefined,
} as const;

export const nodeHttp: HttpHarness = harness('node:http', (options) => ({
  server: instrumentServer(createServer(listenerOf(options)), serverOptions(options)),
}));

/** HTTP/1.1 on a server of HTTP/2, behind a proxy that speaks TLS for the suite's raw sockets. */
export const nodeHttp2: HttpHarness = harness('node:http2, allowHTTP1', (options) => {
  const server = createSecureServer({ ...tls, allowHTTP1: true });
  instrumentServer(server, serverOptions(options));
  // After it was instrumented, and one that does nothing before: the order of listeners makes no difference.
  server.on('request', () => {});
  server.on('request', listenerOf(options) as never);
  return { server, front: tlsProxy(server) };
});

function harness(name: string, build: (options: AdapterOptions) => { server: Server; front?: Server }): HttpHarness {
  return {
    name,
    part: 'node',
    catchesRejections: true,
    tellsErrors: true,
    async start(options) {
      const { server, front } = build(options);
      const sockets = new Set<{ destroy(): void }>();
      const listening = [server, ...(front === undefined ? [] : [front])];
      for (const one of listening) {
        one.on('connection', (socket) => sockets.add(socket));
        await once(one.listen(0, '127.0.0.1'), 'listening');
      }
      return {
        port: ((front ?? server).address() as AddressInfo).port,
        async close() {
          for (const one of listening) one.close();
          for (const socket of sockets) socket.destroy();
          await once(server, 'close');
        },
      };
    },
  };
}

function tlsProxy(server: Server): Server {
  return createTcpServer((plain) => {
    const { port } = server.address() as AddressInfo;
    const secure = connectTls({ socket: connect(port, '127.0.0.1'), ...tlsClient });
    plain.pipe(secure).pipe(plain);
    for (const [one, other] of [
      [plain, secure],
      [secure, plain],
    ] as const) {
      one.on('error', () => {}).on('close', () => other.destroy());
    }
  });
}

/** Where the suite names endpoints by `http.endpoint`, that names the others as well: a name from inside would win over it. */
function serverOptions(options: AdapterOptions): AdapterOptions {
  const named = options.http?.endpoint;
  if (named === undefined) return options;
  const endpoint = (request: IncomingMessage) => named(request) ?? routeOf(request)?.route.pattern;
  return { ...options, http: { ...options.http, endpoint } };
}

function listenerOf(options: AdapterOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const namesInside = options.http?.endpoint === undefined;
  return async (request, response) => {
    try {
      const found = routeOf(request);
      if (found === undefined) {
        return void response.writeHead(request.method === 'OPTIONS' ? 200 : 404).end('no route');
      }
      const { handler, pattern: endpoint } = found.route;
      const { promptheus } = options;
      await (namesInside ? observeHttp(handler, { endpoint, promptheus }) : handler)(request, response, found.params);
    } catch (error) {
      if (response.headersSent) return void response.destroy();
      const status = error instanceof URIError ? 400 : ((error as { status?: number }).status ?? 500);
      response.writeHead(status).end('failed');
    }
  };
}

function routeOf(request: IncomingMessage): { route: Route; params: Record<string, string> } | undefined {
  const [path = ''] = (request.url ?? '').replace(/^http:\/\/[^/]*/, '').split('?');
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  for (const route of routes) {
    const match = route.matches.exec(path);
    if (match === null || route.methods?.includes(method) === false) continue;
    const params: Record<string, string> = {};
    for (const [name, value] of Object.entries(match.groups ?? {})) params[name] = decodeURIComponent(value);
    const isFile = route.pattern.endsWith('files/*') || route.pattern === '/static/*';
    if (!isFile || existsSync(join(directory, params.rest ?? ''))) return { route, params };
  }
  return undefined;
}

const routes: Route[] = [];

function on(methods: string | undefined, pattern: string, handler: Handler): void {
  const source = pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)').replace('*', '(?<rest>.+)');
  routes.push({ methods: methods?.split(' '), pattern, matches: new RegExp(`^${source}/?$`, 'i'), handler });
}

const ok: Handler = (_request, response) => response.end('ok');
const file: Handler = (_request, response, { rest = 'hello.txt' }) => {
  response.setHeader('Content-Length', statSync(join(directory, rest)).size);
  createReadStream(join(directory, rest)).pipe(response);
};

on('GET', '/plain', ok);
on(undefined, '/any', ok);
for (const mount of ['', '/first', '/second', '/t/:org/api/users']) {
  on('GET', `${mount}${mount === '' ? '/Users' : ''}/:id`, ok);
  if (mount !== '') on('GET', mount, ok);
}
on('GET', '/t/:org/api/users/boom/now', () => {
  throw new Error('boom');
});
on('GET', '/sub/:version/deep/:id', ok);
routes.push({ methods: ['GET'], pattern: /^\/regex\/\d+$/.source, matches: /^\/regex\/\d+$/, handler: ok });
for (const pattern of ['/one/:a', '/two/:b', '/three', '/left/:side/:id', '/right/:id']) on('GET', pattern, ok);
routes.push({ methods: ['GET'], pattern: '/passes/:last', matches: /^\/passes\/here$/, handler: ok });
on('GET', '/works/:id', async (request, response) => {
  response.end(await work(request.url?.split('/').at(-1) ?? ''));
});
on('GET', '/id', async (_request, response) => {
  await new Promise((resolve) => setImmediate(resolve));
  response.end(JSON.stringify({ tenant: context.current().tenant, id: context.correlationId() }));
});
on('POST', '/upload', (request, response) => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => (bytes += chunk.length));
  request.on('end', () => response.end(String(bytes)));
});
on('GET', '/chunks', (_request, response) => {
  response.write('a'.repeat(500));
  response.write(Buffer.alloc(250));
  response.end('é'.repeat(125));
});
on('GET', '/sends', file);
on('GET', '/static/*', file);
on('GET', '/t/:org/files/*', file);
on('GET', '/moved', (_request, response) => response.writeHead(302, { Location: '/plain' }).end());
for (const path of ['/events', '/live/:id']) {
  on('GET', path, (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    let sent = 0;
    const timer = setInterval(() => {
      response.write('data: 1\n\n');
      if (++sent === 20) response.end();
    }, 100);
    response.on('close', () => clearInterval(timer));
  });
}
on('GET', '/filled/:body', (_request, response, { body = '' }) => {
  pipeline(filledReadable(body), response, () => {});
});
on('GET', '/fills', (_request, response) => {
  response.write('x'.repeat(1_000));
  // In a tick of its own: what is written in one tick leaves in one piece.
  setTimeout(() => response.write(Buffer.alloc(200_000_000)), 20);
});
on('GET', '/throws/:id', () => {
  throw new Error('thrown');
});
on('GET', '/hands/:id', () => {
  throw Object.assign(new Error('handed'), { status: 503 });
});
for (const path of ['/rejects', '/rejects/alone']) {
  on('GET', path, async () => {
    await Promise.resolve();
    throw new Error('rejected');
  });
}
on('GET', '/never', () => {});
on('GET', '/breaks', (_request, response) => {
  response.write('half');
  setImmediate(() => response.destroy());
});
on('GET', '/rest/*', ok);
