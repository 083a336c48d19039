import { once } from 'node:events';
import Router from '@koa/router';
import mount from 'koa-mount';
import { afterEach, describe, expect, it } from 'vitest';
import { koaMetrics } from '../../adapters/koa/index.js';
import { createPromptheus, observeHttp, promptheus } from '../../src/index.js';
import { counted, expectLines, expectRequests, inFlight, RawClient, raw } from '../contract/http-harness.js';
import { answer, closeAll, defaultInstance, listen, ownInstance, quiet } from './koa-server.js';

afterEach(closeAll);

describe('koaMetrics', () => {
  it('uses the default instance when it is given none, which works from the first request on', async () => {
    const instance = defaultInstance();
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
    const instance = defaultInstance();
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
