import { describe, expect, it } from 'vitest';
import { counted, expectLines, expectRequests, type HttpHarness, linesOf, raw, run } from './http-harness.js';

export function optionCases(harness: HttpHarness): void {
  describe('scrape, context and options', () => {
    it('answers GET and HEAD /metrics, 405 to others, and counts none of them', async () => {
      const app = await run(harness);
      await raw(app.port, 'GET /plain HTTP/1.1');
      const text = await raw(app.port, 'GET /metrics?x=1 HTTP/1.1');
      expect(text).toContain(`\n${counted('GET', '/plain', 200)}\n`);
      expect(await raw(app.port, 'HEAD /metrics HTTP/1.1')).toMatch(/^HTTP\/1.1 200[\s\S]*\r\n\r\n$/);
      expect(await raw(app.port, 'POST /metrics HTTP/1.1')).toMatch(/^HTTP\/1.1 405/);
      await expectRequests(app.instance, counted('GET', '/plain', 200));
      await app.close();
    });

    it('answers elsewhere with path, and nowhere with false', async () => {
      const app = await run(harness, { path: '/internal/metrics' });
      expect(await raw(app.port, 'GET /internal/metrics HTTP/1.1')).toMatch(/^HTTP\/1.1 200/);
      expect(await raw(app.port, 'GET /metrics HTTP/1.1')).toMatch(/^HTTP\/1.1 404/);
      await app.close();
      const off = await run(harness, { path: false });
      expect(await raw(off.port, 'GET /metrics HTTP/1.1')).toMatch(/^HTTP\/1.1 404/);
      await off.close();
    });

    it('takes a valid correlation id, mints one for any other, and shows it through every await', async () => {
      const app = await run(harness, { tenant: { from: () => 'acme' } });
      const given = await raw(app.port, 'GET /id HTTP/1.1\r\nX-Correlation-ID: req-1.a:b/c=@+_');
      expect(given).toMatch(/x-correlation-id: req-1\.a:b\/c=@\+_\r\n/i);
      expect(given).toContain('"tenant":"acme"');
      expect(given).toContain('"id":"req-1.a:b/c=@+_"');
      const minted = new Set<string>();
      for (const hostile of ['', 'a b', '<x>', 'ü', `x${'y'.repeat(128)}`]) {
        const text = await raw(app.port, `GET /id HTTP/1.1\r\nX-Correlation-ID: ${hostile}`);
        const id = /x-correlation-id: ([^\r]*)\r\n/i.exec(text)?.[1] ?? '';
        expect(id).toMatch(/^[0-9a-f]{18}-[0-9a-z]+$/);
        expect(text).toContain(`"id":"${id}"`);
        minted.add(id);
      }
      expect(minted.size).toBe(5);
      await app.close();
    });

    it('leaves out what skip names', async () => {
      const app = await run(harness, { skip: (request) => request.url === '/plain' });
      expect(await raw(app.port, 'GET /plain HTTP/1.1')).toMatch(/^HTTP\/1.1 200[\s\S]*x-correlation-id/i);
      await raw(app.port, 'GET /any HTTP/1.1');
      await expectRequests(app.instance, counted('GET', '/any', 200));
      await app.close();
    });

    it('adds labels with listed values, and buckets of its own', async () => {
      const plan = {
        allow: ['free', 'paid'],
        from: (request: { headers: Record<string, string> }) => {
          if (request.headers['x-plan'] === 'throw') throw new Error('no plan');
          return request.headers['x-plan'];
        },
      };
      const app = await run(harness, { labels: { plan }, http: { buckets: [60] } });
      for (const header of ['X-Plan: paid', 'X-Plan: gold', 'X-Plan: throw', 'X-None: 1']) {
        expect(await raw(app.port, `GET /plain HTTP/1.1\r\n${header}`)).toMatch(/^HTTP\/1.1 200/);
      }
      const line = (value: string, count: number) =>
        counted('GET', '/plain', 200, count).replace('"} ', `",plan="${value}"} `);
      await expectRequests(app.instance, line('paid', 1), line('other', 1), line('unknown', 2));
      const buckets = (await linesOf(app.instance)).filter(
        (text) => text.includes('plan="paid"') && text.includes('le='),
      );
      expect(buckets.map((text) => /le="([^"]*)"/.exec(text)?.[1])).toEqual(['60', '+Inf']);
      await app.close();
    });

    it('names a catch-all by http.endpoint, and leaves the others their routes', async () => {
      const app = await run(harness, {
        http: {
          endpoint: (request) => {
            if (request.url === '/any') throw new Error('no name');
            return request.url.startsWith('/rest/page') ? 'page' : undefined;
          },
        },
      });
      for (const path of ['/rest/page/1', '/plain', '/any']) await raw(app.port, `GET ${path} HTTP/1.1`);
      await expectRequests(
        app.instance,
        counted('GET', 'page', 200),
        counted('GET', '/plain', 200),
        counted('GET', 'unknown', 200),
      );
      await expectLines(app.instance, 'promptheus_internal_errors_total{part="http_endpoint"} 1');
      await app.close();
    });

    it('answers although tenant.from and skip throw', async () => {
      const fail = () => {
        throw new Error('hostile');
      };
      const app = await run(harness, { tenant: { from: fail }, skip: fail });
      expect(await raw(app.port, 'GET /plain HTTP/1.1')).toMatch(/^HTTP\/1.1 200/);
      await expectRequests(app.instance, counted('GET', '/plain', 200));
      await expectLines(
        app.instance,
        'promptheus_internal_errors_total{part="express_tenant"} 1'.replace('express', harness.part),
        'promptheus_internal_errors_total{part="express_skip"} 1'.replace('express', harness.part),
      );
      await app.close();
    });

    it('keeps totals exact with 200 tenants at once against a limit of 50', async () => {
      const app = await run(
        harness,
        { tenant: { from: (request) => request.headers['x-tenant'] } },
        { metrics: { seriesLimit: 50 } },
      );
      const tenants = Array.from({ length: 200 }, (_, at) => `t${at}`);
      for (let round = 0; round < 2; round++) {
        await Promise.all(tenants.map((tenant) => raw(app.port, `GET /plain HTTP/1.1\r\nX-Tenant: ${tenant}`)));
      }
      const family = /^http_response_headers_duration_seconds_count\{.*company_id="([^"]*)"\} (\d+)$/;
      await expectLines(app.instance, 'http_response_body_bytes_count{method="GET",endpoint="/plain"} 400');
      const found = (await linesOf(app.instance)).flatMap((text) => {
        const [, tenant, count] = family.exec(text) ?? [];
        return tenant === undefined ? [] : [{ tenant, count: Number(count) }];
      });
      expect(found.length).toBeLessThanOrEqual(55);
      expect(found.find(({ tenant }) => tenant === '__overflow__')?.count).toBeGreaterThan(0);
      expect(found.reduce((total, { count }) => total + count, 0)).toBe(400);
      await app.close();
    });
  });
}
