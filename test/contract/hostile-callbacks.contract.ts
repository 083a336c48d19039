import { describe, expect, it } from 'vitest';
import { counted, expectLines, expectRequests, type HttpHarness, linesOf, raw, run } from './http-harness.js';
import { parseExposition } from './parse-exposition.js';

export function hostileCallbackCases(harness: HttpHarness): void {
  describe('hostile callbacks', () => {
    const proxy = new Proxy(
      {},
      { get: () => fail(), has: () => fail(), ownKeys: () => fail(), getPrototypeOf: () => fail() },
    );
    const RETURNS: ReadonlyArray<readonly [string, () => unknown]> = [
      ['throws', () => fail()],
      [
        'throws a proxy',
        () => {
          throw proxy;
        },
      ],
      ['rejects', () => Promise.reject(new Error('hostile'))],
      ['resolves', () => Promise.resolve('late')],
      ['never resolves', () => new Promise(() => {})],
      ['gives an object', () => ({ toString: () => fail() })],
      ['gives a proxy', () => proxy],
      ['gives a thenable that throws', () => Object.defineProperty({}, 'then', { get: () => fail() })],
      ['gives a symbol', () => Symbol('s')],
      ['gives a function', () => () => 1],
      ['gives null', () => null],
    ];

    it.each(RETURNS)('one that %s breaks no request, and no other value gets in', async (_, returns) => {
      const from = returns as () => string;
      const app = await run(harness, {
        tenant: { from },
        skip: returns as () => boolean,
        labels: { plan: { allow: ['free'], from } },
        http: { endpoint: from },
      });
      for (let count = 0; count < 2; count++) {
        expect(await raw(app.port, 'GET /plain HTTP/1.1')).toMatch(/^HTTP\/1.1 200/);
      }
      await expectLines(app.instance, 'http_requests_in_flight{method="GET"} 0');
      const { samples } = parseExposition((await linesOf(app.instance)).join('\n'));
      const requests = samples.filter(({ name }) => name === 'http_request_duration_seconds_count');
      expect(requests).toHaveLength(1);
      expect(requests[0]).toMatchObject({
        value: 2,
        labels: {
          method: 'GET',
          company_id: 'unknown',
          status_code: '200',
          endpoint: expect.stringMatching(/^(\/plain|unknown)$/),
          plan: expect.stringMatching(/^(other|unknown)$/),
        },
      });
      await app.close();
    });

    it.each(RETURNS.filter(([name]) => name !== 'gives null'))(
      'one that %s is counted, for each part',
      async (_, returns) => {
        const from = returns as () => string;
        const app = await run(harness, {
          tenant: { from },
          skip: returns as () => boolean,
          labels: { plan: { allow: ['free'], from } },
          http: { endpoint: from },
        });
        await raw(app.port, 'GET /plain HTTP/1.1');
        const parts = [`${harness.part}_tenant`, `${harness.part}_skip`, `${harness.part}_label`, 'http_endpoint'];
        await expectLines(app.instance, ...parts.map((part) => `promptheus_internal_errors_total{part="${part}"} 1`));
        await app.close();
      },
    );

    it('a number is its text', async () => {
      const seven = (() => 7) as never;
      const app = await run(harness, { tenant: { from: seven }, http: { endpoint: seven } });
      await raw(app.port, 'GET /plain HTTP/1.1');
      await expectRequests(app.instance, counted('GET', '7', 200, 1, '7'));
      await app.close();
    });

    it('tenants and endpoints without bound stay within their limits, and the totals exact', async () => {
      const app = await run(
        harness,
        {
          tenant: { from: (request) => `${request.headers['x-n']}"\n` },
          http: { endpoint: (request) => `/${request.headers['x-n']}\ud800` },
        },
        { metrics: { seriesLimit: 10 } },
      );
      for (let n = 0; n < 60; n++) await raw(app.port, `GET /plain HTTP/1.1\r\nX-N: ${n}`);
      await expectLines(app.instance, 'http_requests_in_flight{method="GET"} 0');
      const { samples } = parseExposition((await linesOf(app.instance)).join('\n'));
      for (const family of ['http_response_body_bytes_count', 'http_response_headers_duration_seconds_count']) {
        const found = samples.filter(({ name }) => name === family);
        expect(found.length).toBeLessThanOrEqual(12);
        expect(found.reduce((sum, { value }) => sum + value, 0)).toBe(60);
      }
      const dropped = samples.filter(({ name }) => name === 'promptheus_dropped_label_sets_total');
      expect(dropped.length).toBeGreaterThan(0);
      await app.close();
    });
  });
}

function fail(): never {
  throw new Error('hostile');
}
