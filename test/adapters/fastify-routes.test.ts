import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import { counted, expectLines, expectRequests, inFlight, RawClient, raw } from '../contract/http-harness.js';
import { listen, measured } from './fastify-server.js';

const ok = async () => 'ok';

describe('the endpoint in Fastify', () => {
  it('bears every prefix, and the pattern as it was declared', async () => {
    const { app, instance } = measured();
    app.register(
      async (outer) => {
        outer.register(async (inner) => void inner.get('/users/:id(^\\d+$)', ok), { prefix: '/v1' });
        outer.get('/', ok);
      },
      { prefix: '/api/:org' },
    );
    app.get('/files/*', ok);
    app.get('/optional/:a?', ok);
    app.get('/:from-:to', ok);
    const port = await listen(app);
    for (const path of ['/api/acme/v1/users/7', '/api/acme', '/api/acme/', '/files/a/b', '/optional', '/1-2']) {
      await raw(port, `GET ${path} HTTP/1.1`);
    }
    await expectRequests(
      instance,
      counted('GET', '/api/:org/v1/users/:id(^\\\\d+$)', 200),
      counted('GET', '/api/:org', 200, 2),
      counted('GET', '/files/*', 200),
      counted('GET', '/optional/:a?', 200),
      counted('GET', '/:from-:to', 200),
    );
  });

  it('is unmatched for every kind of 404', async () => {
    const { app, instance } = measured();
    app.setNotFoundHandler((_request, reply) => void reply.code(404).send('nothing'));
    app.register(
      async (child) => {
        child.setNotFoundHandler((_request, reply) => void reply.code(410).send('gone'));
        child.get('/gone', (_request, reply) => void reply.callNotFound());
      },
      { prefix: '/old' },
    );
    const port = await listen(app);
    expect(await raw(port, 'GET /nowhere HTTP/1.1')).toMatch(/nothing$/);
    expect(await raw(port, 'GET /old/nowhere HTTP/1.1')).toMatch(/gone$/);
    expect(await raw(port, 'GET /old/gone HTTP/1.1')).toMatch(/gone$/);
    expect(await raw(port, 'POST /old/gone HTTP/1.1')).toMatch(/gone$/);
    await expectRequests(
      instance,
      counted('GET', 'unmatched', 404),
      counted('GET', 'unmatched', 410, 2),
      counted('POST', 'unmatched', 410),
    );
  });

  it('is unmatched for a URL that Fastify cannot read, which no hook sees', async () => {
    const { app, instance } = measured();
    app.get('/x/:id', ok);
    const port = await listen(app);
    const answers = [await raw(port, 'GET /x/%zz HTTP/1.1'), await raw(port, `GET /x/${'a'.repeat(200)} HTTP/1.1`)];
    await expectRequests(instance, counted('GET', 'unmatched', 400), counted('GET', 'unmatched', 414));
    const bytes = answers.reduce((sum, answer) => sum + answer.length - answer.indexOf('\r\n\r\n') - 4, 0);
    await expectLines(
      instance,
      inFlight('GET', 0),
      `http_response_body_bytes_sum{method="GET",endpoint="unmatched"} ${bytes}`,
    );
  });

  it("is unmatched for what the application's frameworkErrors answers", async () => {
    const { app, instance } = measured({
      frameworkErrors: (_error, _request, reply: FastifyReply) => void reply.code(418).send('teapot'),
    });
    expect(await raw(await listen(app), 'GET /%zz HTTP/1.1')).toMatch(/teapot$/);
    await expectRequests(instance, counted('GET', 'unmatched', 418));
  });

  it('is unmatched where a constraint fails that is asked asynchronously', async () => {
    const { app, instance } = measured();
    app.addConstraintStrategy({
      name: 'tenant',
      storage: () => ({ get: () => null, set: () => {} }),
      deriveConstraint: (_request: unknown, _context: unknown, done?: (error: Error) => void) =>
        setImmediate(() => done?.(new Error('no directory'))),
    } as never);
    app.route({ method: 'GET', url: '/x', constraints: { tenant: 'acme' }, handler: ok });
    expect(await raw(await listen(app), 'GET /x HTTP/1.1')).toMatch(/^HTTP\/1.1 500/);
    await expectRequests(instance, counted('GET', 'unmatched', 500));
  });

  it('is the same for routes told apart by version and host, and unmatched where none fits', async () => {
    const { app, instance } = measured();
    app.route({ method: 'GET', url: '/x', constraints: { version: '1.2.0' }, handler: async () => 'one' });
    app.route({ method: 'GET', url: '/x', constraints: { version: '2.0.0' }, handler: async () => 'two' });
    app.route({ method: 'GET', url: '/y', constraints: { host: 'a.example' }, handler: ok });
    const port = await listen(app);
    expect(await raw(port, 'GET /x HTTP/1.1\r\nAccept-Version: 1.x')).toMatch(/one$/);
    expect(await raw(port, 'GET /x HTTP/1.1\r\nAccept-Version: 2.x')).toMatch(/two$/);
    await raw(port, 'GET /x HTTP/1.1\r\nAccept-Version: 3.x');
    await raw(port, 'GET /y HTTP/1.1');
    await expectRequests(instance, counted('GET', '/x', 200, 2), counted('GET', 'unmatched', 404, 2));
  });

  it('is that of the route which a rewritten URL leads to', async () => {
    const { app, instance } = measured({ rewriteUrl: ({ url = '/' }) => url.replace(/^\/old/, '/new') });
    app.get('/new/:id', ok);
    await raw(await listen(app), 'GET /old/7 HTTP/1.1');
    await expectRequests(instance, counted('GET', '/new/:id', 200));
  });

  it('is that of the GET route for HEAD, which sends no bytes', async () => {
    const { app, instance } = measured();
    app.get('/exposed/:id', ok);
    app.get('/hidden', { exposeHeadRoute: false }, ok);
    const port = await listen(app);
    await raw(port, 'HEAD /exposed/1 HTTP/1.1');
    await raw(port, 'HEAD /hidden HTTP/1.1');
    await expectRequests(instance, counted('HEAD', '/exposed/:id', 200), counted('HEAD', 'unmatched', 404));
    await expectLines(instance, 'http_response_body_bytes_sum{method="HEAD",endpoint="/exposed/:id"} 0');
  });

  it('is unmatched for the 503 of a server that is closing', async () => {
    const { app, instance } = measured();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    app.get('/slow', async () => {
      await released;
      return 'slow';
    });
    const client = await RawClient.open(await listen(app), 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await expectLines(instance, inFlight('GET', 1));
    const closed = app.close();
    await new Promise((resolve) => setImmediate(resolve));
    client.socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await expectLines(instance, inFlight('GET', 2));
    release();
    await client.until(/ 503 /);
    await closed;
    await expectRequests(instance, counted('GET', '/slow', 200), counted('GET', 'unmatched', 503));
    await expectLines(instance, inFlight('GET', 0));
  });

  it('is known for what reaches Fastify past its server', async () => {
    const { app, instance } = measured();
    app.get('/x/:id', ok);
    await app.ready();
    const server = createServer((request, response) => app.routing(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await raw((server.address() as AddressInfo).port, 'GET /x/1 HTTP/1.1');
    await expectRequests(instance, counted('GET', '/x/:id', 200));
    server.close();
  });
});
