import { PassThrough, Readable } from 'node:stream';
import Router from '@koa/router';
import Koa from 'koa';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { koaMetrics } from '../../adapters/koa/index.js';
import { context, createPromptheus } from '../../src/index.js';
import { counted, expectLines, expectRequests, linesOf, RawClient, raw } from '../contract/http-harness.js';
import { closeAll, listen, ownInstance, quiet } from './koa-server.js';

afterEach(closeAll);

describe('what Koa does to a response', () => {
  const routed = async (router: Router, before?: Koa.Middleware) => {
    const instance = ownInstance();
    const app = quiet();
    app.proxy = true;
    app.use(koaMetrics({ promptheus: instance, tenant: { from: (ctx) => ctx.get('x-tenant') || undefined } }));
    if (before !== undefined) app.use(before);
    app.use(router.routes());
    return { app, instance, port: await listen(app) };
  };

  it.each<[what: string, error: unknown, status: number]>([
    ['an error', new Error('failed'), 500],
    [
      'an error with a status and headers',
      Object.assign(new Error('x'), { status: 429, headers: { 'X-Own': '1' } }),
      429,
    ],
    ['a text', 'text', 500],
  ])('answers %s with the correlation id still there', async (_what, error, status) => {
    const router = new Router().get('/fails/:id', (ctx) => {
      ctx.set('X-Gone', '1');
      throw error;
    });
    const { app, instance, port } = await routed(router);
    const errors: unknown[] = [];
    app.on('error', (raised) => errors.push(raised));
    const received = await raw(port, 'GET /fails/1 HTTP/1.1\r\nX-Correlation-ID: req-1');
    expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(received.match(/^x-correlation-id: req-1\r$/gim)).toHaveLength(1);
    expect(received).not.toMatch(/x-gone/i);
    if (status === 429) expect(received).toMatch(/x-own: 1/i);
    await expectRequests(instance, counted('GET', '/fails/:id', status));
    expect(errors).toEqual([typeof error === 'object' ? error : expect.any(Error)]);
  });

  it('lets the error handling of the application answer, which keeps the route', async () => {
    const { instance, port } = await routed(
      new Router().get('/fails/:id', () => {
        throw new Error('failed');
      }),
      async (ctx, next) => {
        try {
          await next();
        } catch {
          ctx.status = 422;
          ctx.body = 'handled';
        }
      },
    );
    await raw(port, 'GET /fails/1 HTTP/1.1');
    await expectRequests(instance, counted('GET', '/fails/:id', 422));
  });

  it('counts what is written past Koa', async () => {
    const router = new Router().get('/raw/:id', (ctx) => {
      ctx.respond = false;
      setImmediate(() => ctx.res.writeHead(202, { 'Content-Type': 'text/plain' }).end('four'));
    });
    const { instance, port } = await routed(router);
    expect(await raw(port, 'GET /raw/1 HTTP/1.1')).toMatch(/^HTTP\/1.1 202/);
    await expectRequests(instance, counted('GET', '/raw/:id', 202));
    await expectLines(instance, 'http_response_body_bytes_sum{method="GET",endpoint="/raw/:id"} 4');
  });

  it('a stream that fails is no 499 and no success, one that its client leaves is ended', async () => {
    const left = new PassThrough();
    const router = new Router()
      .get('/fails', (ctx) => {
        ctx.body = Readable.from(
          (async function* () {
            yield 'half';
            await new Promise((resolve) => setTimeout(resolve, 20));
            throw new Error('broken');
          })(),
        );
      })
      .get('/left', (ctx) => {
        left.write('half');
        ctx.body = left;
      });
    const { instance, port } = await routed(router);
    await raw(port, 'GET /fails HTTP/1.1');
    await expectRequests(instance, counted('GET', '/fails', 500));
    const client = await RawClient.open(port, 'GET /left HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.until(/half/);
    client.leave();
    await expectRequests(instance, counted('GET', '/fails', 500), counted('GET', '/left', 499));
    await vi.waitFor(() => expect(left.destroyed).toBe(true));
  });

  it('behind a proxy: callbacks see what Koa makes of the headers, the body parser keeps the context', async () => {
    const instance = ownInstance();
    const app = quiet();
    app.proxy = true;
    app.use(koaMetrics({ promptheus: instance, tenant: { from: (ctx) => ctx.hostname } }));
    app.use(async (ctx, next) => {
      let body = '';
      for await (const chunk of ctx.req) body += chunk;
      ctx.state.body = body;
      await next();
    });
    app.use(
      new Router()
        .post('/x', (ctx) => {
          ctx.body = { body: ctx.state.body, tenant: context.current().tenant, id: context.correlationId() };
        })
        .routes(),
    );
    const head = 'POST /x HTTP/1.1\r\nX-Forwarded-Host: acme.example\r\nX-Correlation-ID: req-1\r\nContent-Length: 4';
    expect(await raw(await listen(app), head, 'body')).toContain(
      '{"body":"body","tenant":"acme.example","id":"req-1"}',
    );
    await expectRequests(instance, counted('POST', '/x', 200, 1, 'acme.example'));
  });

  it('works beside Koa’s own context storage', async () => {
    const instance = ownInstance();
    const app = new Koa({ asyncLocalStorage: true }).use(koaMetrics({ promptheus: instance }));
    app.use(
      new Router()
        .get('/x/:id', async (ctx) => {
          await Promise.resolve();
          ctx.body = String(app.currentContext === ctx);
        })
        .routes(),
    );
    expect(await raw(await listen(app), 'GET /x/1 HTTP/1.1')).toMatch(/true$/);
    await expectRequests(instance, counted('GET', '/x/:id', 200));
  });

  it('a middleware that stands before it sees the scrape as it sees any other answer', async () => {
    const instance = ownInstance();
    const seen: unknown[] = [];
    const app = quiet().use(async (ctx, next) => {
      await next();
      seen.push(ctx.status, ctx.type, ctx.length === (ctx.body as Buffer).length);
      ctx.set('X-Timing', '1');
    });
    app.use(koaMetrics({ promptheus: instance }));
    expect(await raw(await listen(app), 'GET /metrics HTTP/1.1')).toMatch(/x-timing: 1[\s\S]*\r\n\r\n# HELP/i);
    expect(seen).toEqual([200, 'text/plain', true]);
  });

  it('asks for the password of the scrape', async () => {
    const instance = createPromptheus({
      default: false,
      registry: false,
      logger: false,
      scrape: { auth: { bearer: 'secret' } },
    });
    const port = await listen(quiet().use(koaMetrics({ promptheus: instance })));
    expect(await raw(port, 'GET /metrics HTTP/1.1')).toMatch(/^HTTP\/1.1 401[\s\S]*www-authenticate/i);
    expect(await raw(port, 'GET /metrics HTTP/1.1\r\nAuthorization: Bearer secret')).toMatch(/^HTTP\/1.1 200/);
  });

  it('goes on where what calls itself a router is none that is known', async () => {
    const instance = ownInstance();
    const app = quiet().use(koaMetrics({ promptheus: instance }));
    app.use((ctx) => {
      ctx.router = ctx.query.frozen ? { stack: [{ methods: [], stack: Object.freeze([]) }] } : 'none';
      ctx.body = 'x';
    });
    const port = await listen(app);
    for (const path of ['/x', '/x?frozen=1']) expect(await raw(port, `GET ${path} HTTP/1.1`)).toMatch(/^HTTP\/1.1 200/);
    await expectRequests(instance, counted('GET', 'unmatched', 200), counted('GET', 'unknown', 200));
    expect((await linesOf(instance)).join('\n')).toContain('promptheus_internal_errors_total{part="http_endpoint"} 1');
  });
});
