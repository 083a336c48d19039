import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createGzip, gunzipSync } from 'node:zlib';
import express, { type Request, type Response } from 'express';
import { expect, it } from 'vitest';
import { expressMetrics } from '../../adapters/express/index.js';
import { createPromptheus } from '../../src/index.js';
import { counted, expectLines, expectRequests, raw } from '../contract/http-harness.js';

/** Puts itself before `write` and `end` as the package `compression` does: both feed a stream, which feeds those before it. */
function compress(_request: Request, response: Response, next: () => void): void {
  const { write, end } = response;
  const gzip = createGzip();
  gzip.on('data', (chunk: Buffer) => {
    if (write.call(response, chunk as never, 'utf8') === false) gzip.pause();
  });
  gzip.on('end', () => end.call(response, undefined as never, 'utf8'));
  response.on('drain', () => gzip.resume());
  response.setHeader('Content-Encoding', 'gzip');
  response.write = (chunk: unknown) => gzip.write(chunk);
  response.end = (chunk?: unknown) => {
    gzip.end(chunk);
    return response;
  };
  next();
}

const TEXT = 'compressible '.repeat(20_000);

async function serve(order: 'inside' | 'outside') {
  const instance = createPromptheus({ default: false, registry: false, logger: false });
  const metrics = expressMetrics({ promptheus: instance });
  const app = express().use(order === 'inside' ? [metrics, compress] : [compress, metrics]);
  app.get('/text', (_request, response) => {
    response.write(TEXT);
    response.end('the end');
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const received = await raw((server.address() as AddressInfo).port, 'GET /text HTTP/1.0');
  server.close();
  const body = Buffer.from(received.slice(received.indexOf('\r\n\r\n') + 4), 'latin1');
  expect(gunzipSync(body).toString()).toBe(`${TEXT}the end`);
  await expectRequests(instance, counted('GET', '/text', 200));
  await expectLines(
    instance,
    'http_response_headers_duration_seconds_count{method="GET",endpoint="/text",company_id="unknown"} 1',
  );
  return { instance, body };
}

const bytes = (sum: number) => `http_response_body_bytes_sum{method="GET",endpoint="/text"} ${sum}`;

it('counts the compressed bytes where compression comes after it', async () => {
  const { instance, body } = await serve('inside');
  expect(body.length).toBeLessThan(TEXT.length / 10);
  await expectLines(instance, bytes(body.length));
});

it('counts what it was given where compression comes before it, and leaves the response whole', async () => {
  const { instance } = await serve('outside');
  await expectLines(instance, bytes(TEXT.length + 'the end'.length));
});
