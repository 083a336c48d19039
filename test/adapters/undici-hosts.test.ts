import { channel } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { instrumentUndici, type UndiciOptions } from '../../adapters/undici/index.js';
import { context, createPromptheus, type Promptheus } from '../../src/index.js';
import { linesOf } from '../contract/http-harness.js';
import { onEveryFetch, onEveryUndici } from './undici-rows.js';
import { type AskedServer, startAskedServer } from './undici-server.js';

const API = Symbol.for('opentelemetry.js.api.1');
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

let server: AskedServer;
const closing: Array<() => unknown> = [];
beforeEach(async () => {
  server = await startAskedServer();
  closing.push(() => server.close());
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function instrumented(options: UndiciOptions = {}, metrics: object = {}): Promptheus {
  const promptheus = createPromptheus({ default: false, registry: false, logger: false, ...metrics });
  closing.push(instrumentUndici({ promptheus, ...options }));
  return promptheus;
}

/** A host, and how often it was asked. */
async function hostsOf(promptheus: Promptheus): Promise<Record<string, number>> {
  const hosts: Record<string, number> = {};
  for (const line of await linesOf(promptheus)) {
    const [, host, count] = /^http_client_request_duration_seconds_count\{.*host="([^"]*)".*\} (\d+)$/.exec(line) ?? [];
    if (host !== undefined) hosts[host] = (hosts[host] ?? 0) + Number(count);
  }
  return hosts;
}

async function expectHosts(promptheus: Promptheus, wanted: Record<string, number>): Promise<void> {
  await vi.waitFor(async () => expect(await hostsOf(promptheus)).toEqual(wanted), 5_000);
}

/** Stands in for what an SDK of OpenTelemetry registers. */
function inSpan(span: object | undefined): void {
  const holder = globalThis as { [API]?: unknown };
  holder[API] = { context: { active: () => ({ getValue: () => span }) } };
  closing.push(() => delete holder[API]);
}

const spanOf = (ids: object) => ({ spanContext: () => ({ traceId: TRACE, spanId: SPAN, traceFlags: 1, ...ids }) });

/** What a request to nowhere publishes, without one. */
function published(origin: unknown): void {
  const request = { origin, method: 'GET', headers: [], path: '/secret/path' };
  channel('undici:request:create').publish({ request });
  channel('undici:request:headers').publish({ request, response: { statusCode: 200 } });
  channel('undici:request:trailers').publish({ request });
}

describe('the host', () => {
  it('is where the request goes, without a default port, a path, a user or what a header says', async () => {
    const promptheus = instrumented();
    await (await fetch(`${server.url}/x?token=1`, { headers: { host: 'evil.example.com"} 1' } })).text();
    for (const origin of [
      'https://API.example.com:443',
      'https://u:p@api.example.com/x',
      new URL('http://[::1]:80/'),
      'no url',
      undefined,
    ]) {
      published(origin);
    }
    await expectHosts(promptheus, { [`127.0.0.1:${server.port}`]: 1, 'api.example.com': 2, '[::1]': 1, unknown: 2 });
    expect((await linesOf(promptheus)).join()).not.toMatch(/secret|token|evil/);
  });

  it('stays within the series limit, with exact totals', async () => {
    const promptheus = instrumented({}, { metrics: { seriesLimit: 20 } });
    for (let turn = 0; turn < 2; turn++) {
      for (let at = 0; at < 1_500; at++) published(`http://h${at}.example.com`);
    }
    const hosts = await hostsOf(promptheus);
    expect(Object.keys(hosts).length).toBeLessThanOrEqual(22);
    expect(hosts.__overflow__).toBeGreaterThan(0);
    expect(Object.values(hosts).reduce((sum, count) => sum + count)).toBe(3_000);
  });

  it('is what `hosts` lists, exact or by suffix, and other', async () => {
    const hosts = ['api.example.com', '.Example.com', 'local:8080', 'bücher.example', '[::1]'];
    const promptheus = instrumented({ hosts });
    for (const origin of [
      'https://api.example.com',
      'http://api.example.com:8443',
      'https://a.b.example.com',
      'https://example.com',
      'https://badexample.com',
      'https://example.com.evil.net',
      'http://local:8080',
      'http://local:8081',
      'http://local',
      'https://BÜCHER.example',
      'http://[::1]:99',
    ]) {
      published(origin);
    }
    await expectHosts(promptheus, {
      'api.example.com': 2,
      '.Example.com': 1,
      'local:8080': 1,
      'bücher.example': 1,
      '[::1]': 1,
      other: 5,
    });
  });

  it('knows the default port of a scheme', async () => {
    const promptheus = instrumented({ hosts: ['api.example.com:443', 'api.example.com:80'] });
    for (const origin of ['https://api.example.com', 'http://api.example.com', 'http://api.example.com:443'])
      published(origin);
    await expectHosts(promptheus, { 'api.example.com:443': 2, 'api.example.com:80': 1 });
  });
});

onEveryFetch((fetch) => {
  const ask = (path = '/x', headers: Record<string, string> = {}) =>
    context.run({ correlationId: 'c-1', tenant: 'acme' }, async () =>
      (await fetch(server.url + path, { headers })).text(),
    );

  it('gets neither correlation id nor trace where no host is listed, or another', async () => {
    inSpan(spanOf({}));
    instrumented();
    await ask();
    instrumented({ propagateTo: ['.0.0.1', '127.0.0.1:1', 'localhost'] });
    await ask();
    for (const headers of server.headers) {
      expect(headers).not.toHaveProperty('x-correlation-id');
      expect(headers).not.toHaveProperty('traceparent');
    }
    expect(server.headers).toHaveLength(2);
  });

  it('passes both on to a host that is listed', async () => {
    inSpan(spanOf({}));
    instrumented({ propagateTo: ['127.0.0.1'] });
    await ask();
    expect(server.headers[0]).toMatchObject({
      'x-correlation-id': 'c-1',
      traceparent: `00-${TRACE}-${SPAN}-01`,
    });
  });

  it('overwrites neither where the caller has set it, however it is spelt', async () => {
    inSpan(spanOf({}));
    instrumented({ propagateTo: ['127.0.0.1'] });
    await ask('/x', { 'X-Correlation-ID': 'own', TraceParent: 'mine' });
    const names = server.rawHeaders[0]?.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
    expect(names?.filter((name) => name === 'x-correlation-id' || name === 'traceparent')).toHaveLength(2);
    expect(server.headers[0]).toMatchObject({ 'x-correlation-id': 'own', traceparent: 'mine' });
  });

  it('asks for each hop of a redirect again', async () => {
    const away = await startAskedServer();
    closing.push(() => away.close());
    instrumented({ propagateTo: [`127.0.0.1:${server.port}`] });
    await ask('/away', { 'x-to': `${away.url}/x` });
    expect(server.headers[0]).toHaveProperty('x-correlation-id', 'c-1');
    expect(away.headers[0]).not.toHaveProperty('x-correlation-id');
  });
});

onEveryUndici(({ request }) => {
  it('passes on where headers are a list, and passes nothing on outside of a context', async () => {
    instrumented({ propagateTo: ['127.0.0.1'] });
    await (await request(`${server.url}/x`)).body.dump();
    expect(server.headers[0]).not.toHaveProperty('x-correlation-id');
    await context.run({ correlationId: 'c-2' }, async () => {
      await (
        await request(`${server.url}/x`, { headers: ['accept', '*/*', 'x-note', 'x-correlation-id'] })
      ).body.dump();
    });
    expect(server.headers[1]).toMatchObject({ 'x-correlation-id': 'c-2', 'x-note': 'x-correlation-id' });
  });

  it('sends the request without a correlation id that can be no header, and counts that', async () => {
    const promptheus = instrumented({ propagateTo: ['127.0.0.1'] });
    await context.run({ correlationId: 'a\r\nx-evil: 1' }, async () => (await request(`${server.url}/x`)).body.dump());
    expect(server.headers[0]).not.toHaveProperty('x-evil');
    await expectHosts(promptheus, { [`127.0.0.1:${server.port}`]: 1 });
    expect(await linesOf(promptheus)).toContain('promptheus_internal_errors_total{part="undici"} 1');
  });
});

describe('traceparent', () => {
  it.each([
    ['is not sampled', spanOf({ traceFlags: 0 }), `00-${TRACE}-${SPAN}-00`],
    ['has further flags', spanOf({ traceFlags: 3 }), `00-${TRACE}-${SPAN}-01`],
    ['has no ids', spanOf({ traceId: '0'.repeat(32), spanId: '0'.repeat(16) }), undefined],
    ['has ids that are none', spanOf({ traceId: 'x\r\ny' }), undefined],
    ['is none', undefined, undefined],
    [
      'throws',
      {
        spanContext: () => {
          throw new Error('span');
        },
      },
      undefined,
    ],
  ])('of a span that %s', async (_what, span, wanted) => {
    inSpan(span);
    instrumented({ propagateTo: ['127.0.0.1'] });
    await (await fetch(`${server.url}/x`)).text();
    expect(server.headers[0]?.traceparent).toBe(wanted);
  });
});

describe('instrumentUndici', () => {
  it('counts once where it is called twice, and by the other when the first has ended', async () => {
    const [first, second] = [1, 2].map(() => createPromptheus({ default: false, registry: false, logger: false }));
    const stops = [first, second].map((promptheus) => instrumentUndici({ promptheus: promptheus! }));
    const here = `127.0.0.1:${server.port}`;
    await (await fetch(`${server.url}/x`)).text();
    await expectHosts(first!, { [here]: 1 });
    await expectHosts(second!, {});
    stops[0]?.();
    await (await fetch(`${server.url}/x`)).text();
    await expectHosts(second!, { [here]: 1 });
    stops[1]?.();
    await (await fetch(`${server.url}/x`)).text();
    await expectHosts(first!, { [here]: 1 });
    await expectHosts(second!, { [here]: 1 });
    expect(channel('undici:request:create').hasSubscribers).toBe(false);
  });

  it('records into the default instance, looked up at each request', async () => {
    closing.push(instrumentUndici());
    const instance = createPromptheus({ registry: false, logger: false });
    closing.push(() => instance.stop());
    await (await fetch(`${server.url}/x`)).text();
    await expectHosts(instance, { [`127.0.0.1:${server.port}`]: 1 });
  });

  it('listens to nothing for an instance that is switched off', () => {
    instrumented({}, { enabled: false });
    expect(channel('undici:request:create').hasSubscribers).toBe(false);
  });

  it('counts messages that are none, and throws at nobody', async () => {
    const uncaught = vi.fn();
    process.on('uncaughtException', uncaught);
    closing.push(() => process.off('uncaughtException', uncaught));
    const promptheus = instrumented({ propagateTo: ['.example.com'] });
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('hostile');
        },
      },
    );
    for (const name of ['create', 'headers', 'trailers', 'error']) {
      for (const message of [null, {}, hostile, { request: hostile }, { request: null }]) {
        channel(`undici:request:${name}`).publish(message);
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(uncaught).not.toHaveBeenCalled();
    expect(await hostsOf(promptheus)).toEqual({});
    expect((await linesOf(promptheus)).join('\n')).toMatch(/^promptheus_internal_errors_total\{part="undici"\} [1-9]/m);
  });

  it.each<[options: unknown, said: string]>([
    [null, 'its options must be an object, got null'],
    [{ host: [] }, 'no option "host". Known here: promptheus, hosts, propagateTo'],
    [{ hosts: 'api.example.com' }, 'hosts must be an array of hosts'],
    [{ propagateTo: [5] }, 'got 5'],
    ...[
      '',
      '.',
      '*',
      '*.example.com',
      'http://x',
      'x/y',
      'x y',
      'u@x',
      'x:port',
      'x:123456',
      '..x',
      'x\n',
      'x%2ey',
    ].map((entry): [unknown, string] => [{ propagateTo: [entry] }, 'propagateTo must be an array of hosts']),
  ])('refuses %j', (options, said) => {
    const message = expect.stringContaining(said);
    expect(() => instrumentUndici(options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message }),
    );
    expect(channel('undici:request:create').hasSubscribers).toBe(false);
  });
});
