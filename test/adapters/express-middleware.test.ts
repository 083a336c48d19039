import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { expressMetrics } from '../../adapters/express/index.js';
import { context, createPromptheus, observeHttp, type Promptheus, promptheus } from '../../src/index.js';
import { counted, expectLines, expectRequests, linesOf, RawClient, raw } from '../contract/http-harness.js';

const closing: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(app: Express): Promise<number> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function ownInstance(): Promptheus {
  return createPromptheus({ default: false, registry: false, logger: false });
}

describe('expressMetrics', () => {
  it('uses the default instance when it is given none', async () => {
    const instance = createPromptheus({ registry: false, logger: false });
    closing.push(() => instance.stop());
    expect(promptheus()).toBe(instance);
    const app = express().use(expressMetrics());
    app.get('/x', (_request, response) => void response.send('x'));
    const port = await listen(app);
    await raw(port, 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', '/x', 200));
    expect(await raw(port, 'GET /metrics HTTP/1.1')).toContain(counted('GET', '/x', 200));
  });

  it('counts once where a measured application is mounted in another, with the whole pattern', async () => {
    const instance = ownInstance();
    const inner = express().use(expressMetrics({ promptheus: instance }));
    inner.get('/x/:id', (_request, response) => void response.send('x'));
    const outer = express().use(expressMetrics({ promptheus: instance }));
    outer.use('/in/:org', inner);
    await raw(await listen(outer), 'GET /in/acme/x/1 HTTP/1.1');
    await expectRequests(instance, counted('GET', '/in/:org/x/:id', 200));
  });

  it('says unknown, never a URL, where it stands in a router', async () => {
    const instance = ownInstance();
    const router = express.Router({ mergeParams: true }).use(expressMetrics({ promptheus: instance }));
    router.get('/x', (_request, response) => void response.send('x'));
    const app = express().use('/t/:org', router);
    await raw(await listen(app), 'GET /t/acme/x HTTP/1.1');
    await expectRequests(instance, counted('GET', 'unknown', 200));
  });

  it('lets observeHttp name the endpoint of its request, and counts it once', async () => {
    const instance = createPromptheus({ registry: false, logger: false });
    closing.push(() => instance.stop());
    const app = express().use(expressMetrics());
    const work = observeHttp(async () => 'done', { endpoint: 'named' });
    app.get('/x', async (_request, response) => void response.send(await work()));
    await raw(await listen(app), 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', 'named', 200));
  });

  it('goes on without its buckets where the default instance has others, and warns', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const instance = createPromptheus({ registry: false, logger: false });
    closing.push(() => instance.stop());
    instance.http.record({ method: 'GET', endpoint: 'early', tenant: undefined, status: 200, seconds: 1 });
    const app = express().use(expressMetrics({ http: { buckets: [1], endpoint: () => 'named' } }));
    await raw(await listen(app), 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', 'early', 200), counted('GET', 'named', 404));
    expect(warned).toHaveBeenCalledOnce();
    const said = expect.stringMatching(/goes on without its labels and buckets: .*FAMILY_CONFLICT/);
    expect(warned).toHaveBeenCalledWith(said, 'PromptheusWarning');
    warned.mockRestore();
  });

  it('counts no error of a callback that it was not given', async () => {
    const instance = ownInstance();
    const app = express().use(expressMetrics({ promptheus: instance }));
    await raw(await listen(app), 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', 'unmatched', 404));
    expect((await linesOf(instance)).join()).not.toContain('promptheus_internal_errors_total');
  });

  it('measures without Express, too, and counts at each request that it sees no routes', async () => {
    const instance = ownInstance();
    const middleware = expressMetrics({ promptheus: instance });
    const server = createServer((request, response) => middleware(request, response, () => response.end('x')));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    for (let turn = 0; turn < 2; turn++) await raw(port, 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', 'unmatched', 200, 2));
    await expectLines(instance, 'promptheus_internal_errors_total{part="express_routing"} 2');
  });

  it('looks for the routing again until there is some, and then no more', async () => {
    const instance = ownInstance();
    const middleware = expressMetrics({ promptheus: instance });
    const prototype = { handleRequest: () => {} };
    const { handleRequest } = prototype;
    const apps = [{}, { router: { stack: [Object.create(prototype)] } }, undefined];
    const server = createServer((request, response) => {
      middleware(Object.assign(request, { app: apps.shift() }), response, () => response.end('x'));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    await raw(port, 'GET /x HTTP/1.1');
    expect(prototype.handleRequest).toBe(handleRequest);
    await raw(port, 'GET /x HTTP/1.1');
    expect(prototype.handleRequest).not.toBe(handleRequest);
    await raw(port, 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', 'unmatched', 200, 3));
    expect((await linesOf(instance)).join()).not.toContain('promptheus_internal_errors_total');
  });

  it.each(['the client left', 'another answered'])('writes no scrape where %s meanwhile', async (what) => {
    const instance = ownInstance();
    const { promise: collected, resolve: collect } = Promise.withResolvers<void>();
    let asked = () => {};
    const scraping = new Promise<void>((resolve) => (asked = resolve));
    instance.metrics.gauge({ name: 'slow_now', help: 'Slow.' }).collect(() => {
      asked();
      return collected;
    });
    const app = express();
    let response: ServerResponse | undefined;
    app.use((_request, given, next) => {
      response = given;
      next();
    });
    app.use(expressMetrics({ promptheus: instance }));
    const client = await RawClient.open(await listen(app), 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    await scraping;
    if (what === 'another answered') response?.writeHead(503).end('too slow');
    else {
      client.leave();
      await once(response as ServerResponse, 'close');
    }
    const written = vi.spyOn(response as ServerResponse, 'writeHead');
    collect();
    await instance.scrape();
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).not.toHaveBeenCalled();
    client.leave();
  });

  it('does nothing on an instance that is switched off', async () => {
    const off = createPromptheus({ default: false, registry: false, logger: false, enabled: false });
    const app = express().use(expressMetrics({ promptheus: off }));
    expect(await raw(await listen(app), 'GET /x HTTP/1.1')).not.toMatch(/x-correlation-id/i);
    // It looks at nothing of a request either.
    const next = vi.fn();
    expressMetrics({ promptheus: off })(undefined, undefined, next);
    expect(next).toHaveBeenCalledExactlyOnceWith();
  });

  it('does nothing where the default instance is switched off, not even answer a scrape', async () => {
    const off = createPromptheus({ registry: false, logger: false, enabled: false });
    closing.push(() => off.stop());
    const port = await listen(express().use(expressMetrics()));
    expect(await raw(port, 'GET /x HTTP/1.1')).not.toMatch(/x-correlation-id/i);
    expect(await raw(port, 'GET /metrics HTTP/1.1')).toMatch(/^HTTP\/1\.1 404/);
  });

  it('gives no request the context in which the server was started', async () => {
    const instance = ownInstance();
    const app = express().use(expressMetrics({ promptheus: instance }));
    app.get('/x', (_request, response) => void response.json(context.current()));
    const port = await context.run({ correlationId: 'boot', tenant: 'operator' }, () => listen(app));
    const reply = await raw(port, 'GET /x HTTP/1.1\r\nX-Correlation-ID: c-1');
    expect(reply).toMatch(/\{"correlationId":"c-1"\}$/);
    await expectRequests(instance, counted('GET', '/x', 200));
  });

  it.each(['', undefined])('a tenant that is %j is none', async (tenant) => {
    const instance = ownInstance();
    const app = express().use(expressMetrics({ promptheus: instance, tenant: { from: () => tenant } }));
    app.get('/x', (_request, response) => void response.json(context.current()));
    expect(await raw(await listen(app), 'GET /x HTTP/1.1\r\nX-Correlation-ID: c-1')).toMatch(
      /\{"correlationId":"c-1"\}$/,
    );
    await expectRequests(instance, counted('GET', '/x', 200));
  });

  it.each<[options: unknown, said: string]>([
    [null, 'its argument must be an object, got null'],
    ['/metrics', 'its argument must be an object, got "/metrics"'],
    [{ paht: '/x' }, 'no option "paht". Known here: promptheus, path, skip, tenant, labels, http'],
    [{ path: 'metrics' }, 'path must be a path that starts with "/", or false, got "metrics"'],
    [{ path: true }, 'path must be a path that starts with "/", or false, got true'],
    [{ skip: true }, 'skip must be a function, got true'],
    [{ tenant: {} }, 'tenant.from must be a function'],
    [{ tenant: null }, 'tenant.from must be a function, got null'],
    [{ http: null }, 'expressMetrics: http must be an object, got null'],
    [{ http: { stream: [] } }, 'no option "http.stream". Known here: buckets, streams, endpoint'],
    [{ http: { streams: '/x' } }, 'http.streams must be an array of endpoints, got "/x"'],
    [{ http: { streams: ['/x', 5] } }, 'http.streams must be an array of endpoints, got [/x,5]'],
    [{ http: { endpoint: '/x' } }, 'http.endpoint must be a function, got "/x"'],
    [{ labels: { plan: { from: () => 'x' } } }, 'labels.plan.allow must be an array of strings, got undefined'],
    [
      { labels: { plan: { allow: ['a', 5], from: () => 'x' } } },
      'labels.plan.allow must be an array of strings, got [a,5]',
    ],
    [{ labels: { plan: { allow: ['a'] } } }, 'labels.plan.from must be a function, got undefined'],
    [{ labels: { plan: null } }, 'labels.plan.allow must be an array of strings, got undefined'],
  ])('refuses %j', (options, said) => {
    const message = expect.stringContaining(said);
    expect(() => expressMetrics(options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message }),
    );
  });
});
