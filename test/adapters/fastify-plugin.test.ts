import { createServer, type RequestListener } from 'node:http';
import { type FastifyRequest, fastify } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { fastifyMetrics } from '../../adapters/fastify/index.js';
import { instrumentServer } from '../../adapters/node/index.js';
import { createPromptheus, observeHttp, promptheus } from '../../src/index.js';
import { counted, expectLines, expectRequests, linesOf, raw } from '../contract/http-harness.js';
import { closeAfter, listen, measured, ownInstance } from './fastify-server.js';

describe('fastifyMetrics', () => {
  it('uses the default instance when it is given none', async () => {
    const instance = createPromptheus({ registry: false, logger: false });
    expect(promptheus()).toBe(instance);
    const app = fastify();
    closeAfter(app);
    app.register(fastifyMetrics);
    app.get('/x', async () => 'x');
    const port = await listen(app);
    await raw(port, 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', '/x', 200));
    expect(await raw(port, 'GET /metrics HTTP/1.1')).toContain(counted('GET', '/x', 200));
  });

  it('is a plugin as fastify-plugin makes them', async () => {
    const { app } = measured();
    await app.ready();
    expect(app.hasPlugin('promptheus')).toBe(true);
    expect(fastifyMetrics).toMatchObject({ [Symbol.for('plugin-meta')]: { name: 'promptheus', fastify: '5.x' } });
  });

  it('sees the whole application from within a plugin of it, what was declared before and after', async () => {
    const app = fastify();
    closeAfter(app);
    const instance = ownInstance();
    app.get('/before', async () => 'x');
    app.register(async (child) => void child.get('/sibling', async () => 'x'), { prefix: '/one' });
    app.register(
      async (child) => {
        child.register(async (grandchild) => {
          grandchild.register(fastifyMetrics, { promptheus: instance });
          grandchild.get('/own', async () => 'x');
        });
      },
      { prefix: '/two' },
    );
    app.register(async (child) => void child.get('/sibling', async () => 'x'), { prefix: '/three' });
    app.get('/after', async () => 'x');
    const port = await listen(app);
    const paths = ['/before', '/one/sibling', '/two/own', '/three/sibling', '/after'];
    for (const path of paths) {
      expect(await raw(port, `GET ${path} HTTP/1.1`)).toMatch(/x-correlation-id/i);
    }
    await expectRequests(instance, ...paths.map((path) => counted('GET', path, 200)));
    expect(await raw(port, 'GET /metrics HTTP/1.1')).toMatch(/^HTTP\/1.1 200/);
  });

  it('counts once when it is registered twice, with the first that was', async () => {
    const { app, instance } = measured();
    const second = ownInstance();
    app.register(async (child) => {
      child.register(fastifyMetrics, { promptheus: second });
      child.get('/x', async () => 'x');
    });
    await raw(await listen(app), 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', '/x', 200));
    expect((await linesOf(second)).join()).not.toContain('endpoint="/x"');
  });

  it('lets observeHttp name the endpoint of its request, and counts it once', async () => {
    const instance = createPromptheus({ registry: false, logger: false });
    const app = fastify();
    closeAfter(app);
    app.register(fastifyMetrics);
    const work = observeHttp(async () => 'done', { endpoint: 'named' });
    app.get('/x', () => work());
    await raw(await listen(app), 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', 'named', 200));
  });

  it("gives its callbacks Fastify's own request, with the route's config", async () => {
    const given: unknown[] = [];
    const { app, instance } = measured(
      {},
      {
        skip: (request) => 'internal' in request.routeOptions.config,
        tenant: { from: (request) => (request.query as { tenant?: string }).tenant },
        labels: { kind: { allow: ['a'], from: (request: FastifyRequest) => (given.push(request), 'a') } },
        http: { endpoint: (request) => (request.params as { name?: string }).name },
      },
    );
    const own: unknown[] = [];
    app.get('/named/:name', async (request) => own.push(request));
    app.get('/internal', { config: { internal: true } as never }, async () => 'x');
    const port = await listen(app);
    await raw(port, 'GET /internal HTTP/1.1');
    await raw(port, 'GET /named/alpha?tenant=acme HTTP/1.1');
    await expectRequests(instance, counted('GET', 'alpha', 200, 1, 'acme').replace('"} ', '",kind="a"} '));
    expect(given).toEqual(own);
    await expectLines(instance, 'http_requests_in_flight{method="GET"} 0');
  });

  it('has no request to ask where Fastify made none, and says unknown', async () => {
    const from = vi.fn(() => 'a');
    const { app, instance } = measured(
      {},
      { tenant: { from }, labels: { kind: { allow: ['a'], from } }, http: { endpoint: from } },
    );
    await raw(await listen(app), 'GET /%zz HTTP/1.1');
    await expectRequests(instance, counted('GET', 'unmatched', 400).replace('"} ', '",kind="unknown"} '));
    expect(from).not.toHaveBeenCalled();
    expect((await linesOf(instance)).join()).not.toContain('promptheus_internal_errors_total');
  });

  it('takes over the requests of a server that is measured already, those that it makes none of too', async () => {
    const outer = ownInstance();
    const serverFactory = (handler: RequestListener) => instrumentServer(createServer(handler), { promptheus: outer });
    const { app, instance } = measured({ serverFactory });
    app.get('/x/:id', async () => 'x');
    const port = await listen(app);
    for (const path of ['/x/1', '/%zz']) await raw(port, `GET ${path} HTTP/1.1`);
    await expectRequests(instance, counted('GET', '/x/:id', 200), counted('GET', 'unmatched', 400));
    await expectRequests(outer);
    for (const one of [instance, outer]) await expectLines(one, 'http_requests_in_flight{method="GET"} 0');
  });

  it('adds nothing where the instance is switched off', async () => {
    const app = fastify();
    closeAfter(app);
    const addHook = vi.spyOn(app, 'addHook');
    app.register(fastifyMetrics, { promptheus: ownInstance({ enabled: false }) });
    expect(await raw(await listen(app), 'GET /metrics HTTP/1.1')).toMatch(/^HTTP\/1.1 404/);
    expect(addHook).not.toHaveBeenCalled();
  });

  it.each<[options: unknown, said: string]>([
    [{ paht: '/x' }, 'fastifyMetrics has no option "paht"'],
    [{ prefix: '/x' }, 'fastifyMetrics has no option "prefix"'],
    [{ path: 'metrics' }, 'fastifyMetrics: path must be a path that starts with "/", or false, got "metrics"'],
    [{ http: { buckets: [2, 1] } }, 'buckets'],
  ])('refuses %j when the application loads', async (options, said) => {
    const app = fastify();
    app.register(fastifyMetrics, { promptheus: ownInstance(), ...(options as object) });
    const message = expect.stringContaining(said);
    const code = expect.stringMatching(/^INVALID_(OPTION|BUCKETS)$/);
    await expect(app.ready()).rejects.toMatchObject({ code, message });
  });
});

describe('the lifespan of an instance', () => {
  it('begins when the application is ready, and ends when the last of its applications is closed', async () => {
    const instance = ownInstance();
    const start = vi.spyOn(instance, 'start');
    const stop = vi.spyOn(instance, 'stop');
    const apps = [fastify(), fastify()];
    for (const app of apps) app.register(fastifyMetrics, { promptheus: instance });
    expect(start).not.toHaveBeenCalled();
    for (const app of apps) await app.ready();
    expect(start).toHaveBeenCalled();
    await apps[0]?.close();
    expect(stop).not.toHaveBeenCalled();
    await apps[1]?.close();
    expect(stop).toHaveBeenCalledOnce();
  });

  it('ends after the last request is answered', async () => {
    const { app, instance } = measured();
    const stop = vi.spyOn(instance, 'stop');
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    app.get('/slow', async () => {
      await released;
      return `stopped ${stop.mock.calls.length} times`;
    });
    const answer = raw(await listen(app), 'GET /slow HTTP/1.1');
    await expectLines(instance, 'http_requests_in_flight{method="GET"} 1');
    const closed = app.close();
    release();
    expect(await answer).toMatch(/stopped 0 times/);
    await closed;
    expect(stop).toHaveBeenCalledOnce();
  });

  it('never began where the application did not get ready', async () => {
    const { app, instance } = measured();
    const stop = vi.spyOn(instance, 'stop');
    app.register(async () => {
      throw new Error('no database');
    });
    await expect(app.ready()).rejects.toThrow('no database');
    await app.close();
    expect(stop).not.toHaveBeenCalled();
  });
});

describe('GET /metrics', () => {
  it("passes by the application's own hooks, and its routes", async () => {
    const { app } = measured();
    const refuse = vi.fn((_request, reply) => void reply.code(401).send('no'));
    app.addHook('onRequest', refuse);
    app.get('/metrics', async () => 'hidden');
    const port = await listen(app);
    expect(await raw(port, 'GET /x HTTP/1.1')).toMatch(/^HTTP\/1.1 401/);
    expect(await raw(port, 'GET /metrics HTTP/1.1')).toMatch(/^HTTP\/1.1 200[\s\S]*promptheus_build_info/);
    expect(refuse).toHaveBeenCalledOnce();
  });

  it("leaves its path to the application's route with path: false", async () => {
    const { app, instance } = measured({}, { path: false });
    app.get('/metrics', async () => 'own');
    expect(await raw(await listen(app), 'GET /metrics HTTP/1.1')).toMatch(/own$/);
    await expectRequests(instance, counted('GET', '/metrics', 200));
  });

  it('asks for what the instance demands', async () => {
    const app = fastify();
    closeAfter(app);
    app.register(fastifyMetrics, { promptheus: ownInstance({ scrape: { auth: { bearer: 'x'.repeat(32) } } }) });
    const port = await listen(app);
    expect(await raw(port, 'GET /metrics HTTP/1.1')).toMatch(/^HTTP\/1.1 401/);
    const token = `Authorization: Bearer ${'x'.repeat(32)}`;
    expect(await raw(port, `GET /metrics HTTP/1.1\r\n${token}`)).toMatch(/^HTTP\/1.1 200/);
  });

  it('is where rewriteUrl leads', async () => {
    const { app, instance } = measured({ rewriteUrl: ({ url = '/' }) => url.replace(/^\/api/, '') });
    expect(await raw(await listen(app), 'GET /api/metrics HTTP/1.1')).toMatch(/^HTTP\/1.1 200/);
    await expectRequests(instance);
    await expectLines(instance, 'http_requests_in_flight{method="GET"} 0');
  });
});
