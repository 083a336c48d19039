import { beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { runInside } from '../../../../src/context/context.js';
import { observeHttp } from '../../../../src/instruments/wrappers/observe-http.js';
import { useDefaultInstance } from '../default-instance.js';

describe('observeHttp', () => {
  const on = useDefaultInstance();
  let record: MockInstance;
  beforeEach(() => {
    record = vi.spyOn(on.instance.http, 'record');
  });

  const failing = (error: unknown) => observeHttp(async () => Promise.reject(error), { endpoint: 'ingest' });

  it.each([
    ['status', { status: 404 }, 404],
    ['statusCode', { statusCode: 409 }, 409],
    ['getStatus()', { getStatus: () => 403 }, 403],
    ['nothing', new Error('no'), 500],
    ['a status that is none', { status: 'open' }, 500],
  ])('takes the status of an error from %s (B17)', async (_, error, status) => {
    await expect(failing(error)()).rejects.toBe(error);
    expect(record).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ endpoint: 'ingest', status }));
  });

  it('takes method and status from the real request and response (B17)', () => {
    const handler = observeHttp(
      (_request: { method: string; companyId: string }, response: { statusCode: number; writeHead(): void }) => {
        response.statusCode = 201;
      },
      { endpoint: '/tickets' },
    );
    handler({ method: 'PUT', companyId: 'acme' }, { statusCode: 200, writeHead() {} });
    expect(record).toHaveBeenCalledExactlyOnceWith({
      method: 'PUT',
      endpoint: '/tickets',
      tenant: 'acme',
      status: 201,
      seconds: expect.any(Number),
    });
  });

  it('takes the status of a fetch handler from its response', async () => {
    await observeHttp(async (_request: Request) => new Response(null, { status: 204 }), { endpoint: 'x' })(
      new Request('http://localhost/', { method: 'DELETE' }),
    );
    expect(record).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ method: 'DELETE', status: 204 }));
  });

  it('prints what it recorded under the names and labels of S3.14', async () => {
    const ingest = observeHttp(async (_input: { company_id: string }) => 'done', {
      endpoint: 'ingest',
      method: 'POST',
    });
    await ingest({ company_id: 'acme' });
    expect(await on.lines('http_request_duration_seconds')).toEqual([
      'http_request_duration_seconds_count{method="POST",endpoint="ingest",company_id="acme",status_code="200"} 1',
    ]);
  });

  it('does not make a method up (B17)', () => {
    observeHttp(() => 'done', { endpoint: 'ingest' })();
    expect(record).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ method: undefined, status: 200 }));
  });

  it("is 499 when the caller's signal ended it", async () => {
    const call = observeHttp(async (_o: { signal: AbortSignal }) => Promise.reject(new Error('closed')), {
      endpoint: 'x',
    });
    await call({ signal: AbortSignal.abort() }).catch(() => {});
    expect(record).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ status: 499 }));
  });

  it('names the endpoint of a request that is measured already, and records nothing', async () => {
    const exchange = { endpoint: '/:all' };
    const named = observeHttp(async () => 'done', { endpoint: 'ingest' });
    await runInside('http', exchange, () => named());
    expect(exchange.endpoint).toBe('ingest');
    expect(record).not.toHaveBeenCalled();
  });

  it('inside another counts once, under the outer name', async () => {
    const inner = observeHttp(async () => 'done', { endpoint: 'inner' });
    await observeHttp(() => inner(), { endpoint: 'outer' })();
    expect(record).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ endpoint: 'outer' }));
    const exchange = { endpoint: '' };
    await runInside(
      'http',
      exchange,
      observeHttp(() => inner(), { endpoint: 'outer' }),
    );
    expect(exchange.endpoint).toBe('outer');
  });
});
