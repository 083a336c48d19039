import { once } from 'node:events';
import { createServer, type IncomingMessage, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it, vi } from 'vitest';
import { instrumentServer } from '../../adapters/node/index.js';
import { context, observeHttp } from '../../src/index.js';
import { counted, expectLines, expectRequests, inFlight, linesOf, RawClient, raw } from '../contract/http-harness.js';
import { tls, tlsClient } from './node-app.js';
import { closing, listen, ownInstance } from './node-listening.js';

describe('instrumentServer', () => {
  it('returns the server, and measures with listeners of before and after; none of them sees a scrape', async () => {
    const promptheus = ownInstance();
    const heard: string[] = [];
    const server = createServer((request) => heard.push(`before ${request.url}`));
    expect(instrumentServer(server, { promptheus })).toBe(server);
    server.on('request', (request, response) => {
      heard.push(`after ${request.url} ${context.correlationId()}`);
      response.end('x');
    });
    server.prependListener('request', (request) => heard.push(`first ${request.url}`));
    const port = await listen(server);
    expect(await raw(port, 'GET /x HTTP/1.1\r\nX-Correlation-ID: c-1')).toMatch(/x-correlation-id: c-1/);
    await expectRequests(promptheus, counted('GET', 'unmatched', 200));
    expect(await raw(port, 'GET /metrics HTTP/1.1')).toContain(counted('GET', 'unmatched', 200));
    expect(heard).toEqual(['first /x', 'before /x', 'after /x c-1']);
    await expectRequests(promptheus, counted('GET', 'unmatched', 200));
  });

  it('counts once where it is called twice, and follows the server once', async () => {
    const promptheus = ownInstance();
    const start = vi.spyOn(promptheus, 'start');
    const server = createServer((_request, response) => response.end('x'));
    instrumentServer(instrumentServer(server, { promptheus }), { promptheus, path: '/other' });
    await raw(await listen(server), 'GET /other HTTP/1.1');
    await expectRequests(promptheus, counted('GET', 'unmatched', 200));
    expect(start).toHaveBeenCalledOnce();
  });

  it('keeps the context in the events of request and response, on each request of a connection', async () => {
    const seen: Array<[event: string, id: string | undefined, tenant: string | undefined]> = [];
    const note = (event: string) => seen.push([event, context.correlationId(), context.current().tenant]);
    const promptheus = ownInstance();
    const named = observeHttp(() => {}, { endpoint: 'named', promptheus });
    const server = createServer((request, response) => {
      request.on('data', () => note('data'));
      request.on('end', () => {
        note('end');
        named();
        setImmediate(() => response.end('x'));
      });
      response.on('finish', () => note('finish'));
      response.on('close', () => note('close'));
    });
    const from = ({ headers }: { headers: IncomingMessage['headers'] }) => headers['x-tenant'] as string;
    const port = await listen(instrumentServer(server, { promptheus, tenant: { from } }));
    const client = await RawClient.open(port, '');
    for (const id of ['one', 'two']) {
      client.socket.write(
        `POST / HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: ${id}\r\nX-Tenant: t-${id}\r\nContent-Length: 2\r\n\r\na`,
      );
      // The body goes on in a packet of its own, which comes from the socket and not from the request.
      await vi.waitFor(() => expect(seen.at(-1)).toEqual(['data', id, `t-${id}`]));
      client.socket.write('b');
      await vi.waitFor(() => expect(seen.at(-1)).toEqual(['close', id, `t-${id}`]));
    }
    client.leave();
    expect(seen).toHaveLength(10);
    for (const [event, id, tenant] of seen.slice(5)) expect([event, id, tenant]).toEqual([event, 'two', 't-two']);
    await expectRequests(
      promptheus,
      counted('POST', 'named', 200, 1, 't-one'),
      counted('POST', 'named', 200, 1, 't-two'),
    );
  });

  it('gives exemplars of the span that tracing begins around the listeners', async () => {
    const api = Symbol.for('opentelemetry.js.api.1');
    const holder = globalThis as { [api]?: unknown };
    const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    let span: object | undefined;
    holder[api] = { context: { active: () => ((at) => ({ getValue: () => at }))(span) } };
    // As @opentelemetry/instrumentation-http does it.
    const { emit } = Server.prototype;
    Server.prototype.emit = function traced(this: Server, ...args: Parameters<Server['emit']>): boolean {
      span = (args[0] as string) === 'request' ? { spanContext: () => ids } : undefined;
      try {
        return emit.apply(this, args);
      } finally {
        span = undefined;
      }
    } as typeof emit;
    closing.push(() => {
      delete holder[api];
      Server.prototype.emit = emit;
    });
    const promptheus = ownInstance();
    const server = instrumentServer(
      createServer((_request, response) => response.end('x')),
      { promptheus },
    );
    const port = await listen(server);
    for (let count = 0; count < 2; count++) await raw(port, 'GET / HTTP/1.1');
    await expectRequests(promptheus, counted('GET', 'unmatched', 200, 2));
    expect(server.listenerCount('request')).toBe(2);
    const { body } = await promptheus.scrape({ headers: { accept: 'application/openmetrics-text;version=1.0.0' } });
    expect(body.toString()).toMatch(
      /^http_request_duration_seconds_bucket.* # \{trace_id="0af7651916cd43dd8448eb211c80319c"/m,
    );
  });

  it('lets what a listener throws through', async () => {
    const promptheus = ownInstance();
    const server = instrumentServer(createServer(), { promptheus });
    server.on('request', () => {
      throw new Error('of the listener');
    });
    const fake = { headers: {}, url: '/', method: 'GET', on() {}, setHeader() {}, emit() {}, socket: {} };
    expect(() => server.emit('request', { ...fake } as never, { ...fake } as never)).toThrow('of the listener');
  });

  it('does nothing on an instance that is switched off', async () => {
    const server = createServer((_request, response) => response.end('x'));
    const { emit } = server;
    instrumentServer(server, { promptheus: ownInstance({ enabled: false }) });
    expect(server.emit).toBe(emit);
  });

  it('says over which scheme it was asked', async () => {
    const promptheus = ownInstance({ naming: 'otel' });
    const server = instrumentServer(
      createTlsServer(tls, (_request, response) => response.end('x')),
      { promptheus },
    );
    const socket = connectTls({ host: '127.0.0.1', port: await listen(server), ...tlsClient });
    socket.resume().write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await once(socket, 'close');
    await expectLines(
      promptheus,
      'http_server_request_duration_seconds_count{http_request_method="GET",http_route="",http_response_status_code="200",error_type="",url_scheme="https",company_id="unknown"} 1',
    );
  });

  it.each([null, undefined, 'server', {}, () => {}])('refuses %s for a server', (server) => {
    expect(() => instrumentServer(server as never)).toThrow(expect.objectContaining({ code: 'NOT_A_SERVER' }));
  });

  it('refuses options that cannot be, and leaves the server alone', () => {
    const server = createServer();
    const { emit } = server;
    const message = expect.stringContaining('instrumentServer: path must be a path');
    expect(() => instrumentServer(server, { path: 'x' })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message }),
    );
    const promptheus = ownInstance();
    expect(() => instrumentServer(server, { promptheus, http: { buckets: [2, 1] } })).toThrow(
      expect.objectContaining({ code: 'INVALID_BUCKETS' }),
    );
    expect(server.emit).toBe(emit);
  });
});

