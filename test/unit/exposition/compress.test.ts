import { randomBytes } from 'node:crypto';
import zlib, { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { Encoder, hasZstd, PIECE_BYTES } from '../../../src/exposition/compress.js';

async function encoded(encoding: 'gzip' | 'zstd', pieces: readonly string[]) {
  const encoder = new Encoder(encoding);
  // One buffer for all of them: a piece is free when its promise has settled.
  const buffer = Buffer.alloc(1 << 20);
  for (const piece of pieces) await encoder.write(buffer.subarray(0, buffer.write(piece)));
  buffer.fill(0);
  return encoder.end();
}

describe.each([
  ['gzip', gunzipSync],
  ['zstd', zstdDecompressSync],
] as const)('%s', (encoding, decode) => {
  it.each([
    ['one long piece', ['a'.repeat(1_025)]],
    ['long pieces, and a short one at the end', ['a'.repeat(300_000), 'b'.repeat(300_000), 'c']],
    [
      'what hardly gets shorter',
      Array.from({ length: 9 }, (_, n) => Array.from({ length: 40_000 }, (__, i) => (i * i * (n + 7)) % 9_973).join()),
    ],
  ])('%s', async (_, pieces) => {
    const { body, encoding: given } = await encoded(encoding, pieces);
    expect(given).toBe(encoding);
    expect(decode(body).toString()).toBe(pieces.join(''));
  });

  it.each([
    ['nothing', []],
    ['a short piece', ['a'.repeat(1_024)]],
  ])('%s stays as it is', async (_, pieces) => {
    const { body, encoding: given } = await encoded(encoding, pieces);
    expect([given, body.toString()]).toEqual(['identity', pieces.join('')]);
  });
});

it('gzip is as long as its fastest level makes it', async () => {
  const text = 'wait_seconds_bucket{route="/",le="1.0"} 1\n'.repeat(1_000);
  const { body } = await encoded('gzip', [text]);
  expect(body.length).toBe(gzipSync(text, { level: 1 }).length);
  expect(body.length).not.toBe(gzipSync(text).length);
});

it('zstd is there where Node has it', async () => {
  expect(hasZstd).toBe('createZstdCompress' in zlib);
  vi.resetModules();
  vi.doMock('node:zlib', () => ({ default: { ...zlib, createZstdCompress: undefined } }));
  const older = await import('../../../src/exposition/compress.js');
  vi.doUnmock('node:zlib');
  // Where files share a thread, the next would get the module of the older Node.
  vi.resetModules();
  expect(older.hasZstd).toBe(false);
});

it.each([
  ['at every piece where time is over', 2, 8],
  ['never where it is not', 0, 0],
])('the event loop turns while a long body is joined %s', async (_, step, least) => {
  const opened = vi.spyOn(zlib, 'createGzip');
  const encoder = new Encoder('gzip');
  await encoder.write(randomBytes(8 * PIECE_BYTES));
  let turns = 0;
  let joining = true;
  const turn = () => {
    turns++;
    if (joining) setImmediate(turn);
  };
  opened.mock.results[0]?.value.once('end', () => setImmediate(turn));
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += step));
  await encoder.end();
  joining = false;
  clock.mockRestore();
  opened.mockRestore();
  expect(turns).toBeGreaterThanOrEqual(least);
  expect(turns).toBeLessThan(least + 4);
});

it('a stream that breaks fails the piece that it was to take', async () => {
  const opened = vi.spyOn(zlib, 'createGzip');
  const encoder = new Encoder('gzip');
  const piece = Buffer.alloc(2_000);
  await encoder.write(piece);
  const [stream] = opened.mock.results.map(({ value }) => value);
  opened.mockRestore();
  stream.destroy(new Error('broken'));
  await expect(encoder.write(piece)).rejects.toThrow();
});
