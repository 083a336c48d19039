import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { honoMetrics } from '../../adapters/hono/index.js';
import { context, createPromptheus, observeHttp, promptheus } from '../../src/index.js';
import { counted, expectLines, expectRequests, inFlight, RawClient, raw } from '../contract/http-harness.js';
import { onEveryHono, packagesIn } from './hono-rows.js';
import { closeAfterEach, listen, ownInstance } from './hono-server.js';

// biome-ignore lint/suspicious/noExplicitAny: three versions of Hono stand here, each with types of its own.
type Any = any;

closeAfterEach();
const ok = (c: Any) => c.text('ok', 200);

describe('honoMetrics without an instance', () => {
  it('uses the default instance when it is given none, which works from the first request on', async () => {
    const packages = packagesIn('.');
    const instance = ownInstance({ default: true });
    expect(promptheus()).toBe(instance);
    const port = await listen(packages, new packages.Hono().use(honoMetrics()).get('/x', ok));
    await raw(port, 'GET /x HTTP/1.1');
    await expectRequests(instance, counted('GET', '/x', 200));
    expect(await raw(port, 'GET /metrics HTTP/1.1')).toContain(counted('GET', '/x', 200));
  });
});

onEveryHono((_row, packages) => {
  const { Hono, streaming, load } = packages;
  // Here, as an import would: once a server is made, node-server has replaced the Response that this is made of.
  const { RESPONSE_ALREADY_SENT } = load('@hono/node-server/utils/response');

  function measured(options: object = {}) {
    const instance = ownInstance();
    const app = new Hono();
    app.use(honoMetrics({ promptheus: instance, ...options }));
    return { app, instance };
  }

  describe('honoMetrics', () => {
    it('counts once where a measured application is mounted in another', async () => {
      const { app, instance } = measured();
      const inner = new Hono().use(honoMetrics({ promptheus: instance })).get('/:id', ok);
      app.route('/in', inner);
      app.mount('/apart', inner.fetch);
      const port = await listen(packages, app);
      for (const path of ['/in/1', '/apart/1']) await raw(port, `GET ${path} HTTP/1.1`);
      await expectRequests(instance, counted('GET', '/in/:id', 200), counted('GET', '/apart/*', 200));
    });

    it('measures a part of an application only, and answers the scrape there', async () => {
      const instance = ownInstance();
      const part = new Hono().use(honoMetrics({ promptheus: instance, path: '/in/metrics' })).get('/:id', ok);
      const app = new Hono().route('/in', part).get('/out', ok);
      app.notFound((c: Any) => c.text('none', 404));
      const port = await listen(packages, app);
      for (const path of ['/in/1', '/in/1/2', '/in/1/2', '/out']) await raw(port, `GET ${path} HTTP/1.1`);
      await expectRequests(instance, counted('GET', '/in/:id', 200), counted('GET', 'unmatched', 404, 2));
      expect(await raw(port, 'GET /in/metrics HTTP/1.1')).toContain(counted('GET', '/in/:id', 200));
    });

    it('does nothing on an instance that is switched off', async () => {
      const { app } = measured({ promptheus: ownInstance({ enabled: false }) });
      const received = await raw(await listen(packages, app.get('/metrics', ok)), 'GET /metrics HTTP/1.1');
      expect(received).toMatch(/^HTTP\/1.1 200[\s\S]*\r\n\r\nok$/);
      expect(received).not.toMatch(/x-correlation-id/i);
    });

    it.each<[options: unknown, said: string]>([
      [null, 'honoMetrics: its argument must be an object, got null'],
      [{ paht: '/x' }, 'honoMetrics has no option "paht"'],
      [{ http: { endpoint: '/x' } }, 'honoMetrics: http.endpoint must be a function, got "/x"'],
    ])('refuses %j', (options, said) => {
      const message = expect.stringContaining(said);
      expect(() => honoMetrics(options as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message }));
    });

    it('hands Hono’s own context to every callback', async () => {
      const seen = new Set<unknown>();
      const saw = (name: string) => (c: Any) => {
        seen.add(c);
        return c.req.header('x-name') === 'acme' ? name : undefined;
      };
      const { app, instance } = measured({
        tenant: { from: saw('acme') },
        skip: saw(''),
        labels: { plan: { allow: ['paid'], from: saw('paid') } },
        http: { endpoint: saw('named') },
      });
      app.get('/x', (c: Any) => {
        seen.add(c);
        return ok(c);
      });
      await raw(await listen(packages, app), 'GET /x HTTP/1.1\r\nX-Name: acme');
      await expectRequests(instance, counted('GET', 'named', 200, 1, 'acme').replace('} 1', ',plan="paid"} 1'));
      expect(seen.size).toBe(1);
    });
  });

  describe('the context of a request', () => {
    it('holds through awaits, a body that was read, and a stream', async () => {
      const { app } = measured({ tenant: { from: (c: Any) => c.req.header('x-tenant') } });
      const here = () => `${context.current().tenant} ${context.correlationId()}`;
      app.post('/x', async (c: Any) => {
        const { text } = await c.req.json();
        return c.text(`${text} ${here()}`);
      });
      app.get('/stream', (c: Any) =>
        streaming.stream(c, async (stream: Any) => {
          await stream.sleep(1);
          await stream.write(here());
        }),
      );
      const port = await listen(packages, app);
      const headers = 'X-Tenant: acme\r\nX-Correlation-ID: req-1';
      const body = '{"text":"read"}';
      expect(await raw(port, `POST /x HTTP/1.1\r\n${headers}\r\nContent-Length: ${body.length}`, body)).toMatch(
        /read acme req-1$/,
      );
      expect(await raw(port, `GET /stream HTTP/1.1\r\n${headers}`)).toContain('acme req-1');
    });

    it('sends one correlation id, with errors, with what is not found and with a handler that sets it', async () => {
      const { app } = measured();
      app.get('/own', (c: Any) => {
        c.header('X-Correlation-ID', 'own');
        return c.text('x');
      });
      app.get('/response', () => new Response('x', { headers: { 'x-correlation-id': 'own' } }));
      app.get('/fails', () => {
        throw new Error('failed');
      });
      app.onError((_error: Any, c: Any) => c.text('failed', 500));
      const port = await listen(packages, app);
      for (const [path, id] of [
        ['/own', 'own'],
        ['/response', 'own'],
        ['/fails', 'req-1'],
        ['/none', 'req-1'],
      ]) {
        const received = await raw(port, `GET ${path} HTTP/1.1\r\nX-Correlation-ID: req-1`);
        expect(received.match(/^x-correlation-id: .*$/gim)).toEqual([expect.stringMatching(new RegExp(`: ${id}`))]);
      }
    });
  });

  describe('the response', () => {
    it('counts what has no body, and HEAD, with no bytes', async () => {
      const { app, instance } = measured();
      app.get('/empty', (c: Any) => c.body(null, 204)).get('/text', ok);
      const port = await listen(packages, app);
      expect(await raw(port, 'GET /empty HTTP/1.1')).toMatch(/^HTTP\/1.1 204/);
      await raw(port, 'HEAD /text HTTP/1.1');
      await expectRequests(instance, counted('GET', '/empty', 204), counted('HEAD', '/text', 200));
      await expectLines(
        instance,
        'http_response_body_bytes_sum{method="GET",endpoint="/empty"} 0',
        'http_response_body_bytes_sum{method="HEAD",endpoint="/text"} 0',
      );
    });

    it('is measured where the handler writes it past Hono', async () => {
      const { app, instance } = measured();
      app.get('/raw/:id', (c: Any) => {
        c.env.outgoing.writeHead(202).end('four');
        return RESPONSE_ALREADY_SENT;
      });
      const received = await raw(await listen(packages, app), 'GET /raw/1 HTTP/1.1');
      expect(received).toMatch(/^HTTP\/1.1 202[\s\S]*x-correlation-id/i);
      await expectRequests(instance, counted('GET', '/raw/:id', 202));
      await expectLines(instance, 'http_response_body_bytes_sum{method="GET",endpoint="/raw/:id"} 4');
    });

    it.each(['measured', 'skipped', 'off'])(
      'is the error that Hono makes of a handler that gives none (%s)',
      async (how) => {
        const { app, instance } = measured({
          skip: () => how === 'skipped',
          promptheus: ownInstance({ enabled: how !== 'off' }),
        });
        app.use(honoMetrics({ promptheus: instance }));
        const heard: string[] = [];
        app.get('/forgets', () => {});
        app.onError((error: Error, c: Any) => {
          heard.push(error.message);
          return c.text('failed', 500);
        });
        expect(await raw(await listen(packages, app), 'GET /forgets HTTP/1.1')).toMatch(/^HTTP\/1.1 500[\s\S]*failed$/);
        expect(heard).toEqual([expect.stringContaining('Context is not finalized')]);
      },
    );

    it('tells a stream that its client left it, and counts a 499', async () => {
      const { app, instance } = measured();
      const aborted = vi.fn();
      app.get('/live', (c: Any) =>
        streaming.stream(c, async (stream: Any) => {
          stream.onAbort(aborted);
          await stream.write('half');
          await vi.waitFor(() => expect(aborted).toHaveBeenCalled(), 4_000);
        }),
      );
      const client = await RawClient.open(await listen(packages, app), 'GET /live HTTP/1.1\r\nHost: x\r\n\r\n');
      await client.until(/half/);
      await expectLines(instance, inFlight('GET', 1));
      client.leave();
      await expectRequests(instance, counted('GET', '/live', 499));
      await vi.waitFor(() => expect(aborted).toHaveBeenCalledOnce());
      await expectLines(instance, inFlight('GET', 0));
    });

    it('lets the handler hear that its client left', async () => {
      const { app, instance } = measured();
      const heard = vi.fn();
      app.get('/slow', async (c: Any) => {
        await once(c.req.raw.signal, 'abort');
        heard();
        return c.text('late');
      });
      const client = await RawClient.open(await listen(packages, app), 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
      await expectLines(instance, inFlight('GET', 1));
      client.leave();
      await expectRequests(instance, counted('GET', '/slow', 499));
      await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce());
    });

    it('is of no endpoint where its client left while a middleware was at work', async () => {
      const { app, instance } = measured();
      app.use('/in/*', (_c: Any, _next: Any) => new Promise(() => {}));
      app.get('/in/:id', ok);
      const client = await RawClient.open(await listen(packages, app), 'GET /in/1 HTTP/1.1\r\nHost: x\r\n\r\n');
      await expectLines(instance, inFlight('GET', 1));
      client.leave();
      await expectRequests(instance, counted('GET', 'unmatched', 499));
    });

    it('has the name that was given inside of the request', async () => {
      const { app, instance } = measured();
      const work = observeHttp(async () => 'done', { endpoint: 'named within' });
      app.get('/work', async (c: Any) => c.text(await work()));
      await raw(await listen(packages, app), 'GET /work HTTP/1.1');
      await expectRequests(instance, counted('GET', 'named within', 200));
    });
  });

  describe('GET /metrics', () => {
    it('is an answer as any other to a middleware that stands before', async () => {
      const instance = ownInstance();
      const seen: unknown[] = [];
      const app = new Hono();
      app.use(async (c: Any, next: Any) => {
        c.header('X-Before', '1');
        await next();
        seen.push(c.res.status, c.res.headers.get('content-type'));
      });
      app.use(honoMetrics({ promptheus: instance }));
      const received = await raw(await listen(packages, app), 'GET /metrics HTTP/1.1');
      expect(received).toMatch(/x-before: 1[\s\S]*\r\n\r\n# HELP/i);
      expect(seen).toEqual([200, expect.stringContaining('text/plain; version=')]);
    });

    it('asks for the password of the scrape', async () => {
      const instance = createPromptheus({
        default: false,
        registry: false,
        logger: false,
        scrape: { auth: { bearer: 'secret' } },
      });
      const port = await listen(packages, new Hono().use(honoMetrics({ promptheus: instance })));
      expect(await raw(port, 'GET /metrics HTTP/1.1')).toMatch(/^HTTP\/1.1 401[\s\S]*www-authenticate/i);
      expect(await raw(port, 'GET /metrics HTTP/1.1\r\nAuthorization: Bearer secret')).toMatch(/^HTTP\/1.1 200/);
    });
  });
});
