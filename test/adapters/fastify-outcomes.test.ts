import { Readable } from 'node:stream';
import { setImmediate as immediate } from 'node:timers/promises';
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { fastifyMetrics } from '../../adapters/fastify/index.js';
import { counted, expectLines, expectRequests, inFlight, linesOf, RawClient, raw } from '../contract/http-harness.js';
import { closeAfter, listen, measured, ownInstance } from './fastify-server.js';

const JSON_TYPE = 'Content-Type: application/json';

describe('the status in Fastify', () => {
  it('is what the error handlers make of it, of the route, the prefix and the application', async () => {
    const { app, instance } = measured();
    app.setErrorHandler((_error, _request, reply) => void reply.code(502).send('application'));
    const fails = async () => {
      throw new Error('failed');
    };
    app.get('/a', fails);
    app.register(
      async (child) => {
        child.setErrorHandler((_error, _request, reply) => void reply.code(503).send('prefix'));
        child.get('/b', fails);
        child.get('/c', { errorHandler: (_error, _request, reply) => void reply.code(504).send('route') }, fails);
      },
      { prefix: '/child' },
    );
    const port = await listen(app);
    for (const path of ['/a', '/child/b', '/child/c']) await raw(port, `GET ${path} HTTP/1.1`);
    await expectRequests(
      instance,
      counted('GET', '/a', 502),
      counted('GET', '/child/b', 503),
      counted('GET', '/child/c', 504),
    );
  });

  it.each(['onRequest', 'preParsing', 'preValidation', 'preHandler', 'preSerialization', 'onSend'] as const)(
    "is that of an error in %s, under the route's pattern",
    async (hook) => {
      const { app, instance } = measured();
      app.addHook(hook as 'onRequest', async () => {
        throw Object.assign(new Error('failed'), { statusCode: 429 });
      });
      app.get('/x/:id', async () => ({ x: 1 }));
      expect(await raw(await listen(app), 'GET /x/1 HTTP/1.1')).toMatch(/^HTTP\/1.1 429/);
      await expectRequests(instance, counted('GET', '/x/:id', 429));
    },
  );

  it('is counted where a hook answers that stands before the plugin, which has not seen the route', async () => {
    const app = fastify();
    closeAfter(app);
    const instance = ownInstance();
    app.addHook('onRequest', async (_request, reply) => reply.code(401).send('no'));
    app.register(fastifyMetrics, { promptheus: instance });
    app.get('/x', async () => 'x');
    await raw(await listen(app), 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', 'unmatched', 401));
    await expectLines(instance, inFlight('GET', 0));
  });

  it('is 400 where the schema refuses, 415 for a type that nobody reads, 413 for what is too long', async () => {
    const { app, instance } = measured({ bodyLimit: 50 });
    const schema = { body: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } };
    app.post('/users', { schema }, async () => 'x');
    const port = await listen(app);
    const post = (type: string, body: string) =>
      raw(port, `POST /users HTTP/1.1\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}`, body);
    await post('application/json', '{}');
    await post('application/json', '{');
    await post('text/csv', 'a,b');
    await post('application/json', `{"name":"${'x'.repeat(50)}"}`);
    await post('application/json', '{"name":"x"}');
    await raw(
      port,
      `POST /users HTTP/1.1\r\n${JSON_TYPE}\r\nTransfer-Encoding: chunked`,
      `40\r\n${'x'.repeat(64)}\r\n0\r\n\r\n`,
    );
    await expectRequests(
      instance,
      counted('POST', '/users', 400, 2),
      counted('POST', '/users', 415),
      counted('POST', '/users', 413, 2),
      counted('POST', '/users', 200),
    );
  });

  it('is 499 where the client leaves while its body is read, and onRequestAbort is called', async () => {
    const { app, instance } = measured();
    const aborted = vi.fn();
    app.addHook('onRequestAbort', async (_request) => aborted());
    app.post('/users', async () => 'x');
    const head = `POST /users HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}\r\nContent-Length: 100\r\n\r\n{"a`;
    const client = await RawClient.open(await listen(app), head);
    await expectLines(instance, inFlight('POST', 1));
    client.leave();
    await expectRequests(instance, counted('POST', '/users', 499));
    await expectLines(
      instance,
      inFlight('POST', 0),
      'http_requests_aborted_total{method="POST",endpoint="/users"} 1',
      'http_request_body_bytes_sum{method="POST",endpoint="/users"} 3',
    );
    await vi.waitFor(() => expect(aborted).toHaveBeenCalledOnce());
  });

  it('is 499 where the client leaves while the handler works, whatever that sends then', async () => {
    const { app, instance } = measured();
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    app.addHook('onRequestAbort', (_request, done) => {
      leave();
      done();
    });
    app.get('/x', async () => {
      await left;
      await immediate();
      return 'late';
    });
    const client = await RawClient.open(await listen(app), 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n');
    await expectLines(instance, inFlight('GET', 1));
    client.leave();
    await expectRequests(instance, counted('GET', '/x', 499));
    await expectLines(instance, inFlight('GET', 0));
  });

  it('is 503 where the handler takes longer than Fastify lets it', async () => {
    const { app, instance } = measured({ handlerTimeout: 20 });
    app.get('/x', () => new Promise(() => {}));
    expect(await raw(await listen(app), 'GET /x HTTP/1.1')).toMatch(/^HTTP\/1.1 503/);
    await expectRequests(instance, counted('GET', '/x', 503));
  });
});

describe('a reply that streams', () => {
  it('is counted with its bytes, of a stream, a web stream and a Response', async () => {
    const { app, instance } = measured();
    app.get('/node', async () => Readable.from(['a'.repeat(10), 'b'.repeat(20)]));
    app.get('/web', async () => new Response('c'.repeat(30)).body);
    app.get('/response', async () => new Response('d'.repeat(40), { status: 201 }));
    const port = await listen(app);
    for (const path of ['/node', '/web', '/response']) await raw(port, `GET ${path} HTTP/1.1`);
    await expectRequests(
      instance,
      counted('GET', '/node', 200),
      counted('GET', '/web', 200),
      counted('GET', '/response', 201),
    );
    const bytes = (path: string, sum: number) => `http_response_body_bytes_sum{method="GET",endpoint="${path}"} ${sum}`;
    await expectLines(instance, bytes('/node', 30), bytes('/web', 30), bytes('/response', 40));
  });

  it('is 500 where its source fails after the headers, and what the error handler says where it fails before', async () => {
    const { app, instance } = measured();
    const failing = (pieces: string[]) =>
      Readable.from(
        (async function* () {
          yield* pieces;
          await immediate();
          throw new Error('source');
        })(),
      );
    app.get('/late', (_request, reply) => reply.send(failing(['half'])));
    app.get('/early', (_request, reply) => reply.send(failing([])));
    app.setErrorHandler((_error, _request, reply) => void reply.code(502).send('failed'));
    const port = await listen(app);
    for (const path of ['/late', '/early']) await raw(port, `GET ${path} HTTP/1.1`);
    await expectRequests(instance, counted('GET', '/late', 500), counted('GET', '/early', 502));
    const aborts = (await linesOf(instance)).filter((line) => /^http_requests_aborted_total\{.* [1-9]/.test(line));
    expect(aborts).toEqual([]);
  });
});

describe('a reply past Fastify', () => {
  const WAYS: ReadonlyArray<readonly [string, (reply: FastifyReply) => unknown]> = [
    ['hijacked', (reply) => (reply.hijack(), reply.raw.writeHead(202, { 'Content-Type': 'text/plain' }).end('raw'))],
    ['hijacked, with no head written', (reply) => (reply.hijack(), (reply.raw.statusCode = 202), reply.raw.end('raw'))],
    ['raw, without a word', (reply) => void reply.raw.writeHead(202, ['Content-Length', '3']).end('raw')],
  ];

  it.each(WAYS)('%s is counted, and bears the correlation id', async (_way, answer) => {
    const { app, instance } = measured();
    app.get('/x', (_request: FastifyRequest, reply: FastifyReply) => void answer(reply));
    const text = await raw(await listen(app), 'GET /x HTTP/1.1\r\nX-Correlation-ID: mine');
    expect(text).toMatch(/^HTTP\/1.1 202/);
    expect(text.match(/^x-correlation-id: mine\r$/gim)).toHaveLength(1);
    await expectRequests(instance, counted('GET', '/x', 202));
    await expectLines(instance, 'http_response_body_bytes_sum{method="GET",endpoint="/x"} 3');
  });

  it("leaves the head's own correlation id where the application sets one", async () => {
    const { app } = measured({}, { skip: ({ url }) => url === '/skipped' });
    app.get('/head', (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { 'x-correlation-id': 'own' }).end();
    });
    app.get('/set', (_request, reply) => {
      reply.hijack();
      reply.raw.setHeader('X-Correlation-ID', 'own');
      reply.raw.end();
    });
    app.get('/reply', async (_request, reply) => reply.header('X-Correlation-ID', 'own').send('x'));
    app.get('/skipped', (_request, reply) => {
      reply.hijack();
      reply.raw.end();
    });
    const port = await listen(app);
    for (const path of ['/head', '/set', '/reply']) {
      const text = await raw(port, `GET ${path} HTTP/1.1\r\nX-Correlation-ID: mine`);
      expect(text.match(/^x-correlation-id: .*\r$/gim)).toEqual([expect.stringMatching(/: own\r/)]);
    }
    expect(await raw(port, 'GET /skipped HTTP/1.1\r\nX-Correlation-ID: mine')).toMatch(/^x-correlation-id: mine\r$/im);
  });
});
