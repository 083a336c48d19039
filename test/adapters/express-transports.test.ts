import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, type Server, type TlsOptions } from 'node:tls';
import express, { type Express } from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { expressMetrics } from '../../adapters/express/index.js';
import { createPromptheus } from '../../src/index.js';
import { expectLines } from '../contract/http-harness.js';

const servers: Array<{ close(): unknown }> = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

// A shared key in place of a certificate: nothing here expires, and no private key lies in the repository.
const key = Buffer.from('promptheus-test');
const tls: TlsOptions = { ciphers: 'PSK', maxVersion: 'TLSv1.2', pskCallback: () => key };

async function over(server: Server, text: string): Promise<string> {
  servers.push(server);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const socket = connect({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    ciphers: 'PSK',
    maxVersion: 'TLSv1.2',
    pskCallback: () => ({ psk: key, identity: 'test' }),
    checkServerIdentity: () => undefined,
  });
  let received = '';
  socket.setEncoding('latin1').on('data', (data: string) => (received += data));
  socket.write(text);
  await once(socket, 'close');
  return received;
}

const SERVERS = [
  ['https', (app: Express) => createServer(tls, app)],
  ['HTTP/1.1 on an HTTP/2 server', (app: Express) => createSecureServer({ ...tls, allowHTTP1: true }, app as never)],
] as const;

describe('Express over TLS', () => {
  it.each(SERVERS)('%s: counts bodies both ways under the scheme that was spoken', async (_name, serverOf) => {
    const instance = createPromptheus({ default: false, registry: false, logger: false, naming: 'otel' });
    const app = express().use(expressMetrics({ promptheus: instance }));
    app.post('/up/:id', express.text(), (request, response) => {
      response.write(request.body);
      response.end('!');
    });
    const received = await over(
      serverOf(app),
      'POST /up/7 HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
    );
    expect(received).toMatch(/^HTTP\/1\.1 200/);
    const labels = 'http_request_method="POST",http_route="/up/:id"';
    await expectLines(
      instance,
      `http_server_request_duration_seconds_count{${labels},http_response_status_code="200",error_type="",url_scheme="https",company_id="unknown"} 1`,
      'http_server_active_requests{http_request_method="POST",url_scheme="https"} 0',
    );
    const text = (await instance.scrape()).body.toString();
    expect(text).toMatch(/^http_server_request_body_size_bytes_sum\{[^}]*http_route="\/up\/:id"[^}]*\} 5$/m);
    expect(text).toMatch(/^http_server_response_body_size_bytes_sum\{[^}]*http_route="\/up\/:id"[^}]*\} 6$/m);
  });
});
