import zlib, { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compress, hasZstd } from '../../../src/exposition/compress.js';

const long = Buffer.from('wait_seconds_bucket{route="/",le="1.0"} 1\n'.repeat(1_000));

describe('compress', () => {
  it('makes nothing of a body of up to a kilobyte', async () => {
    const [short, over] = [Buffer.alloc(1_024, 'a'), Buffer.alloc(1_025, 'a')];
    expect(await compress(short, 'gzip')).toEqual({ body: short, encoding: 'identity' });
    expect(await compress(over, 'gzip')).toMatchObject({ encoding: 'gzip' });
  });

  it('makes nothing of any where the scraper takes it as it is', async () => {
    expect((await compress(long, 'identity')).body).toBe(long);
  });

  it('uses the fastest level of gzip', async () => {
    const { body, encoding } = await compress(long, 'gzip');
    expect(encoding).toBe('gzip');
    expect(gunzipSync(body).equals(long)).toBe(true);
    expect(body.length).toBe(gzipSync(long, { level: 1 }).length);
    expect(body.length).not.toBe(gzipSync(long).length);
  });

  it('has zstd where Node has', async () => {
    expect(hasZstd).toBe('zstdCompress' in zlib);
    const { body, encoding } = await compress(long, 'zstd');
    expect(encoding).toBe('zstd');
    expect(zstdDecompressSync(body).equals(long)).toBe(true);
  });
});
