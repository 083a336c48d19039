import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Encoding } from './negotiation.js';

/** Below this, an encoding costs more than it saves. */
const LEAST_BYTES = 1_024;
/** Most of the gain for a quarter of the time. */
const GZIP_LEVEL = 1;
/** Few large pieces: each one is a call back into the event loop. */
const PIECE_BYTES = 256 * 1_024;

const gzip = promisify(zlib.gzip);
type Zstd = (body: Buffer, options: { chunkSize: number }) => Promise<Buffer>;
// Node has it since 22.15.
const zstdCompress = (zlib as { zstdCompress?: unknown }).zstdCompress;
const zstd = typeof zstdCompress === 'function' ? (promisify(zstdCompress) as unknown as Zstd) : undefined;

export const hasZstd = zstd !== undefined;

/** Encodes a body on the thread pool; a short one stays as it is. */
export async function compress(body: Buffer, encoding: Encoding): Promise<{ body: Buffer; encoding: Encoding }> {
  if (body.length <= LEAST_BYTES || encoding === 'identity') return { body, encoding: 'identity' };
  if (encoding === 'zstd' && zstd !== undefined) {
    return { body: await zstd(body, { chunkSize: PIECE_BYTES }), encoding };
  }
  return { body: await gzip(body, { level: GZIP_LEVEL, chunkSize: PIECE_BYTES }), encoding: 'gzip' };
}
