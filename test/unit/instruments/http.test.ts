import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPromptheus, type Promptheus, type PromptheusOptions } from '../../../src/index.js';
import type { HttpReading } from '../../../src/instruments/http.js';
import type { HttpExchange } from '../../../src/instruments/http-exchange.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function instanceWith(options: PromptheusOptions = {}): Promptheus {
  return createPromptheus({ default: false, registry: false, logger: false, ...options });
}

async function lines(instance: Promptheus, start: string): Promise<string[]> {
  const text = (await instance.scrape()).body.toString();
  return text.split('\n').filter((line) => line.startsWith(start));
}

/** Sends requests through a recorder on node:http, one for each path. */
async function serve(
  instance: Promptheus,
  reading: HttpReading,
  paths: readonly string[],
  tenant: (request: IncomingMessage) => string | undefined = () => undefined,
  labels?: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const recorder = instance.http.recorder({ reading, labels });
  let closed = 0;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    recorder.begin(request, response, tenant(request));
    response.on('close', () => (closed += 1));
    response.statusCode = request.url === '/bad' ? 500 : 200;
    response.end('ok');
  });
  servers.push(server.listen(0));
  const { port } = server.address() as AddressInfo;
  for (const path of paths) await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  await vi.waitFor(() => expect(closed).toBe(paths.length));
}

const byUrl: HttpReading = { endpoint: (exchange: HttpExchange) => exchange.request.url ?? '' };

describe('the HTTP instrument', () => {
  it('records what a wrapper measured', async () => {
    const instance = instanceWith();
    instance.http.record({ method: 'post', endpoint: 'ingest', tenant: 'acme', status: 200, seconds: 0.3 });
    instance.http.record({ method: undefined, endpoint: 'job', tenant: undefined, status: 500, seconds: 1 });
    expect(await lines(instance, 'http_request_duration_seconds_sum')).toEqual([
      'http_request_duration_seconds_sum{method="POST",endpoint="ingest",company_id="acme",status_code="200"} 0.3',
      'http_request_duration_seconds_sum{method="unknown",endpoint="job",company_id="unknown",status_code="500"} 1',
    ]);
  });

  it('prints the labels of OpenTelemetry, the route empty where none matched', async () => {
    const instance = instanceWith({ naming: 'otel' });
    await serve(instance, { endpoint: () => 'unmatched' }, ['/x', '/bad']);
    expect(await lines(instance, 'http_server_request_duration_seconds_count')).toEqual([
      'http_server_request_duration_seconds_count{http_request_method="GET",http_route="",http_response_status_code="200",error_type="",url_scheme="http",company_id="unknown"} 1',
      'http_server_request_duration_seconds_count{http_request_method="GET",http_route="",http_response_status_code="500",error_type="500",url_scheme="http",company_id="unknown"} 1',
    ]);
    expect(await lines(instance, 'http_server_active_requests{')).toEqual([
      'http_server_active_requests{http_request_method="GET",url_scheme="http"} 0',
    ]);
  });

  it('keeps one series for all tenants where the tenant is kept off histograms', async () => {
    const instance = instanceWith({ tenant: { histograms: false } });
    await serve(instance, { endpoint: () => '/x' }, ['/a', '/b', '/c'], (request) => request.url);
    expect(await lines(instance, 'http_request_duration_seconds_count')).toEqual([
      'http_request_duration_seconds_count{method="GET",endpoint="/x",status_code="200"} 3',
    ]);
  });

  it('counts what an adapter cannot read as unknown', async () => {
    const instance = instanceWith();
    const failing: HttpReading = {
      endpoint: () => {
        throw new Error('framework changed');
      },
    };
    await serve(instance, failing, ['/x']);
    expect(await lines(instance, 'http_requests_aborted_total{')).toEqual([
      'http_requests_aborted_total{method="GET",endpoint="unknown"} 0',
    ]);
    expect(await lines(instance, 'promptheus_internal_errors_total{')).toEqual([
      'promptheus_internal_errors_total{part="http_endpoint"} 1',
    ]);
  });

  it.each<[string, Partial<HttpReading>]>([
    [
      'labels that throw',
      {
        labels: () => {
          throw new Error('framework changed');
        },
      },
    ],
    ['labels that are none', { labels: () => 'gold' as never }],
    ['too few labels', { labels: () => [] }],
    ['labels of objects', { labels: () => [{}] as never }],
    ['an endpoint that is no text', { endpoint: () => ({}) as never }],
    ['no endpoint', { endpoint: () => undefined as never }],
  ])('goes on where an adapter reads %s', async (_, reading) => {
    const instance = instanceWith();
    // What would be thrown here would keep the response's other listeners from their event.
    await serve(instance, { ...byUrl, ...reading }, ['/x'], undefined, { plan: ['free'] });
    expect(await lines(instance, 'http_requests_in_flight{')).toEqual(['http_requests_in_flight{method="GET"} 0']);
    const counted = ['promptheus_internal_errors_total{', 'promptheus_rejected_observations_total{'];
    expect((await Promise.all(counted.map((start) => lines(instance, start)))).flat().length).toBeGreaterThan(0);
  });

  it('is bounded by the limit of its families when endpoints are not', async () => {
    const instance = instanceWith({ metrics: { seriesLimit: 5 } });
    await serve(
      instance,
      byUrl,
      Array.from({ length: 12 }, (_, at) => `/${at}`),
    );
    const counts = await lines(instance, 'http_response_body_bytes_count');
    expect(counts.length).toBeLessThanOrEqual(7);
    expect(counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)).toBe(12);
  });

  it('forgets a request, and counts one whose tenant came late', async () => {
    const instance = instanceWith();
    const recorder = instance.http.recorder({ reading: byUrl });
    const closed: unknown[] = [];
    const server = createServer((request, response) => {
      const exchange = recorder.begin(request, response);
      response.on('close', () => closed.push(request.url));
      if (request.url === '/forgotten') exchange.leaveOut();
      else exchange.enter('acme');
      response.end('ok');
    });
    servers.push(server.listen(0));
    const { port } = server.address() as AddressInfo;
    for (const path of ['/forgotten', '/kept']) await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    await vi.waitFor(() => expect(closed).toEqual(['/forgotten', '/kept']));
    expect(await lines(instance, 'http_request_duration_seconds_count')).toEqual([
      'http_request_duration_seconds_count{method="GET",endpoint="/kept",company_id="acme",status_code="200"} 1',
    ]);
    expect(await lines(instance, 'http_requests_in_flight{')).toEqual(['http_requests_in_flight{method="GET"} 0']);
  });

  it('refuses a second recorder with other buckets', () => {
    const instance = instanceWith();
    instance.http.recorder({ reading: byUrl });
    expect(() => instance.http.recorder({ reading: byUrl, buckets: [1] })).toThrowError(
      expect.objectContaining({ code: 'FAMILY_CONFLICT' }),
    );
  });
});
