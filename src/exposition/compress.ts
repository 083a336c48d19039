import { once } from 'node:events';
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import type { Encoding } from './negotiation.js';
import { Slices } from './slices.js';

/** Few large pieces: each one is a way to the thread pool and back. */
export const PIECE_BYTES = 256 * 1_024;
/** Below this, an encoding costs more than it saves. */
const LEAST_BYTES = 1_024;
/** Most of the gain for a quarter of the time. */
const GZIP_LEVEL = 1;

// Node has it since 22.15.
const { createZstdCompress } = zlib as { createZstdCompress?: (options: { chunkSize: number }) => Transform };

export const hasZstd = createZstdCompress !== undefined;

export interface Encoded {
  readonly body: Buffer;
  readonly encoding: Encoding;
}

/** Encodes a body piece by piece on the thread pool, so that it is never held whole; a short one stays as it is. */
export class Encoder {
  private readonly chunks: Buffer[] = [];
  private stream: Transform | undefined;

  constructor(private readonly encoding: 'gzip' | 'zstd') {}

  /** Takes a piece; all but the last are longer than what stays as it is. The promise settles when it has been read. */
  async write(piece: Buffer): Promise<void> {
    if (this.stream === undefined && piece.length <= LEAST_BYTES) {
      this.chunks.push(Buffer.from(piece));
      return;
    }
    const stream = this.stream ?? this.open();
    await new Promise<void>((resolve, reject) => {
      stream.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }

  async end(): Promise<Encoded> {
    const { stream, encoding } = this;
    if (stream === undefined) return { body: Buffer.concat(this.chunks), encoding: 'identity' };
    const ended = once(stream, 'end');
    stream.end();
    await ended;
    return { body: await joined(this.chunks), encoding };
  }

  /** Gives back what the encoder holds outside the heap. */
  close(): void {
    this.stream?.destroy();
  }

  private open(): Transform {
    const options = { chunkSize: PIECE_BYTES };
    const zstd = this.encoding === 'zstd' ? createZstdCompress : undefined;
    const stream = zstd?.(options) ?? zlib.createGzip({ ...options, level: GZIP_LEVEL });
    stream.on('data', (chunk: Buffer) => this.chunks.push(chunk));
    // The write that failed tells it.
    stream.on('error', () => {});
    this.stream = stream;
    return stream;
  }
}

/** `Buffer.concat`, letting the event loop turn. */
async function joined(chunks: readonly Buffer[]): Promise<Buffer> {
  const slices = new Slices();
  const body = Buffer.allocUnsafeSlow(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    at += chunk.copy(body, at);
    if (slices.isOver()) await slices.turn();
  }
  return body;
}
