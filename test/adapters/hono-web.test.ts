import { describe, expect, it } from 'vitest';
import { honoMetrics } from '../../adapters/hono/index.js';
import { context } from '../../src/index.js';
import { createInstance } from '../../src/promptheus.js';
import { counted, expectRequests, linesOf } from '../contract/http-harness.js';
import { MemorySink } from '../contract/memory-sink.js';
import { work, workOn } from '../contract/work.js';
import { onEveryHono } from './hono-rows.js';
import { closeAfterEach, listen, ownInstance } from './hono-server.js';

// biome-ignore lint/suspicious/noExplicitAny: three versions of Hono stand here, each with types of its own.
type Any = any;

closeAfterEach();
const ok = (c: Any) => c.text('ok', 200);

onEveryHono(({ isOldest }, packages) => {
  const { Hono } = packages;

  function measured(options: object = {}, instance = ownInstance()) {
    const app = new Hono();
    app.use(honoMetrics({ promptheus: instance, ...options }));
    app.use(honoMetrics({ promptheus: instance, ...options }));
    return { app, instance };
  }

  describe('without a Node response', () => {
    it('records method, endpoint, tenant, status and duration, and nothing else', async () => {
      const { app, instance } = measured({ tenant: { from: (c: Any) => c.req.header('x-tenant') } });
      app.use('/static/*', (c: Any, next: Any) => (c.req.path === '/static/a' ? c.text('a', 200) : next()));
      app.get('/users/:id', ok);
      app.get('/fails/:id', () => {
        throw new Error('failed');
      });
      app.get('/throws', () => {
        throw 'text';
      });
      app.get('/forgets', () => {});
      app.get('/passes', (_c: Any, next: Any) => next());
      app.onError((_error: Any, c: Any) => c.text('failed', 503));
      await app.request('/users/1', { headers: { 'X-Tenant': 'acme' } });
      await app.fetch(new Request('http://x/users/2', { method: 'PUT' }), { KV: {} });
      for (const path of ['/fails/1', '/nowhere', '/forgets', '/passes', '/static/a', '/static/b'])
        await app.request(path);
      await expect(app.request('/throws')).rejects.toBe('text');
      await expectRequests(
        instance,
        counted('GET', '/users/:id', 200, 1, 'acme'),
        counted('PUT', 'unmatched', 404),
        counted('GET', '/fails/:id', 503),
        counted('GET', '/throws', 500),
        counted('GET', '/forgets', 500),
        counted('GET', 'unmatched', 404, 3),
        counted('GET', '/static/*', 200),
      );
      const others = (await linesOf(instance)).filter(
        (line) => /^http_.*_count\{|^http_requests_in_flight\{/.test(line) && !/^http_request_duration/.test(line),
      );
      expect(others.filter((line) => !line.endsWith(' 0'))).toEqual([]);
    });

    it('makes one wide event of each request, with what happened inside', async () => {
      const sink = new MemorySink();
      const own = createInstance({ default: false, registry: false, logger: false }, sink.parts());
      const { app, instance } = measured({ skip: (c: Any) => c.req.path === '/skipped' }, own);
      workOn(instance);
      app.get('/works/:id', async (c: Any) => c.text(await work(c.req.param('id'))));
      app.get('/skipped', ok);
      app.get('/fails', () => {
        throw Object.assign(new Error('failed'), { code: 'E_FAILED' });
      });
      app.onError((_error: Any, c: Any) => c.text('failed', 503));
      await Promise.all(['a', 'bb'].map((id) => app.request(`/works/${id}`, { headers: { 'x-correlation-id': id } })));
      for (const path of ['/skipped', '/metrics', '/fails']) await app.request(path);
      const [one, two, failed, ...more] = sink.wide;
      expect([one, two].sort((a, b) => a.request_id.length - b.request_id.length)).toMatchObject([
        { request_id: 'a', route: '/works/:id', status_code: 200, outcome: 'success', llm_calls: [{ model: 'a' }] },
        { request_id: 'bb', route: '/works/:id', status_code: 200, outcome: 'success', llm_calls: [{ model: 'bb' }] },
      ]);
      expect(failed).toMatchObject({ status_code: 503, error: { code: 'E_FAILED', message: 'failed' } });
      expect(more).toEqual([]);
      await instance.stop();
    });

    it('counts what nobody else was there to answer', async () => {
      const instance = ownInstance();
      const app = new Hono().use(honoMetrics({ promptheus: instance }));
      expect((await app.request('/x')).status).toBe(404);
      await expectRequests(instance, counted('GET', 'unmatched', 404));
    });

    it('gives the context of a request, and shows the correlation id', async () => {
      const { app } = measured({ tenant: { from: () => 'acme' } });
      app.get('/id', async (c: Any) => {
        await new Promise((resolve) => setImmediate(resolve));
        return c.text(`${context.current().tenant} ${context.correlationId()}`);
      });
      const response = await app.request('/id', { headers: { 'X-Correlation-ID': 'req-1' } });
      expect(await response.text()).toBe('acme req-1');
      expect(response.headers.get('x-correlation-id')).toBe('req-1');
    });

    it('minds skip and http.endpoint, and survives callbacks that throw', async () => {
      const fail = () => {
        throw new Error('hostile');
      };
      const naming = measured({
        skip: (c: Any) => c.req.path === '/skipped',
        http: { endpoint: (c: Any) => (c.req.path === '/named' ? 'a name' : undefined) },
      });
      naming.app.get('/named', ok).get('/skipped', ok).get('/:id', ok);
      for (const path of ['/named', '/skipped', '/1']) expect((await naming.app.request(path)).status).toBe(200);
      await expectRequests(naming.instance, counted('GET', 'a name', 200), counted('GET', '/:id', 200));

      const hostile = measured({ skip: fail, tenant: { from: fail }, http: { endpoint: fail } });
      expect((await hostile.app.get('/x', ok).request('/x')).status).toBe(200);
      await expectRequests(hostile.instance, counted('GET', '/x', 200));
      expect(await linesOf(hostile.instance)).toEqual(
        expect.arrayContaining(
          ['skip', 'tenant', 'endpoint'].map((part) => `promptheus_internal_errors_total{part="hono_${part}"} 1`),
        ),
      );
    });

    it('answers the scrape, to whom it may', async () => {
      const { app } = measured({}, ownInstance({ scrape: { auth: { bearer: 'secret' } } }));
      app.get('/x', ok);
      await app.request('/x');
      expect((await app.request('/metrics')).status).toBe(401);
      const headers = { Authorization: 'Bearer secret' };
      const response = await app.request('/metrics', { headers });
      expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
      expect(await response.text()).toContain(`\n${counted('GET', '/x', 200)}\n`);
      expect((await app.request('/metrics', { method: 'POST', headers })).status).toBe(405);
    });

    it('is where an application on node-server hands no bindings on', async () => {
      const { app, instance } = measured();
      app.get('/x/:id', ok);
      const port = await listen(packages, { fetch: (request: Request) => app.fetch(request) });
      expect(await (await fetch(`http://127.0.0.1:${port}/x/1`)).text()).toBe('ok');
      await expectRequests(instance, counted('GET', '/x/:id', 200));
    });

    it('records nothing on an instance that is switched off', async () => {
      ownInstance({ default: true, enabled: false });
      const app = new Hono().use(honoMetrics()).get('/metrics', ok);
      const response = await app.request('/metrics');
      expect(await response.text()).toBe('ok');
      expect(response.headers.get('x-correlation-id')).toBeNull();
    });

    if (!isOldest) {
      it('knows what every handler passed on, whatever the application answers then', async () => {
        const { app, instance } = measured();
        app.get('/x', (_c: Any, next: Any) => next());
        app.notFound((c: Any) => c.text('gone', 410));
        for (const path of ['/x', '/y']) await app.request(path);
        await expectRequests(instance, counted('GET', 'unmatched', 410, 2));
      });
    }
  });
});
