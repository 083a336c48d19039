import { describe, expect, it } from 'vitest';
import { honoMetrics } from '../../adapters/hono/index.js';
import { counted, expectRequests, linesOf, raw } from '../contract/http-harness.js';
import { onEveryHono } from './hono-rows.js';
import { closeAfterEach, listen, ownInstance } from './hono-server.js';

// biome-ignore lint/suspicious/noExplicitAny: three versions of Hono stand here, each with types of its own.
type Any = any;

closeAfterEach();
const ok = (c: Any) => c.text('ok', 200);
const missing = (c: Any, _next: Any) => c.notFound();
const pass = (_c: Any, next: Any) => next();

onEveryHono(({ isOldest }, packages) => {
  const { Hono, HTTPException, load } = packages;

  /** Asks an application for each path, and expects each to be counted under its endpoint and status. */
  async function expectEndpoints(
    app: Any,
    wanted: ReadonlyArray<readonly [path: string, endpoint: string, status: number]>,
  ) {
    const instance = ownInstance();
    const measured = new Hono();
    measured.use(honoMetrics({ promptheus: instance }));
    measured.onError(app.errorHandler);
    measured.route('/', app);
    await expectCounts(instance, measured, wanted);
  }

  async function expectCounts(instance: Any, measured: Any, wanted: ReadonlyArray<readonly [string, string, number]>) {
    const port = await listen(packages, measured);
    const counts = new Map<string, number>();
    // Twice: what is learned at a route's first request must hold at the next.
    for (const [path, endpoint, status] of [...wanted, ...wanted]) {
      await raw(port, `${path.startsWith('/') ? 'GET ' : ''}${path} HTTP/1.1`);
      const line = counted(path.startsWith('/') ? 'GET' : (path.split(' ')[0] as string), endpoint, status, 0);
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
    await expectRequests(instance, ...[...counts].map(([line, count]) => line.replace(/0$/, String(count))));
  }

  describe('the endpoint', () => {
    it('is the whole pattern through base paths and nested mounts', async () => {
      const users = new Hono().basePath('/users').get('/:id{[0-9]+}', ok).get('/:id/posts/*', ok).all('/any', ok);
      const api = new Hono().basePath('/v1').route('/:org', users);
      await expectEndpoints(new Hono().route('/api', api).get('/', ok).get('/opt/:a?', ok), [
        ['/api/v1/acme/users/7', '/api/v1/:org/users/:id{[0-9]+}', 200],
        ['/api/v1/acme/users/7/posts/1/2', '/api/v1/:org/users/:id/posts/*', 200],
        ['/api/v1/acme/users/any', '/api/v1/:org/users/any', 200],
        ['DELETE /api/v1/acme/users/any', '/api/v1/:org/users/any', 200],
        ['/api/v1/acme/users/x', 'unmatched', 404],
        ['/', '/', 200],
        ['/opt', '/opt/:a?', 200],
        ['/opt/1', '/opt/:a?', 200],
      ]);
    });

    it('is the route’s where several handlers and middlewares fit', async () => {
      const app = new Hono();
      app.use('*', pass);
      app.use('/a/*', pass);
      app.get(
        '/a/:id',
        pass,
        (c: Any, next: Any) => (c.req.param('id') === 'refused' ? c.text('no', 403) : next()),
        ok,
      );
      app.get('/a/*', ok);
      app.use('/a/*', pass);
      await expectEndpoints(app, [
        ['/a/1', '/a/:id', 200],
        ['/a/refused', '/a/:id', 403],
        ['/a/1/2', '/a/*', 200],
      ]);
    });

    it('is that of the route that threw, whoever answers for it', async () => {
      const inner = new Hono().get('/:id', (c: Any) => {
        throw new HTTPException(c.req.param('id') === 'gone' ? 410 : 404);
      });
      inner.onError((error: Any, c: Any) => c.text('inner', error.status));
      const app = new Hono().route('/inner', inner);
      app.get('/with-response', () => {
        throw new HTTPException(401, { res: new Response('no', { status: 401 }) });
      });
      app.get('/not-an-error', () => {
        throw 'text';
      });
      app.get('/missing/:id', (_c: Any, _next: Any) => {
        throw new HTTPException(404);
      });
      await expectEndpoints(app, [
        ['/inner/gone', '/inner/:id', 410],
        ['/inner/1', '/inner/:id', 404],
        ['/with-response', '/with-response', 401],
        ['/not-an-error', '/not-an-error', 500],
        ['/missing/1', '/missing/:id', 404],
      ]);
    });

    it('stays with a route that answers 404 itself', async () => {
      const app = new Hono().get('/items/:id', (c: Any) => c.notFound()).get('/takes/:id', missing);
      const inner = new Hono().get('/:id', (c: Any) => c.notFound());
      inner.onError((_error: Any, c: Any) => c.text('failed', 500));
      app.route('/inner', inner);
      await expectEndpoints(app, [
        ['/items/1', '/items/:id', 404],
        // Who may have passed on is followed from Hono 4.8 on.
        ['/takes/1', isOldest ? 'unmatched' : '/takes/:id', 404],
        ['/inner/1', isOldest ? 'unmatched' : '/inner/:id', 404],
      ]);
    });

    it('is unmatched where every handler passes on, whatever the application answers then', async () => {
      const instance = ownInstance();
      const app = new Hono();
      app.use(honoMetrics({ promptheus: instance }));
      app.use('/files/*', pass);
      app.get('/files/:name', async (_c: Any, next: Any) => {
        await next();
      });
      app.get('/kept', async (c: Any, next: Any) => {
        c.res = c.text('kept', 200);
        await next();
      });
      app.notFound((c: Any) => c.text('the page', c.req.query('gone') ? 410 : 404));
      await expectCounts(instance, app, [
        ['/files/1', 'unmatched', 404],
        ['/files/1/2', 'unmatched', 404],
        ['/kept', '/kept', 200],
        ...(isOldest ? [] : ([['/files/1?gone=1', 'unmatched', 410]] as const)),
      ]);
    });

    it('is the mount’s where a middleware answered under a path, and unmatched where it refused or stands at the root', async () => {
      const { basicAuth } = load('hono/basic-auth');
      const { cors } = load('hono/cors');
      const app = new Hono();
      app.use('/shared/*', cors());
      app.use('/admin/*', basicAuth({ username: 'u', password: 'p' }));
      app.use(async (c: Any, next: Any) => (c.req.query('early') ? c.text('early', 200) : next()));
      app.get('/shared/:id', ok);
      app.get('/admin/:id', ok);
      await expectEndpoints(app, [
        ['OPTIONS /shared/1', '/shared/*', 204],
        ['/shared/1', '/shared/:id', 200],
        ['/admin/1', 'unmatched', 401],
        ['/shared/1?early=1', 'unmatched', 200],
      ]);
    });

    it('is the pattern of a catch-all that takes no next, or is a route, or one path', async () => {
      const app = new Hono().get('/plain', ok).all('/rpc/*', (c: Any) => c.text('no', 422));
      app.get('/files/*', (c: Any, next: Any) => (c.req.path === '/files/no' ? c.text('no', 403) : next()));
      app.use('/exact', (c: Any, _next: Any) => c.text('no', 403));
      app.all('*', ok);
      await expectEndpoints(app, [
        ['/plain', '/plain', 200],
        ['/rpc/a/b', '/rpc/*', 422],
        ['/files/no', '/files/*', 403],
        ['/files/other', '/*', 200],
        ['/exact', '/exact', 403],
        ['/anything', '/*', 200],
      ]);
    });

    it.each([true, false])(
      'is that catch-all in an application with error handling of its own (%s), too',
      async (own) => {
        const inner = new Hono().all('*', (c: Any) => c.text('no', 422));
        if (own) inner.onError((_error: Any, c: Any) => c.text('failed', 500));
        // Hono 4.0 shows nothing of the handler behind the error handling.
        const endpoint = own && isOldest ? 'unmatched' : '/inner/*';
        await expectEndpoints(new Hono().route('/inner', inner), [['/inner/a', endpoint, 422]]);
      },
    );

    it('is the mount of another framework’s application', async () => {
      const app = new Hono();
      const other = (request: Request) =>
        new URL(request.url).pathname === '/deep/1' ? new Response('deep') : new Response('no', { status: 500 });
      app.mount('/other', other);
      app.mount('/passes', () => undefined);
      await expectEndpoints(app, [
        ['/other/deep/1', '/other/*', 200],
        ['/other/none', 'unmatched', 500],
        ['/passes/1', 'unmatched', 404],
      ]);
    });

    it('is unmatched where nothing but the middleware itself stands under its path', async () => {
      const instance = ownInstance();
      const app = new Hono().route('/in', new Hono().use(honoMetrics({ promptheus: instance })).get('/:id', ok));
      app.notFound((c: Any) => c.text('the page', 200));
      // Hono 4.0 does not show that it went on.
      await expectCounts(instance, app, [['/in/1/2', isOldest ? '/in/*' : 'unmatched', 200]]);
    });

    it('costs a handler that can pass on one call more, however often it is asked for', async () => {
      const calls: number[] = [];
      const app = new Hono().use(honoMetrics({ promptheus: ownInstance() })).get('/x', (c: Any, _next: Any) => {
        calls.push((new Error('stack').stack as string).split('hono/follow').length - 1);
        return ok(c);
      });
      for (let count = 0; count < 5; count++) await app.request('/x');
      expect(calls).toEqual(Array(5).fill(isOldest ? 0 : 1));
    });

    it.each([
      ['LinearRouter', 'linear-router'],
      ['PatternRouter', 'pattern-router'],
      ['RegExpRouter', 'reg-exp-router'],
      ['TrieRouter', 'trie-router'],
    ])('is found with Hono’s %s', async (name, path) => {
      const Router = load(`hono/router/${path}`)[name];
      const instance = ownInstance();
      const app = new Hono({ router: new Router() });
      app.use('*', honoMetrics({ promptheus: instance }));
      app.get('/a/:id', ok);
      app.get('/b/:id', pass);
      await expectCounts(instance, app, [
        ['/a/1', '/a/:id', 200],
        ['/b/1', 'unmatched', 404],
        ['/c', 'unmatched', 404],
      ]);
    });

    it('is unknown, and counted so, where Hono shows nothing of its routing', async () => {
      const instance = ownInstance();
      const app = new Hono();
      app.use((c: Any, next: Any) => {
        const bare = { env: c.env, req: { routeIndex: c.req.routeIndex } };
        return honoMetrics({ promptheus: instance })(bare, next);
      });
      app.get('/a/:id', ok);
      expect(await raw(await listen(packages, app), 'GET /a/1 HTTP/1.1')).toMatch(/^HTTP\/1.1 200/);
      await expectRequests(instance, counted('GET', 'unknown', 200));
      expect(await linesOf(instance)).toContain('promptheus_internal_errors_total{part="http_endpoint"} 1');
    });
  });
});
