import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import Router from '@koa/router';
import Koa from 'koa';
import mount from 'koa-mount';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { koaMetrics } from '../../adapters/koa/index.js';
import { context, createPromptheus, observeHttp, type Promptheus, promptheus } from '../../src/index.js';
import { counted, expectLines, expectRequests, inFlight, linesOf, RawClient, raw } from '../contract/http-harness.js';

const closing: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(app: Koa): Promise<number> {
  const server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function ownInstance(): Promptheus {
  return createPromptheus({ default: false, registry: false, logger: false });
}

function quiet(): Koa {
  const app = new Koa();
  app.silent = true;
  return app;
}

const answer = (ctx: Koa.Context) => {
  ctx.body = 'x';
};

describe('koaMetrics', () => {
  it('uses the default instance when it is given none, which works from the first request on', async () => {
    const instance = createPromptheus({ registry: false, logger: false });
    closing.push(() => instance.stop());
    expect(promptheus()).toBe(instance);
    const port = await listen(quiet().use(koaMetrics()).use(new Router().get('/x', answer).routes()));
    await raw(port, 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', '/x', 200));
    expect(await raw(port, 'GET /metrics HTTP/1.1')).toContain(counted('GET', '/x', 200));
  });

  it('counts once where a measured application is mounted in another, with the whole pattern', async () => {
    const instance = ownInstance();
    const inner = quiet()
      .use(koaMetrics({ promptheus: instance }))
      .use(new Router().get('/x/:id', answer).routes());
    const outer = quiet()
      .use(koaMetrics({ promptheus: instance }))
      .use(mount('/in', inner));
    await raw(await listen(outer), 'GET /in/x/1 HTTP/1.1');
    await expectRequests(instance, counted('GET', '/in/x/:id', 200));
  });

  it('keeps the prefix where only the mounted application is measured, and answers the scrape under it', async () => {
    const instance = ownInstance();
    const inner = quiet()
      .use(koaMetrics({ promptheus: instance }))
      .use(mount('/files', answer))
      .use(new Router().get('/x/:id', answer).routes());
    const port = await listen(quiet().use(mount('/in', inner)));
    for (const path of ['/in/files/a', '/in/x/1', '/in/x/2', '/elsewhere']) await raw(port, `GET ${path} HTTP/1.1`);
    await expectRequests(instance, counted('GET', '/in/x/:id', 200, 2), counted('GET', '/in/files/*', 200));
    expect(await raw(port, 'GET /in/metrics HTTP/1.1')).toContain(counted('GET', '/in/files/*', 200));
  });

  it('serves two applications with one middleware', async () => {
    const instance = ownInstance();
    const middleware = koaMetrics({ promptheus: instance });
    for (const path of ['/one/:id', '/two/:id']) {
      const app = quiet().use(middleware).use(new Router().get(path, answer).routes());
      await raw(await listen(app), `GET ${path.replace(':id', '1')} HTTP/1.1`);
    }
    await expectRequests(instance, counted('GET', '/one/:id', 200), counted('GET', '/two/:id', 200));
  });

  it('does nothing on an instance that is switched off', async () => {
    const off = createPromptheus({ default: false, registry: false, logger: false, enabled: false });
    const app = quiet()
      .use(koaMetrics({ promptheus: off }))
      .use(answer);
    const received = await raw(await listen(app), 'GET /metrics HTTP/1.1');
    expect(received).toMatch(/^HTTP\/1.1 200[\s\S]*\r\n\r\nx$/);
    expect(received).not.toMatch(/x-correlation-id/i);
    expect(Object.getOwnPropertyNames(app.context)).toEqual([]);
  });

  it.each<[options: unknown, said: string]>([
    [null, 'koaMetrics: its argument must be an object, got null'],
    [{ paht: '/x' }, 'koaMetrics has no option "paht"'],
    [{ http: { endpoint: '/x' } }, 'koaMetrics: http.endpoint must be a function, got "/x"'],
  ])('refuses %j', (options, said) => {
    const message = expect.stringContaining(said);
    expect(() => koaMetrics(options as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message }));
  });
});

describe('koaMetrics without a router', () => {
  it('says unmatched, unless an option or observeHttp names the endpoint', async () => {
    const instance = createPromptheus({ registry: false, logger: false });
    closing.push(() => instance.stop());
    const work = observeHttp(async () => 'done', { endpoint: 'named within' });
    const app = quiet().use(koaMetrics({ http: { endpoint: (ctx) => ctx.query.name as string | undefined } }));
    app.use(async (ctx) => {
      ctx.body = ctx.path === '/work' ? await work() : 'x';
    });
    const port = await listen(app);
    for (const path of ['/x/1', '/x/2', '/work', '/x?name=given']) await raw(port, `GET ${path} HTTP/1.1`);
    await expectRequests(
      instance,
      counted('GET', 'unmatched', 200, 2),
      counted('GET', 'named within', 200),
      counted('GET', 'given', 200),
    );
  });

  it('names a mount whose middleware answered, and not one that passed on, failed or was rewritten', async () => {
    const instance = ownInstance();
    const app = quiet().use(koaMetrics({ promptheus: instance }));
    app.use(
      mount('/in', (ctx, next) => {
        if (ctx.path === '/pass') return next();
        if (ctx.path === '/fail') ctx.throw(500);
        if (ctx.path === '/refuse') {
          ctx.status = 403;
          return;
        }
        if (ctx.path === '/rewritten') ctx.path = '/elsewhere';
        return mount('/slash/', answer)(ctx, async () => answer(ctx));
      }),
    );
    app.use((ctx) => {
      ctx.body = ctx.path === '/in/pass' ? 'passed' : undefined;
    });
    const port = await listen(app);
    for (const path of ['/a', '/slash/b', '/rewritten', '/pass', '/fail', '/refuse'])
      await raw(port, `GET /in${path} HTTP/1.1`);
    await expectRequests(
      instance,
      counted('GET', '/in/*', 200, 2),
      counted('GET', '/in/slash/*', 200),
      counted('GET', 'unmatched', 200),
      counted('GET', 'unmatched', 500),
      counted('GET', 'unmatched', 403),
    );
  });

  it('names a mount that answers past Koa while it is inside of it', async () => {
    const instance = ownInstance();
    const app = quiet().use(koaMetrics({ promptheus: instance }));
    app.use(
      mount('/proxy', async (ctx) => {
        ctx.respond = false;
        if (ctx.path !== '/never') ctx.res.writeHead(200).end('x');
        await once(ctx.res, 'close');
        await new Promise((resolve) => setImmediate(resolve));
      }),
    );
    const port = await listen(app);
    await raw(port, 'GET /proxy/a HTTP/1.1');
    const client = await RawClient.open(port, 'GET /proxy/never HTTP/1.1\r\nHost: x\r\n\r\n');
    await expectLines(instance, inFlight('GET', 1));
    client.leave();
    await expectRequests(instance, counted('GET', '/proxy/*', 200), counted('GET', 'unmatched', 499));
  });
});

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
      ctx.request.body = body;
      await next();
    });
    app.use(
      new Router()
        .post('/x', (ctx) => {
          ctx.body = { body: ctx.request.body, tenant: context.current().tenant, id: context.correlationId() };
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
