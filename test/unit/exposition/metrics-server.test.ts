import { once } from 'node:events';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { get as getSecurely } from 'node:https';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MetricsServerOptions } from '../../../src/exposition/metrics-server.js';
import { createPromptheus, type Promptheus } from '../../../src/promptheus.js';

const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
type Address = [bound: string | undefined, shown: string, reached: string];
const IPV6_ADDRESSES: Address[] = [
  ['::', 'localhost', '127.0.0.1'],
  ['::1', '[::1]', '[::1]'],
];

let instance: Promptheus;
const host = '127.0.0.1';

beforeEach(() => {
  instance = createPromptheus({ default: false, registry: false, logger: false });
});
afterEach(() => instance.stop());

describe('startMetricsServer', () => {
  it('serves /metrics, and nothing else', async () => {
    const { url, port } = await instance.startMetricsServer({ port: 0, host });
    expect(url).toBe(`http://127.0.0.1:${port}/metrics`);
    const answer = await fetch(`${url}?x=1`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('promptheus_build_info{');
    for (const path of ['/', '/metrics/', '/Metrics', '/metricsx']) {
      const elsewhere = await fetch(`http://127.0.0.1:${port}${path}`);
      expect([elsewhere.status, elsewhere.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
      expect(await elsewhere.text()).toContain('/metrics');
    }
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405);
    expect(await (await fetch(url, { method: 'HEAD' })).text()).toBe('');
  });

  it('says which port is taken', async () => {
    const { port } = await instance.startMetricsServer({ port: 0, host });
    await expect(instance.startMetricsServer({ port, host })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(`Port ${port} on ${host} is taken. Choose another, or 0`),
      cause: { code: 'EADDRINUSE' },
    });
  });

  it.each<[code: string, options: object, said: string]>([
    ['INVALID_OPTION', { port: -1 }, 'port must be a whole number from 0 to 65535, got -1'],
    ['INVALID_OPTION', { port: 65_536 }, 'got 65536'],
    ['INVALID_OPTION', { port: 1.5 }, 'got 1.5'],
    ['INVALID_OPTION', { port: '8090' }, 'got "8090"'],
    ['INVALID_OPTION', { prot: 1 }, 'no option "prot". Leave it out'],
    ['INVALID_OPTION', { port: 0, auth: { bearer: '' } }, 'auth.bearer'],
    ['INVALID_OPTION', { port: 0, allow: ['nowhere'] }, '"nowhere"'],
    ['THREAD_UNAVAILABLE', { port: 0, thread: true }, 'Leave it out'],
    ['SERVER_FAILED', { port: 0, host: '203.0.113.1' }, '203.0.113.1:0: '],
  ])('%s for %j', async (code, options, said) => {
    await expect(instance.startMetricsServer(options as MetricsServerOptions)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(said),
      ...(code === 'SERVER_FAILED' ? { cause: expect.any(Error) } : {}),
    });
  });

  it("asks for the instance's auth where it has none of its own", async () => {
    await instance.stop();
    const scrape = { auth: { bearer: 'key' } };
    instance = createPromptheus({ default: false, registry: false, logger: false, scrape });
    const { url } = await instance.startMetricsServer({ port: 0, host });
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: 'Bearer key' } })).status).toBe(200);
  });

  it('goes on with a connection whose body nobody wanted', async () => {
    const { url } = await instance.startMetricsServer({ port: 0, host });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statusOf = (method: string, body: string) =>
      new Promise((resolve, reject) => {
        const sent = request(url, { agent, method }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode));
        });
        sent.on('error', reject).end(body);
      });
    expect(await statusOf('POST', 'x'.repeat(1_000_000))).toBe(405);
    expect(await statusOf('GET', '')).toBe(200);
    agent.destroy();
  });

  it('may have the last of all ports', async () => {
    const started = instance.startMetricsServer({ port: 65_535, host });
    // Something else on the machine may have it.
    expect(
      await started.then(
        ({ port }) => port,
        ({ code }) => code,
      ),
    ).toSatisfy((said) => [65_535, 'PORT_IN_USE'].includes(said));
  });

  it('takes every option that it has', async () => {
    const options = { port: 0, host, thread: false, auth: { bearer: 'key' }, allow: [host] };
    await expect(instance.startMetricsServer(options)).resolves.toMatchObject({ port: expect.any(Number) });
  });

  it.each<Address>([
    ['0.0.0.0', 'localhost', '127.0.0.1'],
    [undefined, 'localhost', '127.0.0.1'],
    ...(hasIPv6 ? IPV6_ADDRESSES : []),
  ])('on %s names its address as a scraper needs it, and logs it once', async (bound, shown, reached) => {
    const info = vi.fn();
    await instance.stop();
    instance = createPromptheus({ default: false, registry: false, logger: { warn() {}, info } });
    const { url, port } = await instance.startMetricsServer({ port: 0, ...(bound && { host: bound }) });
    expect(url).toBe(`http://${shown}:${port}/metrics`);
    expect(info.mock.calls.filter(([line]) => String(line).includes(url))).toHaveLength(1);
    expect((await fetch(`http://${reached}:${port}/metrics`)).status).toBe(200);
  });

  it('keeps no process alive', async () => {
    await instance.startMetricsServer({ port: 0, host });
    expect(process.getActiveResourcesInfo()).not.toContain('TCPServerWrap');
  });

  it('serves over TLS', async () => {
    // A shared key needs no certificate, so none lies here.
    const psk = Buffer.from('0123456789abcdef');
    const suite = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
    const { url, port } = await instance.startMetricsServer({
      port: 0,
      host,
      tls: { ...suite, pskCallback: () => psk },
    });
    expect(url).toBe(`https://127.0.0.1:${port}/metrics`);
    const client = {
      ...suite,
      pskCallback: () => ({ psk, identity: 'scraper' }),
      checkServerIdentity: () => undefined,
    };
    const status = await new Promise((resolve, reject) => {
      getSecurely(url, client, (response) => resolve(response.resume().statusCode)).on('error', reject);
    });
    expect(status).toBe(200);
  });

  it('asks for its own auth', async () => {
    const { url } = await instance.startMetricsServer({ port: 0, host, auth: { bearer: 'key' } });
    expect((await fetch(url)).status).toBe(401);
    expect((await instance.scrape()).status).toBe(200);
    expect((await fetch(url, { headers: { authorization: 'Bearer key' } })).status).toBe(200);
  });

  it('closes with a kept connection open, and frees its port', async () => {
    const server = await instance.startMetricsServer({ port: 0, host });
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve) => {
      get(server.url, { agent }, (response: IncomingMessage) => response.resume().on('end', resolve));
    });
    await server.close();
    const again = await instance.startMetricsServer({ port: server.port, host });
    expect(again.port).toBe(server.port);
    agent.destroy();
  });

  it('closes with a request open that never ends', async () => {
    const server = await instance.startMetricsServer({ port: 0, host });
    const socket = connect(server.port, host);
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n');
    await once(socket, 'connect');
    // A reset is how it may learn of it.
    const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
    await Promise.all([server.close(), closed]);
  });
});
