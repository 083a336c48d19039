import { once } from 'node:events';
import { constants, createSecureServer } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { instrumentUndici } from '../../adapters/undici/index.js';
import { runInside } from '../../src/context/context.js';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { createInstance } from '../../src/promptheus.js';
import { linesOf } from '../contract/http-harness.js';
import { MemorySink } from '../contract/memory-sink.js';
import { tls, tlsClient } from './node-app.js';
import { onEveryFetch, onEveryUndici } from './undici-rows.js';
import { type AskedServer, startAskedServer } from './undici-server.js';

let instance: Promptheus;
let server: AskedServer;
let sink: MemorySink;
const closing: Array<() => unknown> = [];
beforeEach(async () => {
  sink = new MemorySink();
  instance = createInstance({ default: false, registry: false, logger: false }, sink.parts());
  server = await startAskedServer();
  closing.push(instrumentUndici({ promptheus: instance }), () => server.close());
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function sent(method: string, status: string | number, count = 1, host = `127.0.0.1:${server.port}`): string {
  return `http_client_request_duration_seconds_count{method="${method}",host="${host}",status_code="${status}"} ${count}`;
}

/** Every count, so that nothing else was counted beside what is wanted. */
async function expectSent(...wanted: string[]): Promise<void> {
  await vi.waitFor(async () => {
    const counts = (await linesOf(instance)).filter((line) => /^http_client_request_\w+_count\{/.test(line));
    expect(counts.sort()).toEqual([...wanted].sort());
  }, 5_000);
}

onEveryFetch((fetch) => {
  it('counts each request by method, host and status, at the last byte of its response', async () => {
    for (const path of ['/x', '/none', '/broken']) await (await fetch(`${server.url}${path}`)).text();
    await (await fetch(`${server.url}/x`, { method: 'POST', body: 'hello' })).text();
    await fetch(`${server.url}/x`, { method: 'HEAD' });
    const all = [sent('GET', 200), sent('GET', 404), sent('GET', 500), sent('POST', 200), sent('HEAD', 200)];
    await expectSent(...all);
    const half = await fetch(`${server.url}/half`);
    await expectSent(...all);
    server.held[0]?.end();
    await half.text();
    await expectSent(...all.slice(1), sent('GET', 200, 2));
  });

  it('is told to the event of the request that sent it, whose flow its end is not in', async () => {
    const event = instance.wideEvents?.begin();
    await runInside('operation', { event }, async () => {
      for (const path of ['/x', '/none'])
        await (await fetch(`${server.url}${path}`, { headers: { 'x-q': 'secret' } })).text();
      await expect(fetch(`${server.url}/reset`)).rejects.toThrow();
    });
    await expectSent(sent('GET', 200), sent('GET', 404), sent('GET', 'network'));
    event?.finish({ outcome: 'success', seconds: 1 });
    const host = `127.0.0.1:${server.port}`;
    expect(sink.wide).toMatchObject([
      {
        http_call_count: 3,
        http_calls: [
          { method: 'GET', host, status_code: 200 },
          { method: 'GET', host, status_code: 404 },
          { method: 'GET', host, error_type: 'network' },
        ],
      },
    ]);
    expect(JSON.stringify(sink.wide)).not.toContain('secret');
  });

  it('counts each hop of a redirect', async () => {
    await (await fetch(`${server.url}/moved`)).text();
    await expectSent(sent('GET', 302), sent('GET', 200));
  });

  it('counts what came to no whole response by its reason', async () => {
    await expect(fetch(`${server.url}/reset`)).rejects.toThrow();
    const broken = await fetch(`${server.url}/half`);
    server.held[0]?.destroy();
    await expect(broken.text()).rejects.toThrow();
    await expectSent(sent('GET', 'network', 2));
    await expect(fetch(`${server.url}/nonsense`)).rejects.toThrow();
    await expectSent(sent('GET', 'network', 2), sent('GET', 'error'));
    await expect(fetch(`${server.url}/hold`, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
    await expectSent(sent('GET', 'network', 2), sent('GET', 'error'), sent('GET', 'timeout'));
  });

  it('counts a connection that is refused', async () => {
    const closed = createTcpServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    await expectSent(sent('GET', 'network', 1, `127.0.0.1:${port}`));
  });

  it('counts as aborted what the caller ends, before the headers and after them', async () => {
    const before = new AbortController();
    const held = fetch(`${server.url}/hold`, { signal: before.signal });
    await vi.waitFor(() => expect(server.held).toHaveLength(1));
    before.abort();
    await expect(held).rejects.toThrow();
    const after = new AbortController();
    const half = await fetch(`${server.url}/half`, { signal: after.signal });
    after.abort();
    await expect(half.text()).rejects.toThrow();
    const left = await fetch(`${server.url}/half`);
    await left.body?.cancel();
    await expectSent(sent('GET', 'aborted', 3));
    const failed = await fetch(`${server.url}/half-broken`);
    await failed.body?.cancel();
    await expectSent(sent('GET', 'aborted', 3), sent('GET', 502));
  });
});

onEveryUndici((undici) => {
  const agentOf = (options: object) => {
    const agent = new undici.Agent(options);
    closing.push(() => agent.destroy());
    return agent;
  };

  it('counts what undici.request sends, a method that nobody knows as _OTHER, a timeout as one', async () => {
    const dispatcher = agentOf({ headersTimeout: 50 });
    for (const method of ['GET', 'PURGE']) {
      await (await undici.request(`${server.url}/x`, { method, dispatcher })).body.dump();
    }
    await expect(undici.request(`${server.url}/hold`, { dispatcher })).rejects.toThrow();
    await expectSent(sent('GET', 200), sent('_OTHER', 200), sent('GET', 'timeout'));
  });

  it('takes the status that follows an informational one', async () => {
    await (await undici.request(`${server.url}/early`, { dispatcher: agentOf({}) })).body.dump();
    await expectSent(sent('GET', 200));
  });

  it('counts each attempt of a retry', async () => {
    const dispatcher = new undici.RetryAgent(agentOf({}), { minTimeout: 1, maxRetries: 2 });
    const { statusCode, body } = await undici.request(`${server.url}/twice`, { dispatcher });
    await body.dump();
    expect(statusCode).toBe(200);
    await expectSent(sent('GET', 503), sent('GET', 200));
  });

  it('counts pipelined requests one by one', async () => {
    const client = new undici.Client(server.url, { pipelining: 5 });
    closing.push(() => client.destroy());
    const all = Array.from({ length: 5 }, async (_, at) => {
      const { body } = await client.request({ path: at === 2 ? '/none' : '/x', method: 'GET' });
      await body.dump();
    });
    await Promise.all(all);
    await expectSent(sent('GET', 200, 4), sent('GET', 404));
  });

  it('counts requests that never left a client that is destroyed', async () => {
    const client = new undici.Client(server.url, { pipelining: 1 });
    const all = Array.from({ length: 3 }, () => client.request({ path: '/hold', method: 'GET' }));
    const settled = Promise.allSettled(all);
    await vi.waitFor(() => expect(server.held).toHaveLength(1));
    await client.destroy();
    await settled;
    await expectSent(sent('GET', 'network', 3));
  });

  it('counts over HTTP/2, and a stream that its server resets', async () => {
    const over2 = createSecureServer(tls);
    over2.on('stream', (stream, headers) => {
      if (headers[':path'] === '/reset') return stream.on('error', () => {}).close(constants.NGHTTP2_INTERNAL_ERROR);
      stream.respond({ ':status': 201 });
      return stream.end('two');
    });
    await once(over2.listen(0, '127.0.0.1'), 'listening');
    closing.push(() => over2.close());
    const { port } = over2.address() as AddressInfo;
    const dispatcher = agentOf({ allowH2: true, connect: { ...tlsClient, ALPNProtocols: ['h2'] } });
    const ask = (path: string) => undici.request(`https://127.0.0.1:${port}${path}`, { dispatcher });
    expect(await (await ask('/x')).body.text()).toBe('two');
    await expectSent(sent('GET', 201, 1, `127.0.0.1:${port}`));
    await expect(
      ask('/reset').then(({ body }: { body: { text(): Promise<string> } }) => body.text()),
    ).rejects.toThrow();
    const host = `127.0.0.1:${port}`;
    await expectSent(sent('GET', 201, 1, host), sent('GET', 'error', 1, host));
  });

  it('counts an upgrade', async () => {
    const { socket } = await undici.upgrade(`${server.url}/ws`, { protocol: 'x', dispatcher: agentOf({}) });
    socket.destroy();
    await expectSent(sent('GET', 101));
  });
});

describe('names of OpenTelemetry', () => {
  it('has address and port apart, no status where there was none, and why', async () => {
    const otel = createPromptheus({ default: false, registry: false, logger: false, naming: 'otel' });
    closing.splice(0, 1)[0]?.();
    closing.push(instrumentUndici({ promptheus: otel }));
    for (const path of ['/x', '/none']) await (await fetch(`${server.url}${path}`)).text();
    await expect(fetch(`${server.url}/reset`)).rejects.toThrow();
    const line = (status: string, why: string) =>
      `http_client_request_duration_seconds_count{http_request_method="GET",server_address="127.0.0.1",server_port="${server.port}",http_response_status_code="${status}",error_type="${why}",url_scheme="http"} 1`;
    await vi.waitFor(async () => {
      const lines = await linesOf(otel);
      expect(lines).toEqual(expect.arrayContaining([line('200', ''), line('404', '404'), line('', 'network')]));
    });
  });
});
