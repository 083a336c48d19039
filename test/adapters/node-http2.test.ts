import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createSecureServer,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { instrumentServer } from '../../adapters/node/index.js';
import { context, createPromptheus, observeHttp, type Promptheus } from '../../src/index.js';
import { counted, expectLines, expectRequests, inFlight, linesOf } from '../contract/http-harness.js';
import { tls, tlsClient } from './node-app.js';

const closing: Array<() => unknown> = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function ownInstance(options: object = {}): Promptheus {
  return createPromptheus({ default: false, registry: false, logger: false, ...options });
}

async function sessionOn(server: Server, secure = false): Promise<ClientHttp2Session> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const session = secure ? connect(`https://127.0.0.1:${port}`, tlsClient) : connect(`http://127.0.0.1:${port}`);
  closing.push(() => (session.destroy(), server.close()));
  return session;
}

async function ask(session: ClientHttp2Session, headers: Record<string, string>, body?: string) {
  const stream = session.request(headers);
  stream.end(body);
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const [head] = (await once(stream, 'response')) as [Record<string, string | number>];
  if (!stream.closed) await once(stream, 'close');
  return { head, text };
}

const SERVERS = [
  ['plain', false, () => createServer()],
  ['secure', true, () => createSecureServer(tls)],
] as const;

describe.each(SERVERS)('instrumentServer on HTTP/2, %s', (_name, secure, make) => {
  it('measures, gives a context, answers scrapes before the listeners', async () => {
    const promptheus = ownInstance();
    const urls: string[] = [];
    const server = instrumentServer(make(), {
      promptheus,
      tenant: { from: ({ headers }) => String(headers[':authority']) },
    });
    const work = observeHttp((response: Http2ServerResponse) => response.end(context.correlationId() ?? ''), {
      endpoint: '/users/:id',
      promptheus,
    });
    server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
      urls.push(request.url);
      if (request.url === '/none') return response.writeHead(404).end();
      request.on('end', () => work(response)).resume();
      return undefined;
    });
    const session = await sessionOn(server, secure);
    const { head, text } = await ask(
      session,
      { ':method': 'POST', ':path': '/users/1', ':authority': 'acme', 'x-correlation-id': 'c-1' },
      'hello',
    );
    expect([head['x-correlation-id'], text]).toEqual(['c-1', 'c-1']);
    await ask(session, { ':path': '/none', ':authority': 'acme' });
    const wanted = [counted('POST', '/users/:id', 200, 1, 'acme'), counted('GET', 'unmatched', 404, 1, 'acme')];
    await expectRequests(promptheus, ...wanted);
    await expectLines(
      promptheus,
      'http_request_body_bytes_sum{method="POST",endpoint="/users/:id"} 5',
      'http_response_body_bytes_sum{method="POST",endpoint="/users/:id"} 3',
      inFlight('POST', 0),
    );
    const scrape = await ask(session, { ':path': '/metrics' });
    expect(scrape.head[':status']).toBe(200);
    expect(scrape.text).toContain(wanted[0]);
    expect((await ask(session, { ':method': 'HEAD', ':path': '/metrics' })).head[':status']).toBe(200);
    expect((await ask(session, { ':method': 'POST', ':path': '/metrics' })).head[':status']).toBe(405);
    await expectRequests(promptheus, ...wanted);
    expect(urls).toEqual(['/users/1', '/none']);
  });

  it('counts streams that their client resets as 499, and those that break here as 500', async () => {
    const promptheus = ownInstance();
    const server = instrumentServer(make(), { promptheus });
    server.on('request', ({ url }: Http2ServerRequest, response: Http2ServerResponse) => {
      if (url === '/never') return;
      response.write('half');
      if (url === '/breaks') setImmediate(() => response.destroy());
    });
    const session = await sessionOn(server, secure);
    const open = (path: string): ClientHttp2Stream => {
      const stream = session.request({ ':path': path });
      stream.on('error', () => {});
      return stream.resume();
    };
    const never = open('/never');
    await expectLines(promptheus, inFlight('GET', 1));
    never.close(constants.NGHTTP2_CANCEL);
    await expectRequests(promptheus, counted('GET', 'unmatched', 499));
    const half = open('/half');
    await once(half, 'response');
    half.close(constants.NGHTTP2_CANCEL);
    await expectRequests(promptheus, counted('GET', 'unmatched', 499, 2));
    await once(open('/breaks'), 'close');
    await expectRequests(promptheus, counted('GET', 'unmatched', 499, 2), counted('GET', 'unmatched', 500));
    await expectLines(promptheus, inFlight('GET', 0));
  });

  it('a session that breaks ends all of its requests', async () => {
    const promptheus = ownInstance();
    const server = instrumentServer(make(), { promptheus });
    server.on('request', () => {});
    const session = await sessionOn(server, secure);
    session.on('error', () => {});
    for (let count = 0; count < 3; count++) session.request({ ':path': `/${count}` }).on('error', () => {});
    await expectLines(promptheus, inFlight('GET', 3));
    session.destroy();
    await expectRequests(promptheus, counted('GET', 'unmatched', 499, 3));
    await expectLines(promptheus, inFlight('GET', 0));
  });

  it('leaves a server alone that answers its streams itself', async () => {
    const promptheus = ownInstance();
    const server = instrumentServer(make(), { promptheus });
    server.on('stream', (stream: ServerHttp2Stream) => (stream.respond({ ':status': 202 }), stream.end('own')));
    const session = await sessionOn(server, secure);
    for (const path of ['/x', '/metrics']) {
      const { head, text } = await ask(session, { ':path': path });
      expect([head[':status'], head['x-correlation-id'], text]).toEqual([202, undefined, 'own']);
    }
    expect((await linesOf(promptheus)).filter((line) => line.startsWith('http_request_duration'))).toEqual([]);
  });

  it('CONNECT is left as it was', async () => {
    const promptheus = ownInstance();
    const server = instrumentServer(make(), { promptheus });
    server.on('request', (_request, response: Http2ServerResponse) => response.end());
    const session = await sessionOn(server, secure);
    const refused = await ask(session, { ':method': 'CONNECT', ':authority': 'h:1' });
    expect(refused.head[':status']).toBe(405);
    expect((await linesOf(promptheus)).filter((line) => line.startsWith('http_request_duration'))).toEqual([]);
  });
});
