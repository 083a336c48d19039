import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import zlib, { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import type { AccessOptions } from '../../../src/exposition/access.js';
import { ScrapeHandler, type ScrapeRequest } from '../../../src/exposition/scrape-handler.js';
import { Registry } from '../../../src/registry/registry.js';

function handlerOf(series = 1, gather?: (timeoutMs: number) => void, access: AccessOptions = {}) {
  const registry = new Registry({ seriesLimit: 1e6 });
  const gauge = registry.gauge({ name: 'sizes_now', help: 'Sizes.', labelNames: ['i'] });
  for (let i = 0; i < series; i++) gauge.set({ i }, i);
  const asked: number[] = [];
  const gatherer = {
    gather: async (timeoutMs: number) => {
      asked.push(timeoutMs);
      gather?.(timeoutMs);
      await wait(5);
      return registry.gather(timeoutMs);
    },
  };
  const observe = vi.fn();
  return { handler: new ScrapeHandler(gatherer, { timeoutMs: 8_000, ...access }, observe), asked, observe, registry };
}

describe('answer', () => {
  it.each([
    ['gzip', gunzipSync],
    ['zstd', zstdDecompressSync],
  ] as const)('%s holds the same text', async (encoding, decode) => {
    // More than one piece.
    const { handler } = handlerOf(20_000);
    const plain = await handler.scrape({});
    const { headers, body } = await handler.scrape({ headers: { 'accept-encoding': encoding } });
    expect(headers).toMatchObject({ 'Content-Encoding': encoding, 'Content-Length': String(body.length) });
    expect(decode(body).equals(plain.body)).toBe(true);
    expect(plain.headers['Content-Encoding']).toBeUndefined();
  });

  it('leaves a short body as it is', async () => {
    const { headers, body } = await handlerOf().handler.scrape({ headers: { 'accept-encoding': 'gzip' } });
    expect(headers['Content-Encoding']).toBeUndefined();
    expect(body.toString()).toContain('sizes_now{i="0"} 0\n');
  });

  it('is never stored, never taken for another type, and varies with what was asked for', async () => {
    const { headers, body } = await handlerOf().handler.scrape({});
    expect(headers).toEqual({
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
      'Content-Length': String(body.length),
      Vary: 'Accept, Accept-Encoding',
    });
  });

  it('has the format of the Accept header, however often that was sent', async () => {
    const accept = ['text/html', 'application/openmetrics-text;version=1.0.0'];
    const { headers, body } = await handlerOf().handler.scrape({ headers: { accept } });
    expect(headers['Content-Type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(body.toString()).toMatch(/# EOF\n$/);
  });

  it('HEAD has the headers of GET and no body', async () => {
    const { handler } = handlerOf();
    const get = await handler.scrape({ method: 'GET' });
    const head = await handler.scrape({ method: 'HEAD' });
    expect(head).toEqual({ ...get, body: Buffer.alloc(0) });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'get'])('%s is not allowed, and gathers nothing', async (method) => {
    const { handler, asked } = handlerOf();
    const { status, headers, body } = await handler.scrape({ method });
    expect([status, body.toString()]).toEqual([405, 'Method Not Allowed\n']);
    expect(headers).toEqual({
      Allow: 'GET, HEAD',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': '19',
    });
    expect(asked).toEqual([]);
  });

  it('is for those that may scrape, and gathers nothing for others', async () => {
    const { handler, asked } = handlerOf(1, undefined, { auth: { bearer: 'key' }, allow: ['127.0.0.1'] });
    const from = { remoteAddress: '127.0.0.1' };
    const text = async (request: ScrapeRequest) => {
      const { status, headers, body } = await handler.scrape(request);
      return [status, headers['WWW-Authenticate'] !== undefined, body.toString()];
    };
    expect(await text(from)).toEqual([401, true, 'Unauthorized\n']);
    expect(await text({ headers: { authorization: 'Bearer key' } })).toEqual([403, false, 'Forbidden\n']);
    expect(asked).toEqual([]);
    const { status } = await handler.scrape({ ...from, headers: { authorization: 'Bearer key' } });
    expect(status).toBe(200);
    expect((await handler.scrape({}, () => undefined)).status).toBe(200);
  });

  it.each<[string, unknown]>([
    ['a number', 5],
    ['an object', {}],
    ['a list of nonsense', [5, {}, Object.create(null), Symbol('s'), 'application/openmetrics-text']],
    ['an empty list', []],
    ['null', null],
  ])('answers where a header is %s', async (_, value) => {
    const names = ['accept', 'accept-encoding', 'authorization', 'x-prometheus-scrape-timeout-seconds'];
    const headers = Object.fromEntries(names.map((name) => [name, value])) as never;
    expect(await handlerOf().handler.scrape({ headers })).toMatchObject({ status: 200 });
  });

  it('gives back what an encoder holds outside the heap, when the scrape fails on its way', async () => {
    const samples = Array.from({ length: 20_000 }, (_, i) => ({ name: 'a', labels: { i }, value: 1 }));
    const broken = {
      get name(): string {
        throw new Error('broken');
      },
    };
    const foreign = [{ name: 'a', help: 'A.', type: 'gauge', samples }, broken as never];
    const gatherer = { gather: async () => ({ families: [], foreign, defaultLabels: {} }) };
    const opened = vi.spyOn(zlib, 'createGzip');
    const handler = new ScrapeHandler(gatherer, { timeoutMs: 8_000 }, () => {});
    expect(await handler.scrape({ headers: { 'accept-encoding': 'gzip' } })).toMatchObject({ status: 500 });
    const streams = opened.mock.results.map(({ value }) => value.destroyed);
    opened.mockRestore();
    expect(streams).toEqual([true]);
  });

  it('says that it failed instead of rejecting, and the next one is whole', async () => {
    let broken: unknown = new Error('broken');
    const { handler } = handlerOf(1, () => {
      if (broken !== undefined) throw broken;
    });
    const failed = await handler.scrape({});
    expect([failed.status, failed.body.toString()]).toEqual([500, 'The scrape failed: Error: broken\n']);
    broken = 'no error';
    expect((await handler.scrape({})).body.toString()).toBe('The scrape failed: "no error"\n');
    broken = undefined;
    expect(await handler.scrape({})).toMatchObject({ status: 200 });
  });
});

describe('overlapping scrapes', () => {
  it('share one render; a later one is new', async () => {
    const { handler, asked, observe } = handlerOf();
    const answers = await Promise.all(Array.from({ length: 10 }, () => handler.scrape({})));
    expect(asked).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.toString())).size).toBe(1);
    await handler.scrape({});
    expect(asked).toHaveLength(2);
    expect(observe).toHaveBeenCalledTimes(2);
  });

  it('each get the encoding that they asked for', async () => {
    const { handler, asked } = handlerOf(1_000);
    const encodings = ['identity', 'gzip', 'zstd', 'gzip'];
    const answers = await Promise.all(
      encodings.map((encoding) => handler.scrape({ headers: { 'accept-encoding': encoding } })),
    );
    expect(answers.map(({ headers }) => headers['Content-Encoding'])).toEqual([undefined, 'gzip', 'zstd', 'gzip']);
    expect(answers[3]?.body).toBe(answers[1]?.body);
    expect(gunzipSync(answers[1]?.body as Buffer).equals(answers[0]?.body as Buffer)).toBe(true);
    expect(asked).toHaveLength(3);
  });

  it('of another format have one of their own', async () => {
    const { handler, asked } = handlerOf();
    const headers = { accept: 'application/openmetrics-text' };
    const [text, open] = await Promise.all([handler.scrape({}), handler.scrape({ headers })]);
    expect(asked).toHaveLength(2);
    expect(open.body.toString()).toBe(`${text.body}# EOF\n`);
  });
});

