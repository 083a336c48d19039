import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ClientHttp2Session, connect, constants, createServer, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createPromptheus } from '../../../src/index.js';
import { counted, expectLines, expectRequests } from '../../contract/http-harness.js';

const closing: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server of node:http2's compatibility API, measured by a recorder as an adapter would. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const instance = createPromptheus({ default: false, registry: false, logger: false });
  const recorder = instance.http.recorder({ reading: { endpoint: () => '/x' } });
  const server = createServer((request, response) => {
    const [one, two] = [request, response] as unknown as [IncomingMessage, ServerResponse];
    recorder.begin(one, two);
    answer(one, two);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on('error', () => {});
  closing.push(
    () => server.close(),
    () => session.destroy(),
  );
  return { instance, session };
}

/** One request; `onData` runs at the first byte of the response. */
async function request(session: ClientHttp2Session, method: string, onData?: (reset: (code: number) => void) => void) {
  const stream = session.request({ ':method': method, ':path': '/x' });
  let headers: IncomingHttpHeaders = {};
  stream.on('response', (given) => (headers = given));
  stream.on('error', () => {});
  stream.once('data', () => onData?.((code) => stream.close(code)));
  stream.resume();
  stream.end();
  await once(stream, 'close').catch(() => {});
  return headers;
}

describe('hostile HTTP/2', () => {
  it('has methods of any text, which are all one label', async () => {
    const { instance, session } = await serve((_, response) => response.end('ok'));
    const made = ['FOO', 'get', 'GET2', '__proto__', 'constructor', "!#$%&'*+-.^_`|~", '_OTHER', 'M'.repeat(4_000)];
    for (const method of made) expect(await request(session, method)).toMatchObject({ ':status': 200 });
    await request(session, 'PATCH');
    await expectRequests(instance, counted('PATCH', '/x', 200), counted('_OTHER', '/x', 200, made.length));
    await expectLines(instance, 'http_requests_in_flight{method="_OTHER"} 0');
  });

  it.each([
    ['before its end', constants.NGHTTP2_CANCEL, false],
    ['before its end, without an error', constants.NGHTTP2_NO_ERROR, false],
    ['while a long body is on its way', constants.NGHTTP2_CANCEL, true],
  ])('a response that its client resets %s is no success', async (_, code, ends) => {
    const { instance, session } = await serve((_request, response) => {
      response.writeHead(200);
      if (ends) response.end(Buffer.alloc(10_000_000));
      else response.write('half');
    });
    await request(session, 'GET', (reset) => reset(code));
    await expectRequests(instance, counted('GET', '/x', 499));
    await expectLines(instance, 'http_requests_aborted_total{method="GET",endpoint="/x"} 1');
  });

  it('a session that goes away takes its requests along', async () => {
    const { instance, session } = await serve((_request, response) => void response.write('half'));
    await request(session, 'GET', () => session.destroy());
    await expectRequests(instance, counted('GET', '/x', 499));
  });

  it('a response that the application breaks off is its own failure', async () => {
    const { instance, session } = await serve((_request, response) => {
      response.write('half');
      setImmediate(() => response.destroy());
    });
    await request(session, 'GET');
    await expectRequests(instance, counted('GET', '/x', 500));
  });
});
