import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createHttp2Server, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import Router from '@koa/router';
import Koa from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import { koaMetrics } from '../../adapters/koa/index.js';
import { createPromptheus } from '../../src/index.js';
import { counted, expectLines, expectRequests, inFlight, RawClient } from '../contract/http-harness.js';

const closing: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function portOf(server: Server | Http2Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function measured() {
  const instance = createPromptheus({ default: false, registry: false, logger: false });
  const app = new Koa();
  app.silent = true;
  app.use(koaMetrics({ promptheus: instance }));
  const router = new Router();
  router.post('/echo/:id', async (ctx) => {
    let text = '';
    for await (const chunk of ctx.req) text += chunk;
    ctx.body = text;
  });
  router.get('/stream/:id', (ctx) => {
    const stream = new PassThrough();
    stream.write('half');
    ctx.body = stream;
  });
  router.get('/fails/:id', (ctx) => ctx.throw(409, 'no'));
  app.use(router.routes());
  return { app, instance };
}

describe('app.callback() on HTTP/2', () => {
  it('counts bodies, errors, streams that are reset, and answers the scrape', async () => {
    const { app, instance } = measured();
    const session = connect(`http://127.0.0.1:${await portOf(createHttp2Server(app.callback()))}`);
    closing.push(() => session.close());
    const ask = async (headers: Record<string, string>, body?: string) => {
      const stream = session.request(headers, { endStream: body === undefined });
      if (body !== undefined) stream.end(body);
      const [answer] = await once(stream, 'response');
      let text = '';
      for await (const chunk of stream.setEncoding('utf8')) text += chunk;
      return { answer, text };
    };
    expect(await ask({ ':method': 'POST', ':path': '/echo/1' }, 'hello')).toMatchObject({ text: 'hello' });
    const failed = await ask({ ':path': '/fails/1', 'x-correlation-id': 'req-1' });
    expect(failed).toMatchObject({ answer: { ':status': 409, 'x-correlation-id': 'req-1' }, text: 'no' });
    const left = session.request({ ':path': '/stream/1' });
    await once(left, 'data');
    left.close(8);
    await expectRequests(
      instance,
      counted('POST', '/echo/:id', 200),
      counted('GET', '/fails/:id', 409),
      counted('GET', '/stream/:id', 499),
    );
    await expectLines(
      instance,
      inFlight('GET', 0),
      'http_request_body_bytes_sum{method="POST",endpoint="/echo/:id"} 5',
      'http_response_body_bytes_sum{method="POST",endpoint="/echo/:id"} 5',
    );
    expect(await ask({ ':path': '/metrics' })).toMatchObject({
      answer: { ':status': 200 },
      text: expect.stringContaining(counted('GET', '/stream/:id', 499)),
    });
  });
});

describe('an upgrade', () => {
  it('is the server’s own, and no request', async () => {
    const { app, instance } = measured();
    const server = createServer(app.callback());
    server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\nframes'));
    const client = await RawClient.open(
      await portOf(server),
      'GET /echo/1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    await client.until(/frames$/);
    client.leave();
    await expectRequests(instance);
  });
});
