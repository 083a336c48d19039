import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer, type Http2Server, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPromptheus, type Promptheus } from '../../../src/index.js';
import { expectLines, linesOf } from '../../contract/http-harness.js';

let instance: Promptheus;
let server: Http2Server;
let client: ClientHttp2Session;

beforeEach(async () => {
  instance = createPromptheus({ default: false, registry: false, logger: false });
  // node:http2 gives its compatible request and response in the place of node:http's, as Fastify and Koa take them.
  const recorder = instance.http.recorder({ reading: { endpoint: ({ request }) => request.url ?? '' } });
  server = createServer((request, response) => {
    recorder.begin(request as never, response as never);
    answer(request.url, response);
    request.resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(() => {
  client.close();
  server.close();
});

function answer(path: string, response: Http2ServerResponse): void {
  if (path === '/whole') return void response.end('12345');
  response.write('abc');
  if (path === '/pieces') return void response.end('defg');
  if (path === '/breaks') return void setImmediate(() => response.destroy());
}

async function ask(path: string, body?: string): Promise<void> {
  const stream = client.request({ ':path': path, ':method': body === undefined ? 'GET' : 'POST' });
  stream.on('error', () => {});
  stream.end(body);
  stream.resume();
  await once(stream, 'close');
}

const counted = (method: string, path: string, status: number) =>
  `http_request_duration_seconds_count{method="${method}",endpoint="${path}",company_id="unknown",status_code="${status}"} 1`;
const bytes = (what: string, method: string, path: string, sum: number) =>
  `http_${what}_body_bytes_sum{method="${method}",endpoint="${path}"} ${sum}`;

describe('the HTTP instrument over HTTP/2', () => {
  it('counts the chunk of an end once', async () => {
    await ask('/whole');
    await ask('/pieces');
    await expectLines(
      instance,
      counted('GET', '/whole', 200),
      bytes('response', 'GET', '/whole', 5),
      counted('GET', '/pieces', 200),
      bytes('response', 'GET', '/pieces', 7),
      'http_requests_in_flight{method="GET"} 0',
    );
  });

  it('counts a body that no header announces', async () => {
    await ask('/whole', 'twelve bytes');
    await expectLines(instance, bytes('request', 'POST', '/whole', 12), bytes('response', 'POST', '/whole', 5));
  });

  it('times the headers that were never written by hand', async () => {
    await ask('/pieces');
    await expectLines(
      instance,
      'http_response_headers_duration_seconds_count{method="GET",endpoint="/pieces",company_id="unknown"} 1',
    );
  });

  it('tells a client that leaves from an application that breaks off', async () => {
    const stream = client.request({ ':path': '/never-ends' });
    stream.on('error', () => {});
    await once(stream, 'data');
    stream.close();
    await expectLines(
      instance,
      counted('GET', '/never-ends', 499),
      'http_requests_aborted_total{method="GET",endpoint="/never-ends"} 1',
    );
    await ask('/breaks');
    await expectLines(instance, counted('GET', '/breaks', 500));
    expect((await linesOf(instance)).filter((line) => line.startsWith('http_requests_aborted_total{'))).not.toContain(
      'http_requests_aborted_total{method="GET",endpoint="/breaks"} 1',
    );
  });
});
