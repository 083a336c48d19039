import { once } from 'node:events';
import { ServerResponse } from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import { Readable } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { fastify } from 'fastify';
import { describe, expect, it } from 'vitest';
import { fastifyMetrics } from '../../adapters/fastify/index.js';
import { context } from '../../src/index.js';
import { counted, expectLines, expectRequests, inFlight, linesOf, RawClient } from '../contract/http-harness.js';
import { closeAfter, listen, measured, ownInstance } from './fastify-server.js';

async function over(session: ClientHttp2Session, headers: Record<string, string>, body = ''): Promise<string> {
  const stream = session.request(headers, { endStream: body === '' });
  let text = '';
  stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const [head] = await Promise.all([once(stream, 'response'), once(stream, 'end'), body && stream.end(body)]);
  return `${head[0][':status']} ${head[0]['x-correlation-id']} ${text}`;
}

describe('Fastify over HTTP/2', () => {
  function build() {
    const instance = ownInstance();
    const app = fastify({ http2: true });
    app.register(fastifyMetrics, { promptheus: instance });
    closeAfter(app);
    return { app, instance };
  }

  it('counts its requests, answers the scrape, and keeps the context to onResponse', async () => {
    const { app, instance } = build();
    const ids: unknown[] = [];
    app.addHook('onResponse', async () => ids.push(context.correlationId()));
    app.post('/x/:id', async ({ body }) => {
      await new Promise((resolve) => setImmediate(resolve));
      return { body, id: context.correlationId() };
    });
    app.get('/raw', (_request, reply) => {
      reply.hijack();
      reply.raw.end('raw');
    });
    const session = connect(`http://127.0.0.1:${await listen(app)}`);
    const post = { ':method': 'POST', 'content-type': 'application/json', 'x-correlation-id': 'mine' };
    expect(await over(session, { ...post, ':path': '/x/1' }, '{"a":1}')).toBe('200 mine {"body":{"a":1},"id":"mine"}');
    expect(await over(session, { ':path': '/raw', 'x-correlation-id': 'other' })).toBe('200 other raw');
    await over(session, { ':path': '/%zz' });
    expect(await over(session, { ':path': '/metrics' })).toContain(counted('POST', '/x/:id', 200));
    await expectRequests(
      instance,
      counted('POST', '/x/:id', 200),
      counted('GET', '/raw', 200),
      counted('GET', 'unmatched', 400),
    );
    await expectLines(
      instance,
      'http_request_body_bytes_sum{method="POST",endpoint="/x/:id"} 7',
      'http_response_body_bytes_sum{method="POST",endpoint="/x/:id"} 28',
    );
    // The scrape is no request of the application's.
    expect(ids).toEqual(['mine', 'other', undefined]);
    session.destroy();
  });

  it('is 499 where the client resets its stream', async () => {
    const { app, instance } = build();
    app.get('/never', () => {});
    const session = connect(`http://127.0.0.1:${await listen(app)}`);
    const stream = session.request({ ':path': '/never' });
    await expectLines(instance, inFlight('GET', 1));
    stream.close(8);
    await expectRequests(instance, counted('GET', '/never', 499));
    await expectLines(instance, inFlight('GET', 0));
    session.destroy();
  });
});

describe('Fastify over TLS', () => {
  it('counts HTTP/1.1 on an HTTP/2 server under https', async () => {
    // A shared key in place of a certificate: nothing here expires, and no private key lies in the repository.
    const key = Buffer.from('promptheus-test');
    const psk = { ciphers: 'PSK', maxVersion: 'TLSv1.2' as const };
    const instance = ownInstance({ naming: 'otel' });
    const app = fastify({ http2: true, https: { ...psk, allowHTTP1: true, pskCallback: () => key } as never });
    app.register(fastifyMetrics, { promptheus: instance });
    closeAfter(app);
    app.get('/x/:id', async () => 'x');
    const socket = connectTls({
      ...psk,
      host: '127.0.0.1',
      port: await listen(app),
      pskCallback: () => ({ psk: key, identity: 'test' }),
      checkServerIdentity: () => undefined,
    });
    socket.resume().write('GET /x/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await once(socket, 'close');
    const labels = 'http_request_method="GET",http_route="/x/:id",http_response_status_code="200"';
    await expectLines(
      instance,
      `http_server_request_duration_seconds_count{${labels},error_type="",url_scheme="https",company_id="unknown"} 1`,
    );
  });
});

describe('inject()', () => {
  it('is measured as any request, with status, bytes and context, and answers the scrape', async () => {
    const { app, instance } = measured();
    app.post('/x/:id', async ({ body }) => ({ body, id: context.correlationId() }));
    app.get('/stream', async () => Readable.from(['a'.repeat(10), 'b'.repeat(20)]));
    app.get('/skip', async () => 'x');
    const headers = { 'x-correlation-id': 'mine' };
    const answer = await app.inject({ method: 'POST', url: '/x/1', payload: { a: 1 }, headers });
    expect(answer.json()).toEqual({ body: { a: 1 }, id: 'mine' });
    expect(answer.headers['x-correlation-id']).toBe('mine');
    await app.inject('/stream');
    expect((await app.inject('/nowhere')).statusCode).toBe(404);
    expect((await app.inject('/metrics')).body).toContain(counted('POST', '/x/:id', 200));
    expect((await app.inject({ method: 'HEAD', url: '/metrics' })).statusCode).toBe(200);
    await expectRequests(
      instance,
      counted('POST', '/x/:id', 200),
      counted('GET', '/stream', 200),
      counted('GET', 'unmatched', 404),
    );
    await expectLines(
      instance,
      'http_request_body_bytes_sum{method="POST",endpoint="/x/:id"} 7',
      'http_response_body_bytes_sum{method="POST",endpoint="/x/:id"} 28',
      'http_response_body_bytes_sum{method="GET",endpoint="/stream"} 30',
    );
  });

  it('is 500 where the application destroys the response', async () => {
    const { app, instance } = measured();
    app.get('/breaks', (_request, reply) => {
      reply.hijack();
      reply.raw.write('half');
      reply.raw.destroy();
    });
    await expect(app.inject('/breaks')).rejects.toThrow();
    await expectRequests(instance, counted('GET', '/breaks', 500));
  });
});

describe('a WebSocket', () => {
  it('has the context of its upgrade, and is in no metric of requests', async () => {
    const { app, instance } = measured();
    // What @fastify/websocket does with an upgrade.
    let closed: Promise<unknown> | undefined;
    app.server.on('upgrade', (request, socket) => {
      closed = once(socket.resume(), 'close');
      socket.on('end', () => socket.end());
      const response = new ServerResponse(request);
      response.assignSocket(socket as never);
      app.routing(request, response);
    });
    let id: string | undefined;
    app.get('/ws', (_request, reply) => {
      id = context.correlationId();
      reply.hijack();
      reply.raw.socket?.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    });
    const upgrade = 'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
    const client = await RawClient.open(await listen(app), `${upgrade}X-Correlation-ID: mine\r\n\r\n`);
    await client.until(/ 101 /);
    expect(id).toBe('mine');
    await expectLines(instance, inFlight('GET', 0));
    client.leave();
    await closed;
    expect((await linesOf(instance)).join()).not.toContain('endpoint="/ws"');
  });
});
