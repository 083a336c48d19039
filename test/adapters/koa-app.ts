import { once } from 'node:events';
import { createReadStream, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import Koa from 'koa';
import mount from 'koa-mount';
import { koaMetrics } from '../../adapters/koa/index.js';
import { context } from '../../src/index.js';
import { filled } from '../contract/filled-bodies.js';
import type { AdapterOptions, HttpHarness } from '../contract/http-harness.js';
import { work } from '../contract/work.js';
import type { KoaRow, RouterClass } from './koa-rows.js';

// biome-ignore lint/suspicious/noExplicitAny: six routers stand here, each with types of its own or none.
type Any = any;

const directory = mkdtempSync(join(tmpdir(), 'promptheus-static-'));
writeFileSync(join(directory, 'hello.txt'), 'hello');

/** What koa-static does: it answers with the file, or passes on. */
function serveFiles(ctx: Any, next: Any): Any {
  const file = join(directory, basename(ctx.path));
  if (!existsSync(file)) return next();
  ctx.type = 'text';
  ctx.body = createReadStream(file);
}

export function koaHarness({ name, rest }: KoaRow, Router: RouterClass): HttpHarness {
  return {
    name: `Koa 3, ${name}`,
    part: 'koa',
    catchesRejections: true,
    tellsErrors: true,
    differs: {
      // koa-mount knows no params, so it is a route that sends these.
      'static files under a param': [`/t/:org/files/${rest}`, 200],
      // A router of Koa hands over what it cannot decode as it is.
      'a broken escape': ['/Users/:id', 200],
    },
    async start(options) {
      const server: Server = buildApp(Router, rest, options).listen(0, '127.0.0.1');
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

function buildApp(Router: RouterClass, rest: string, options: AdapterOptions): Koa {
  const app = new Koa();
  app.silent = true;
  app.use(koaMetrics(options));
  app.use(koaMetrics(options));
  const router = new Router();
  routes(Router, app, router);
  bodies(router);
  failures(router);
  app.use(mount('/static', serveFiles));
  router.get(`/t/:org/files/${rest}`, serveFiles);
  router.get(`/rest/${rest}`, (ctx: Any) => (ctx.body = 'rest'));
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

const ok = (ctx: Any) => (ctx.body = 'ok');

function routes(Router: RouterClass, app: Koa, router: Any): void {
  router.get('/plain', ok);
  router.get('/Users/:id', ok);
  router.all('/any', ok);
  const users = new Router();
  users.get('/', ok);
  users.get('/:id', ok);
  users.get('/boom/now', () => {
    throw new Error('boom');
  });
  const api = new Router();
  api.use('/users', users.routes());
  router.use('/t/:org/api', api.routes());
  router.use('/first', users.routes());
  app.use(mount('/second', (ctx: Any, next: Any) => users.routes()(ctx, next)));
  const sub = new Koa();
  sub.use(new Router({ prefix: '/:version' }).get('/deep/:id', ok).routes());
  app.use(mount('/sub', sub));
  router.get(/^\/regex\/\d+$/, ok);
  router.get(['/one/:a', '/two/:b', '/three'], ok);
  router.use(['/left/:side', '/right'], users.routes());
  router.get('/passes/on', (_ctx: Any, next: Any) => next());
  router.get('/passes/:to', async (_ctx: Any, next: Any) => {
    await next();
  });
  router.get('/passes/:last', (ctx: Any, next: Any) => (ctx.params.last === 'here' ? ok(ctx) : next()));
  router.get('/works/:id', async (ctx: Any) => {
    ctx.body = await work(ctx.params.id);
  });
  router.get('/id', async (ctx: Any) => {
    await new Promise((resolve) => setImmediate(resolve));
    ctx.body = { tenant: context.current().tenant, id: context.correlationId() };
  });
}

function bodies(router: Any): void {
  router.post('/upload', async (ctx: Any) => {
    let bytes = 0;
    for await (const chunk of ctx.req) bytes += chunk.length;
    ctx.body = String(bytes);
  });
  router.get('/chunks', (ctx: Any) => {
    ctx.body = Readable.from(['a'.repeat(500), Buffer.alloc(250), 'é'.repeat(125)]);
  });
  router.get('/sends', (ctx: Any) => (ctx.body = createReadStream(join(directory, 'hello.txt'))));
  router.get('/moved', (ctx: Any) => ctx.redirect('/plain'));
  for (const path of ['/events', '/live/:id']) {
    router.get(path, (ctx: Any) => {
      ctx.type = 'text/event-stream';
      const events = new PassThrough();
      let sent = 0;
      const timer = setInterval(() => {
        events.write('data: 1\n\n');
        if (++sent === 20) events.end();
      }, 100);
      events.on('close', () => clearInterval(timer));
      ctx.body = events;
    });
  }
  router.get('/filled/:body', (ctx: Any) => {
    const body = filled(ctx.params.body);
    ctx.body = ctx.params.body === 'web-response' ? new Response(body as ReadableStream) : body;
  });
  router.get('/fills', (ctx: Any) => {
    const filling = new PassThrough();
    filling.write('x'.repeat(1_000));
    // In a tick of its own: what is written in one tick leaves in one piece.
    setTimeout(() => filling.write(Buffer.alloc(200_000_000)), 20);
    ctx.body = filling;
  });
}

function failures(router: Any): void {
  router.get('/throws/:id', () => {
    throw new Error('thrown');
  });
  router.get('/hands/:id', (ctx: Any) => ctx.throw(503));
  for (const path of ['/rejects', '/rejects/alone']) {
    router.get(path, async () => {
      await Promise.resolve();
      throw new Error('rejected');
    });
  }
  router.get('/never', () => new Promise(() => {}));
  router.get('/breaks', (ctx: Any) => {
    ctx.respond = false;
    // Koa begins with 404.
    ctx.res.statusCode = 200;
    ctx.res.write('half');
    setImmediate(() => ctx.res.destroy());
  });
}
