import { describe, expect, it, vi } from 'vitest';
import {
  counted,
  expectLines,
  expectRequests,
  type HttpHarness,
  inFlight,
  linesOf,
  RawClient,
  raw,
  run,
} from './http-harness.js';

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const aborted = (endpoint: string, count = 1) =>
  `http_requests_aborted_total{method="GET",endpoint="${endpoint}"} ${count}`;
const sum = async (instance: Parameters<typeof linesOf>[0], start: string): Promise<number> =>
  Number(
    (await linesOf(instance))
      .find((line) => line.startsWith(start))
      ?.split(' ')
      .at(-1),
  );

export function abortCases(harness: HttpHarness): void {
  describe('aborts and streams', () => {
    it('a client that leaves before the headers is a 499', async () => {
      const app = await run(harness);
      const client = await RawClient.open(app.port, get('/never'));
      await expectLines(app.instance, inFlight('GET', 1));
      client.leave();
      await expectRequests(app.instance, counted('GET', '/never', 499));
      await expectLines(app.instance, inFlight('GET', 0), aborted('/never'));
      const headers = (await linesOf(app.instance)).filter((line) =>
        line.startsWith('http_response_headers_duration_seconds_count'),
      );
      expect(headers).toEqual([
        'http_response_headers_duration_seconds_count{method="GET",endpoint="/never",company_id="unknown"} 0',
      ]);
      await app.close();
    });

    it('a client that leaves in mid-stream is a 499', async () => {
      const app = await run(harness);
      const client = await RawClient.open(app.port, get('/events'));
      await client.until(/data: 1/);
      client.leave();
      await expectRequests(app.instance, counted('GET', '/events', 499));
      await expectLines(app.instance, inFlight('GET', 0), aborted('/events'));
      await app.close();
    });

    it.each([
      ['the adapter', { http: { streams: ['/live/:id'] } }, {}],
      ['the instance', {}, { http: { streams: ['/live/:id'] } }],
    ])(
      'on an endpoint that %s calls a stream, leaving after the headers is its end',
      async (_who, options, instance) => {
        const app = await run(harness, options, instance);
        const client = await RawClient.open(app.port, get('/live/1'));
        await client.until(/data: 1/);
        client.leave();
        await expectRequests(app.instance, counted('GET', '/live/:id', 200));
        expect(
          (await linesOf(app.instance)).some(
            (line) => line.startsWith('http_requests_aborted_total{') && !line.endsWith(' 0'),
          ),
        ).toBe(false);
        await app.close();
      },
    );

    it('times the headers of an event stream apart from its two seconds', async () => {
      const app = await run(harness);
      const text = await raw(app.port, 'GET /events HTTP/1.1');
      expect(text.match(/data: 1/g)).toHaveLength(20);
      await expectRequests(app.instance, counted('GET', '/events', 200));
      await expectLines(
        app.instance,
        'http_response_headers_duration_seconds_bucket{method="GET",endpoint="/events",company_id="unknown",le="1"} 1',
        'http_request_duration_seconds_bucket{method="GET",endpoint="/events",company_id="unknown",status_code="200",le="1"} 0',
      );
      await app.close();
    });

    it('a response that the application broke off is no 499 and no success', async () => {
      const app = await run(harness);
      await raw(app.port, 'GET /breaks HTTP/1.1');
      await expectRequests(app.instance, counted('GET', '/breaks', 500));
      expect(
        (await linesOf(app.instance)).some(
          (line) => line.startsWith('http_requests_aborted_total{') && !line.endsWith(' 0'),
        ),
      ).toBe(false);
      await app.close();
    });

    it('does not count bytes that the client never let through', async () => {
      const app = await run(harness);
      const client = await RawClient.open(app.port, get('/fills'));
      client.socket.pause();
      await vi.waitFor(() => expect(client.socket.bytesRead).toBeGreaterThan(1_000), 5_000);
      client.leave();
      await expectRequests(app.instance, counted('GET', '/fills', 499));
      expect(await sum(app.instance, 'http_response_body_bytes_sum')).toBe(1_000);
      await app.close();
    });
  });
}
