import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { honoMetrics } from '../../adapters/hono/index.js';
import { context } from '../../src/index.js';
import { filledWebStream } from '../contract/filled-bodies.js';
import type { AdapterOptions, HttpHarness } from '../contract/http-harness.js';
import { work } from '../contract/work.js';
import type { HonoPackages, HonoRow } from './hono-rows.js';

// biome-ignore lint/suspicious/noExplicitAny: three versions of Hono stand here, each with types of its own.
type Any = any;

const directory = mkdtempSync(join(tmpdir(), 'promptheus-static-'));
writeFileSync(join(directory, 'hello.txt'), 'hello');
// node-server 1 takes no absolute path.
const root = relative(process.cwd(), directory);

export function honoHarness({ name }: HonoRow, packages: HonoPackages): HttpHarness {
  return {
    name,
    part: 'hono',
    catchesRejections: true,
    tellsErrors: true,
    resolvesDots: true,
    differs: {
      // Hono compares letters as they are.
      'the letters of the declaration': ['unmatched', 404],
      'upper case in a mount path': ['unmatched', 404],
      // An expression is part of a path.
      'a regular expression': ['/regex/:n{\\\\d+}', 200],
      // What Hono cannot decode it hands over as it is.
      'a broken escape': ['/Users/:id', 200],
      // Hono answers no OPTIONS by itself.
      OPTIONS: ['unmatched', 404],
    },
    async start(options) {
      const app = buildApp(packages, options);
      const server: Server = packages.node.serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
      await once(server, 'listening');
      return {
        port: (server.address() as AddressInfo).port,
        async close() {
          server.close();
          server.closeAllConnections();
          await once(server, 'close');
        },
      };
    },
  };
}

/** The suite's callbacks read a request of Node's kind, where Hono hands over its `c`. */
function readingContext({ skip, tenant, labels, http, ...rest }: AdapterOptions): Any {
  const requestOf = (c: Any) => ({ headers: c.req.header(), url: c.req.path });
  const read = (callback: Any) => callback && ((c: Any, response: Any) => callback(requestOf(c), response));
  return {
    ...rest,
    skip: read(skip),
    tenant: tenant && { from: read(tenant.from) },
    labels:
      labels &&
      Object.fromEntries(Object.entries(labels).map(([name, { allow, from }]) => [name, { allow, from: read(from) }])),
    http: http && { ...http, endpoint: read(http.endpoint) },
  };
}

function buildApp(packages: HonoPackages, options: AdapterOptions): Any {
  const { Hono, serveStatic } = packages;
  const app = new Hono();
  app.use(honoMetrics(readingContext(options)));
  app.use(honoMetrics(readingContext(options)));
  routes(packages, app);
  bodies(packages, app);
  failures(packages, app);
  const lastOf = (path: string) => path.slice(path.lastIndexOf('/'));
  app.use('/static/*', serveStatic({ root, rewriteRequestPath: lastOf }));
  app.use('/t/:org/files/*', serveStatic({ root, rewriteRequestPath: lastOf }));
  app.get('/sends', serveStatic({ path: join(root, 'hello.txt') }));
  app.get('/rest/*', (c: Any) => c.text('rest'));
  app.onError((error: Any, c: Any) => c.text('failed', error.status ?? 500));
  return app;
}

// With a status: node-server 1 fails the HEAD of a response that was made of a text alone.
const ok = (c: Any) => c.text('ok', 200);

function routes({ Hono }: HonoPackages, app: Any): void {
  app.get('/plain', ok);
  app.get('/Users/:id', ok);
  app.all('/any', ok);
  const users = new Hono();
  users.get('/', ok);
  users.get('/boom/now', () => {
    throw new Error('boom');
  });
  users.get('/:id', ok);
  const api = new Hono();
  api.route('/users', users);
  app.route('/t/:org/api', api);
  app.route('/first', users);
  app.route('/second', users);
  const sub = new Hono();
  sub.get('/deep/:id', ok);
  app.route('/sub/:version', sub);
  app.get('/regex/:n{\\d+}', ok);
  app.on('GET', ['/one/:a', '/two/:b', '/three'], ok);
  for (const path of ['/left/:side', '/right']) app.route(path, users);
  app.get('/passes/on', (_c: Any, next: Any) => next());
  app.get('/passes/:to', async (_c: Any, next: Any) => {
    await next();
  });
  app.get('/passes/:last', (c: Any, next: Any) => (c.req.param('last') === 'here' ? ok(c) : next()));
  app.get('/moved', (c: Any) => c.redirect('/plain'));
  app.get('/works/:id', async (c: Any) => c.text(await work(c.req.param('id'))));
  app.get('/id', async (c: Any) => {
    await new Promise((resolve) => setImmediate(resolve));
    return c.json({ tenant: context.current().tenant, id: context.correlationId() });
  });
}

function bodies({ streaming }: HonoPackages, app: Any): void {
  app.post('/upload', async (c: Any) => {
    let bytes = 0;
    for await (const chunk of c.req.raw.body) bytes += chunk.length;
    return c.text(String(bytes));
  });
  app.get('/chunks', (c: Any) =>
    streaming.stream(c, async (stream: Any) => {
      await stream.write('a'.repeat(500));
      await stream.write(new Uint8Array(250));
      await stream.write('é'.repeat(125));
    }),
  );
  for (const path of ['/events', '/live/:id']) {
    app.get(path, (c: Any) =>
      streaming.streamSSE(c, async (stream: Any) => {
        for (let sent = 0; sent < 20 && !stream.aborted; sent++) {
          await stream.sleep(100);
          await stream.writeSSE({ data: '1' });
        }
      }),
    );
  }
  app.get('/filled/:body', (c: Any) => {
    const name = c.req.param('body');
    return name === 'web-response' ? new Response(filledWebStream(name)) : c.body(filledWebStream(name));
  });
  app.get('/fills', (c: Any) =>
    streaming.stream(c, async (stream: Any) => {
      await stream.write('x'.repeat(1_000));
      // In a tick of its own: what is written in one tick leaves in one piece.
      await stream.sleep(20);
      await stream.write(Buffer.alloc(200_000_000));
    }),
  );
}

function failures({ HTTPException }: HonoPackages, app: Any): void {
  app.get('/throws/:id', () => {
    throw new Error('thrown');
  });
  app.get('/hands/:id', () => {
    throw new HTTPException(503);
  });
  for (const path of ['/rejects', '/rejects/alone']) {
    app.get(path, async () => {
      await Promise.resolve();
      throw new Error('rejected');
    });
  }
  app.get('/never', () => new Promise(() => {}));
  app.get('/breaks', (c: Any) => {
    const half = new TextEncoder().encode('half');
    const failing = async (controller: ReadableStreamDefaultController) => {
      await new Promise((resolve) => setImmediate(resolve));
      controller.error(new Error('broken'));
    };
    return c.body(new ReadableStream({ start: (controller) => controller.enqueue(half), pull: failing }));
  });
}
