import { Agent, get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MetricsServerOptions } from '../../../src/exposition/metrics-server.js';
import { createPromptheus, type Promptheus } from '../../../src/promptheus.js';

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
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(404);
    }
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405);
    expect(await (await fetch(url, { method: 'HEAD' })).text()).toBe('');
  });

  it('says which port is taken', async () => {
    const { port } = await instance.startMetricsServer({ port: 0, host });
    await expect(instance.startMetricsServer({ port, host })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(String(port)),
    });
  });

  it.each<[string, object]>([
    ['INVALID_OPTION', { port: -1 }],
    ['INVALID_OPTION', { port: 70_000 }],
    ['INVALID_OPTION', { port: '8090' }],
    ['INVALID_OPTION', { prot: 1 }],
    ['INVALID_OPTION', { port: 0, auth: { bearer: '' } }],
    ['INVALID_OPTION', { port: 0, allow: ['nowhere'] }],
    ['THREAD_UNAVAILABLE', { port: 0, thread: true }],
    ['SERVER_FAILED', { port: 0, host: '203.0.113.1' }],
  ])('%s for %j', async (code, options) => {
    await expect(instance.startMetricsServer(options as MetricsServerOptions)).rejects.toMatchObject({ code });
  });

  it('asks for its own auth', async () => {
    const { url } = await instance.startMetricsServer({ port: 0, host, auth: { bearer: 'key' } });
    expect((await fetch(url)).status).toBe(401);
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
});
