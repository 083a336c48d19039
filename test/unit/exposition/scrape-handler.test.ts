import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { ScrapeHandler } from '../../../src/exposition/scrape-handler.js';
import { Registry } from '../../../src/registry/registry.js';

function handlerOf(series = 1, gather?: (timeoutMs: number) => void) {
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
  return { handler: new ScrapeHandler(gatherer, { timeoutMs: 8_000 }, observe), asked, observe, registry };
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

  it('is never stored, and varies with what was asked for', async () => {
    const { headers } = await handlerOf().handler.scrape({});
    expect(headers).toMatchObject({ 'Cache-Control': 'no-store', Vary: 'Accept, Accept-Encoding' });
  });

  it('HEAD has the headers of GET and no body', async () => {
    const { handler } = handlerOf();
    const get = await handler.scrape({ method: 'GET' });
    const head = await handler.scrape({ method: 'HEAD' });
    expect(head).toEqual({ ...get, body: Buffer.alloc(0) });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'get'])('%s is not allowed, and gathers nothing', async (method) => {
    const { handler, asked } = handlerOf();
    expect(await handler.scrape({ method })).toMatchObject({ status: 405, headers: { Allow: 'GET, HEAD' } });
    expect(asked).toEqual([]);
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

  it('says that it failed instead of rejecting, and the next one is whole', async () => {
    let broken = true;
    const { handler } = handlerOf(1, () => {
      if (broken) throw new Error('broken');
    });
    expect(await handler.scrape({})).toMatchObject({ status: 500 });
    broken = false;
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
});

describe('the scraper names its timeout', () => {
  it.each([
    ['10', 8_000],
    ['0.5', 400],
    ['0', 8_000],
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
    expect(await handler.scrapeTo(slow)).toMatchObject({ status: 200 });
    expect(chunks.length).toBeGreaterThan(5);
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
    expect(await handler.scrape({})).toMatchObject({ status: 200 });
  });
});
