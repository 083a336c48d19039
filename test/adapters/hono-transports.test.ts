import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { honoMetrics } from '../../adapters/hono/index.js';
import { counted, expectLines, expectRequests, inFlight, RawClient, raw } from '../contract/http-harness.js';
import { type HonoPackages, onEveryHono, packagesIn } from './hono-rows.js';
import { closeAfterEach, listen, ownInstance, portOf } from './hono-server.js';

// biome-ignore lint/suspicious/noExplicitAny: three versions of Hono stand here, each with types of its own.
type Any = any;

closeAfterEach();

function measured({ Hono, streaming }: HonoPackages) {
  const instance = ownInstance();
  const app = new Hono();
  app.use(honoMetrics({ promptheus: instance }));
  app.post('/echo/:id', async (c: Any) => c.text(await c.req.text()));
  app.get('/stream/:id', (c: Any) =>
    streaming.stream(c, async (stream: Any) => {
      await stream.write('half');
      await new Promise((resolve) => stream.onAbort(resolve));
    }),
  );
  app.get('/fails/:id', (c: Any) => c.text('no', 409));
  return { app, instance };
}

onEveryHono((_row, packages) => {
  describe('on HTTP/2', () => {
    it('counts bodies, errors, streams that are reset, and answers the scrape', async () => {
      const { app, instance } = measured(packages);
      const port = await listen(packages, app, { createServer: createHttp2Server });
      const session = connect(`http://127.0.0.1:${port}`);
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
      session.close();
    });
  });

  describe.each(['getRequestListener', 'createAdaptorServer'])('with %s', (name) => {
    it('measures as serve does', async () => {
      const { app, instance } = measured(packages);
      const server =
        name === 'getRequestListener'
          ? createServer(packages.node.getRequestListener(app.fetch))
          : packages.node.createAdaptorServer({ fetch: app.fetch });
      const port = await portOf(server.listen(0, '127.0.0.1'));
      await raw(port, 'GET /fails/1 HTTP/1.1');
      await expectRequests(instance, counted('GET', '/fails/:id', 409));
    });
  });

  it('a request that node-server refuses never comes to the application', async () => {
    const { app, instance } = measured(packages);
    const port = await listen(packages, app);
    expect(await raw(port, 'GET fails/1 HTTP/1.1')).toMatch(/^HTTP\/1.1 400/);
    await raw(port, 'GET /fails/1 HTTP/1.1');
    await expectRequests(instance, counted('GET', '/fails/:id', 409));
  });
});

describe('an upgrade', () => {
  it('is the application’s to decide on, and no request', async () => {
    const packages = packagesIn('.');
    const { app, instance } = measured(packages);
    app.get(
      '/socket',
      packages.node.upgradeWebSocket(() => ({ onOpen: (_event: Any, ws: Any) => ws.send('opened') })),
    );
    const port = await listen(packages, app, { websocket: { server: new SocketServer() } });
    const upgrade = (path: string) =>
      RawClient.open(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    const client = await upgrade('/socket');
    await client.until(/101 Switching Protocols\r\n\r\nopened$/);
    client.leave();
    await (await upgrade('/fails/1')).until(/^HTTP\/1.1 409/);
    await raw(port, 'GET /fails/1 HTTP/1.1');
    await expectRequests(instance, counted('GET', '/fails/:id', 409));
  });
});

/** What node-server needs of the package `ws`. */
class SocketServer extends EventEmitter {
  readonly options = { noServer: true };

  handleUpgrade(_request: unknown, socket: Any, _head: unknown, done: (ws: unknown) => void): void {
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    done(
      Object.assign(new EventEmitter(), { readyState: 1, protocol: '', send: (text: string) => socket.write(text) }),
    );
  }

  close(): void {}
}