describe('the other events of a server', () => {
  it.each(['checkContinue', 'checkExpectation'] as const)(
    '%s is a request, and one with what it hands on',
    async (event) => {
      const promptheus = ownInstance();
      const server = createServer((_request, response) => response.end('x'));
      server.on(event, (request: IncomingMessage, response) => {
        if (request.url === '/refused') return response.writeHead(417).end(context.correlationId());
        return server.emit('request', request, response);
      });
      const port = await listen(instrumentServer(server, { promptheus }));
      const expects = event === 'checkContinue' ? '100-continue' : 'other';
      const head = (path: string) => `POST ${path} HTTP/1.1\r\nExpect: ${expects}\r\nX-Correlation-ID: c-1`;
      expect(await raw(port, head('/refused'))).toMatch(/^HTTP\/1.1 417[\s\S]*c-1\r\n0\r\n\r\n$/);
      await raw(port, head('/taken'));
      await expectRequests(promptheus, counted('POST', 'unmatched', 200), counted('POST', 'unmatched', 417));
      await expectLines(promptheus, inFlight('POST', 0));
    },
  );

  it('a body that is waited for without a listener is one request', async () => {
    const promptheus = ownInstance();
    const server = createServer((_request, response) => response.end('x'));
    const port = await listen(instrumentServer(server, { promptheus }));
    expect(await raw(port, 'POST / HTTP/1.1\r\nExpect: 100-continue')).toMatch(/^HTTP\/1.1 100 Continue/);
    await expectRequests(promptheus, counted('POST', 'unmatched', 200));
  });

  it('upgrade, connect and clientError are as they were, and counted nowhere', async () => {
    const promptheus = ownInstance();
    const server = createServer();
    for (const event of ['upgrade', 'connect', 'clientError'] as const) {
      server.on(event, (what: Error | IncomingMessage, socket) => {
        const text = what instanceof Error ? 'error' : String(what.url);
        socket.end(`HTTP/1.1 ${event === 'clientError' ? 400 : 200} ${event} ${text}\r\n\r\n`);
      });
    }
    const port = await listen(instrumentServer(server, { promptheus }));
    expect(await raw(port, 'GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: x')).toMatch(/200 upgrade \/ws/);
    expect(await raw(port, 'CONNECT h:1 HTTP/1.1')).toMatch(/200 connect h:1/);
    expect(await raw(port, 'no HTTP')).toMatch(/400 clientError error/);
    const counts = (await linesOf(promptheus)).filter((line) => line.startsWith('http_request_duration'));
    expect(counts).toEqual([]);
  });
});
