import type Koa from 'koa';
import mount from 'koa-mount';
import { afterEach, describe, expect, it } from 'vitest';
import { koaMetrics } from '../../adapters/koa/index.js';
import type { Promptheus } from '../../src/index.js';
import { counted, expectRequests, raw } from '../contract/http-harness.js';
import { onEveryRouter } from './koa-rows.js';
import { closeAll, listen, ownInstance, quiet } from './koa-server.js';

// biome-ignore lint/suspicious/noExplicitAny: six routers stand here, each with types of its own or none.
type Any = any;

afterEach(closeAll);

const ok = (ctx: Any) => (ctx.body = 'ok');

/** An application that is measured; `ask` sends it requests, and gives the last answer. */
function measured(): { app: Koa; instance: Promptheus; ask(...lines: string[]): Promise<string> } {
  const instance = ownInstance();
  const app = quiet().use(koaMetrics({ promptheus: instance }));
  let port: number | undefined;
  const ask = async (...lines: string[]) => {
    port ??= await listen(app);
    let received = '';
    for (const line of lines) received = await raw(port, `${line} HTTP/1.1`);
    return received;
  };
  return { app, instance, ask };
}

onEveryRouter(({ name, rest }, Router) => {
  describe('patterns', () => {
    it('prefixes with params, set at once or later, on nested routers, too', async () => {
      const { app, instance, ask } = measured();
      const pets = new Router({ prefix: '/:kind' }).get('/', ok).get('/:id', ok);
      const owners = new Router({ prefix: '/owners/:owner' });
      owners.use('/pets', pets.routes());
      const later = new Router().get('/thing/:id', ok);
      later.prefix('/later/:which');
      app.use(owners.routes()).use(later.routes());
      await ask('GET /owners/ada/pets/cats/7', 'GET /owners/ada/pets/cats', 'GET /later/x/thing/1');
      await expectRequests(
        instance,
        counted('GET', '/owners/:owner/pets/:kind/:id', 200),
        counted('GET', '/owners/:owner/pets/:kind', 200),
        counted('GET', '/later/:which/thing/:id', 200),
      );
    });

    it('a router mounted in mounts, its index and its regular expressions', async () => {
      const { app, instance, ask } = measured();
      const router = new Router()
        .get('/', ok)
        .get('/:id', ok)
        .get(/^\/n\/\d+$/, ok);
      app.use(mount('/a', mount('/b', router.routes())));
      await ask('GET /a/b', 'GET /a/b/7', 'GET /a/b/n/7', 'GET /a/b/n/x', 'GET /a/x');
      await expectRequests(
        instance,
        counted('GET', '/a/b', 200),
        counted('GET', '/a/b/:id', 200),
        counted('GET', '/a/b^\\\\/n\\\\/\\\\d+$', 200),
        counted('GET', 'unmatched', 404, 2),
      );
    });

    it('a mount that passed on is no part of what answers after it', async () => {
      const { app, instance, ask } = measured();
      const router = new Router().get('/here/:id', ok).get('/other/:id', ok);
      app.use(
        mount(
          '/in',
          mount('/here', (_ctx: Any, next: Any) => next()),
        ),
      );
      app.use(mount('/in', router.routes()));
      app.use(new Router({ prefix: '/in' }).get('/else', ok).routes());
      app.use(ok);
      await ask('GET /in/here/1', 'GET /in/else', 'GET /in/nothing');
      await expectRequests(
        instance,
        counted('GET', '/in/here/:id', 200),
        counted('GET', '/in/else', 200),
        counted('GET', 'unmatched', 200),
      );
    });

    it('several routers: the one that answers names the request', async () => {
      const { app, instance, ask } = measured();
      const first = new Router().get('/:any', (_ctx: Any, next: Any) => next());
      app.use(first.routes()).use(first.allowedMethods());
      app.use(new Router().get('/second', ok).routes());
      await ask('GET /second', 'GET /third');
      await expectRequests(instance, counted('GET', '/second', 200), counted('GET', 'unmatched', 404));
    });

    it('a router that only an own middleware calls, from the first request on', async () => {
      const { app, instance, ask } = measured();
      const router = new Router().get('/:id', ok);
      app.use(mount('/deep', (ctx: Any, next: Any) => (ctx.get('x-never') ? next() : router.routes()(ctx, next))));
      await ask('GET /deep/1');
      await expectRequests(instance, counted('GET', '/deep/:id', 200));
    });

    it('routes and nested routers that are added while it runs', async () => {
      const { app, instance, ask } = measured();
      const router = new Router().get('/early', ok);
      app.use(router.routes());
      await ask('GET /early');
      const nested = new Router().get('/:id', ok);
      router.get('/late', ok);
      router.use('/nested', nested.routes());
      await ask('GET /late', 'GET /nested/1', 'GET /early');
      router.use('/again', nested.routes());
      await ask('GET /again/1');
      // One handler of its own, and one before and after it that follow the request.
      for (const layer of router.stack.slice(0, 3)) expect(layer.stack).toHaveLength(3);
      await expectRequests(
        instance,
        counted('GET', '/early', 200, 2),
        counted('GET', '/late', 200),
        counted('GET', '/nested/:id', 200),
        counted('GET', '/again/:id', 200),
      );
    });

    it('what a router, koa-mount and the application note on ctx is there as ever', async () => {
      const { app, ask } = measured();
      const router = new Router().get('named', '/x/:id', (ctx: Any) => {
        ctx.body = [ctx.router === router, ctx.mountPath, ctx._matchedRoute, ctx._matchedRouteName, ctx.params.id];
      });
      app.context.router = 'the application';
      app.use((ctx: Any, next: Any) => {
        ctx.set('x-before', String(ctx.router === 'the application'));
        return next();
      });
      app.use(mount('/m', router.routes()));
      await ask('GET /m/x/1');
      app.context.mountPath = '/none';
      const received = await ask('GET /m/x/1');
      expect(received).toMatch(/x-before: true/i);
      expect(received).toContain('[true,"/m","/x/:id","named","1"]');
    });
  });

  describe('who answered', () => {
    it('a route that awaits the next and answers itself keeps its endpoint', async () => {
      const { app, instance, ask } = measured();
      const router = new Router().get('/wraps/:id', async (ctx: Any, next: Any) => {
        await next();
        if (ctx.params.id === 'none') ctx.throw(404);
        ctx.body = 'mine';
      });
      app.use(router.routes());
      await ask('GET /wraps/1', 'GET /wraps/none');
      await expectRequests(instance, counted('GET', '/wraps/:id', 200), counted('GET', '/wraps/:id', 404));
    });

    it('a route that passes on to a middleware leaves it the request', async () => {
      const { app, instance, ask } = measured();
      const pass = (_ctx: Any, next: Any) => next();
      // A status that is given before anybody has answered is no answer.
      app.use((ctx: Any, next: Any) => {
        if (ctx.query.early) ctx.status = 200;
        return next();
      });
      app.use(new Router().get('/passes', pass).use(pass).routes());
      app.use((ctx: Any) => (ctx.query.none ? undefined : ok(ctx)));
      await ask('GET /passes', 'GET /passes?early=1', 'GET /passes?none=1');
      await expectRequests(instance, counted('GET', 'unmatched', 200, 2), counted('GET', 'unmatched', 404));
    });

    it('a route that answers nothing is the 404 of that route', async () => {
      const { app, instance, ask } = measured();
      const router = new Router().get('/users/:id', async () => {}).get('/gone/:id', (ctx: Any) => ctx.throw(404));
      app.use(router.routes());
      await ask('GET /users/1', 'GET /gone/1');
      await expectRequests(instance, counted('GET', '/users/:id', 404), counted('GET', '/gone/:id', 404));
    });

    it('what a router’s middleware refuses was on the way to a route', async () => {
      const { app, instance, ask } = measured();
      const router = new Router().get('/open/:id', ok);
      router.use((ctx: Any, next: Any) => (ctx.get('x-user') ? next() : ctx.throw(401)));
      router.get('/users/me', ok).get('/users/:id', ok);
      router.use('/users', (ctx: Any) => ctx.throw(418));
      app.use(router.routes());
      await ask('GET /users/me', 'GET /open/1', 'GET /nowhere');
      await expectRequests(
        instance,
        counted('GET', '/users/me', 401),
        counted('GET', '/open/:id', 200),
        counted('GET', 'unmatched', 404),
      );
    });

    it('a param’s middleware that refuses is part of its route', async () => {
      const { app, instance, ask } = measured();
      const router = new Router().get('/users/:user', ok);
      router.param('user', (id: string, ctx: Any, next: Any) => (id === '1' ? next() : ctx.throw(403)));
      app.use(router.routes());
      await ask('GET /users/1', 'GET /users/2');
      await expectRequests(instance, counted('GET', '/users/:user', 200), counted('GET', '/users/:user', 403));
    });

    it('allowedMethods: OPTIONS, 405 and 501 are nobody’s', async () => {
      const { app, instance, ask } = measured();
      const router = new Router().get('/plain', ok);
      app.use(router.routes()).use(router.allowedMethods());
      await ask('OPTIONS /plain', 'POST /plain', 'PURGE /plain', 'HEAD /plain');
      await expectRequests(
        instance,
        counted('OPTIONS', 'unmatched', 200),
        counted('POST', 'unmatched', 405),
        counted('_OTHER', 'unmatched', 501),
        counted('HEAD', '/plain', 200),
      );
    });

    it(`an exclusive router and a catch-all of ${name}`, async () => {
      const { app, instance, ask } = measured();
      const router = new Router({ exclusive: true }).get(`/${rest}`, ok).get('/users/:id', ok);
      app.use(router.routes());
      await ask('GET /users/1', 'GET /else/where');
      await expectRequests(instance, counted('GET', '/users/:id', 200), counted('GET', `/${rest}`, 200));
    });
  });
});