describe('the observer', () => {
  it.each(['scrape', 'scrapeTo'] as const)('is told the format and the seconds of %s', async (way) => {
    const clock = vi.spyOn(performance, 'now');
    const { handler, observe } = handlerOf(1, () => clock.mockReturnValue(3_500));
    clock.mockReturnValue(1_000);
    if (way === 'scrape') await handler.scrape({});
    else await handler.scrapeTo(new PassThrough(), { headers: { accept: 'application/openmetrics-text' } });
    clock.mockRestore();
    expect(observe.mock.calls).toEqual([[way === 'scrape' ? 'text' : 'openmetrics', 2.5]]);
  });

  it('is told of one that failed, too', async () => {
    const { handler, observe } = handlerOf(1, () => {
      throw new Error('broken');
    });
    await handler.scrape({});
    expect(observe).toHaveBeenCalledOnce();
  });
});

describe('the scraper names its timeout', () => {
  it.each([
    ['10', 8_000],
    ['0.5', 400],
    ['0', 8_000],
    ['0.0001', 1],
    ['-3', 8_000],
    ['soon', 8_000],
    ['', 8_000],
    ['1e300', 3_600_000],
    ['Infinity', 3_600_000],
    [undefined, 8_000],
  ])('%s: %i ms for the collectors', async (seconds, timeoutMs) => {
    const { handler, asked } = handlerOf();
    await handler.scrape({ headers: { 'x-prometheus-scrape-timeout-seconds': seconds } });
    expect(asked).toEqual([timeoutMs]);
  });
});

describe('scrapeTo', () => {
  it('waits for a slow stream to drain, and writes what scrape() answers', async () => {
    const { handler } = handlerOf(20_000);
    const chunks: Buffer[] = [];
    let most = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk, _, done) {
        chunks.push(chunk);
        most = Math.max(most, slow.writableLength);
        setImmediate(done);
      },
    });
    expect(await handler.scrapeTo(slow)).toEqual({
      status: 200,
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
    });
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks.slice(0, -1).every(({ length }) => length >= 65_536)).toBe(true);
    expect(most).toBeLessThan(200_000);
    expect(Buffer.concat(chunks).equals((await handler.scrape({})).body)).toBe(true);
    expect(['drain', 'close', 'error'].map((event) => slow.listenerCount(event))).toEqual([0, 0, 0]);
  });

  it('rejects when the stream is closed, before or while it writes, and leaves no listener', async () => {
    const { handler } = handlerOf(20_000);
    const closed = new Writable({ write: () => {} });
    closed.destroy();
    await expect(handler.scrapeTo(closed)).rejects.toThrow('closed');
    const stuck = new Writable({ highWaterMark: 1, write: () => setImmediate(() => stuck.destroy()) });
    await expect(handler.scrapeTo(stuck)).rejects.toThrow('closed');
    expect(['drain', 'close', 'error'].map((event) => stuck.listenerCount(event))).toEqual([0, 0, 0]);
    const failing = Object.assign(new EventEmitter(), {
      write: () => (setImmediate(() => failing.emit('error', new Error('broken pipe'))), false),
    });
    await expect(handler.scrapeTo(failing)).rejects.toThrow('failed');
    expect(failing.eventNames()).toEqual([]);
    expect(await handler.scrape({})).toMatchObject({ status: 200 });
  });
});
