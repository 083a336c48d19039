import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  counted,
  expectLines,
  expectRequests,
  type HttpHarness,
  linesOf,
  RawClient,
  raw,
  run,
} from './http-harness.js';
import { parseExposition } from './parse-exposition.js';

/** Sends bytes as they are, on a connection of its own, and gives what came back until it was closed. */
async function sent(port: number, bytes: string): Promise<string> {
  const client = await RawClient.open(port, bytes);
  client.socket.setTimeout(2_000, () => client.leave());
  await new Promise((resolve) => client.socket.once('close', resolve));
  return client.received;
}

const END = '\r\nHost: x\r\nConnection: close\r\n\r\n';

/** The labels of every request that was counted. */
async function kindsOf(instance: Parameters<typeof linesOf>[0]) {
  const text = (await linesOf(instance)).join('\n');
  return parseExposition(text)
    .samples.filter(({ name }) => name === 'http_request_duration_seconds_count')
    .map(({ labels }) => `${labels.method} ${labels.endpoint} ${labels.status_code}`);
}

export function hostileRequestCases(harness: HttpHarness): void {
  describe('hostile requests', () => {
    it('no path makes a series', async () => {
      const app = await run(harness);
      const paths = [
        '//',
        '//evil.example/plain',
        '/%00',
        '/%',
        '/%zz',
        '/%c0%af',
        '/..%2f..%2fetc/passwd',
        '/plain/../plain',
        '/plain%00',
        '/;a=b',
        `/${'a'.repeat(8_000)}`,
        `/${'a/'.repeat(4_000)}`,
        '/\xff\xfe\x80',
        '/\u00e9',
        '/?',
        `/?${'x=1&'.repeat(2_000)}`,
        '/"}{,=\\',
        '/__proto__',
        '/constructor',
        '/unknown',
        '/unmatched',
        '/metrics/',
        '/metrics%00',
        '/METRICSx',
        'http://x/nowhere',
        'http://x',
        '*',
        'nowhere',
        '/#/plain',
      ];
      for (const path of paths) await sent(app.port, `GET ${path} HTTP/1.1${END}`);
      await sent(app.port, `OPTIONS * HTTP/1.1${END}`);
      await raw(app.port, 'GET /plain HTTP/1.1');
      await expectLines(app.instance, counted('GET', '/plain', 200, harness.resolvesDots ? 2 : 1));
      for (const kind of await kindsOf(app.instance)) {
        expect(kind).toMatch(/^(GET|OPTIONS) (unmatched|\/plain|unknown) (200|400|404|500)$/);
      }
      await expectLines(app.instance, 'http_requests_in_flight{method="GET"} 0');
      await app.close();
    });

    it('params of any bytes are one route', async () => {
      const app = await run(harness);
      const params = ['1', '%F0%9F%98%80', '%22%7D%0A', '%E2%80%A8', 'a'.repeat(7_000), ':id', '*', '__proto__', '%25'];
      for (const param of params) await sent(app.port, `GET /Users/${param} HTTP/1.1${END}`);
      await expectRequests(app.instance, counted('GET', '/Users/:id', 200, params.length));
      await app.close();
    });

    it('absolute-form is the route that it names', async () => {
      const app = await run(harness);
      await sent(app.port, `GET http://x/plain HTTP/1.1${END}`);
      await sent(app.port, `GET http://x/two/1?y HTTP/1.1${END}`);
      await expectRequests(app.instance, counted('GET', '/plain', 200), counted('GET', '/two/:b', 200));
      expect(await sent(app.port, `GET http://x/metrics HTTP/1.1${END}`)).toMatch(/^HTTP\/1.1 200[\s\S]*\/two\/:b/);
      await app.close();
    });

    it('no header breaks a request or a scrape', async () => {
      const app = await run(harness, { tenant: { from: (request) => request.headers['x-tenant'] } });
      const big = 'x'.repeat(15_000);
      const headers = [
        `X-Correlation-ID: ${big}`,
        'X-Correlation-ID: a\r\nX-Correlation-ID: b',
        'X-Correlation-ID:\t',
        'X-Correlation-ID: a%0d%0aSet-Cookie: x=1',
        'X-Correlation-ID: \x80\xff',
        'traceparent: 00-00000000000000000000000000000000-0000000000000000-01',
        `traceparent: ${big}`,
        'traceparent: a\r\ntraceparent: b',
        'tracestate: \x01',
        'baggage: ,,,===',
        'X-Tenant: "}\\',
        `X-Tenant: ${big}`,
        'X-Tenant: __overflow__',
        'X-Tenant: a\r\nX-Tenant: b',
        'X-Tenant: \xe9\x80',
        'Content-Length: 5\r\nContent-Length: 6',
        'Content-Length: -1',
        'Content-Length: 1e3',
        'Content-Length: 0x10',
        'Content-Length: 18446744073709551616',
        'Content-Length: 3\r\nTransfer-Encoding: chunked',
        'Transfer-Encoding: identity',
        'Expect: 100-continue',
        'Expect: nonsense',
        'Connection: keep-alive, close, x',
        'Upgrade: h2c',
        'Cookie: \x00',
        ': none',
      ];
      for (const header of headers) await sent(app.port, `GET /plain HTTP/1.1\r\n${header}${END}abcde`);
      const reply = await sent(app.port, `GET /plain HTTP/1.1\r\nX-Correlation-ID: a\x0bSet-Cookie${END}`);
      expect(reply).not.toMatch(/set-cookie/i);
      await raw(app.port, 'GET /any HTTP/1.1');
      await expectLines(app.instance, counted('GET', '/any', 200), 'http_requests_in_flight{method="GET"} 0');
      for (const kind of await kindsOf(app.instance)) expect(kind).toMatch(/^GET (\/plain|\/any) (200|400|499)$/);
      await app.close();
    });

    it('any correlation id: what is not one is replaced, and the response has one header', async () => {
      const app = await run(harness);
      await fc.assert(
        fc.asyncProperty(
          fc.string({
            unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
            maxLength: 200,
          }),
          async (id) => {
            const reply = await sent(app.port, `GET /id HTTP/1.1\r\nX-Correlation-ID: ${id}${END}`);
            if (/^HTTP\/1.1 400/.test(reply)) return;
            const found = [...reply.matchAll(/^x-correlation-id: (.*)\r$/gim)].map(([, value]) => value);
            expect(found).toHaveLength(1);
            expect(found[0]).toMatch(/^[A-Za-z0-9._:/+=@-]{1,128}$/);
            if (/^[A-Za-z0-9._:/+=@-]{1,128}$/.test(id)) expect(found[0]).toBe(id);
          },
        ),
        { numRuns: 60 },
      );
      await app.close();
    });

    it('a body that is not as long as its header says', async () => {
      const app = await run(harness);
      await sent(app.port, `POST /any HTTP/1.1\r\nContent-Length: 1000000${END}abc`);
      await sent(app.port, `POST /any HTTP/1.1\r\nTransfer-Encoding: chunked${END}ffffffff\r\nabc`);
      await sent(app.port, `POST /any HTTP/1.1\r\nTransfer-Encoding: chunked${END}zz\r\n`);
      await sent(app.port, `POST /any HTTP/1.1\r\nContent-Length: 3${END}abcGET /plain HTTP/1.1${END}`);
      await expectLines(app.instance, 'http_requests_in_flight{method="POST"} 0');
      for (const kind of await kindsOf(app.instance)) expect(kind).toMatch(/^(POST \/any|GET \/plain) \d{3}$/);
      await app.close();
    });

    it('Accept and Accept-Encoding of any kind get a scrape', async () => {
      const app = await run(harness);
      const entries = (entry: string) => entry.repeat(2_000).slice(0, 15_000);
      for (const accept of [
        entries('x/y;q=0.1,'),
        entries(','),
        entries(';'),
        entries('"'),
        entries('"\\",'),
        'text/plain;q="0.5',
        'text/plain;q=1e309',
        'text/plain;q=-1',
        'application/openmetrics-text;version="1.0.0";q=NaN',
        '*/*;q=0',
        'text/plain;version=0.0.4;q=0',
        '\xff/\xfe',
        'a\r\nAccept: b',
        '__proto__;q=1',
        'text/plain;__proto__=1;constructor=2',
        `text/plain;${'a=b;'.repeat(3_000)}`,
      ]) {
        for (const name of ['Accept', 'Accept-Encoding', 'X-Prometheus-Scrape-Timeout-Seconds']) {
          const reply = await sent(app.port, `GET /metrics HTTP/1.1\r\n${name}: ${accept}${END}`);
          expect(reply, `${name}: ${accept.slice(0, 40)}`).toMatch(/^HTTP\/1.1 200[\s\S]*promptheus_build_info/);
        }
      }
      await app.close();
    });
  });
}
