import { show } from '../errors/promptheus-error.js';
import { labelText } from '../metrics/label-value.js';
import type { Gathered, Gatherer } from '../registry/interfaces.js';
import { type AccessCheck, type AccessOptions, createAccessCheck } from './access.js';
import { type Encoded, Encoder, hasZstd, PIECE_BYTES } from './compress.js';
import type { Format } from './format.js';
import { type Encoding, negotiateEncoding, negotiateFormat } from './negotiation.js';
import { render, renderTo } from './render.js';

/** A request for a scrape, in the shape that every framework can give. */
export interface ScrapeRequest {
  /** Default: GET. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
  /** The peer's address; needed where `allow` is set. */
  readonly remoteAddress?: string | undefined;
}

export interface ScrapeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a streamed scrape is written to: a response, a file, any writable stream. */
export interface ScrapeTarget {
  write(chunk: Buffer): boolean;
  once(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
  removeListener(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
  readonly destroyed?: boolean;
}

export interface ScrapeOptions extends AccessOptions {
  /** How long the collectors may take, unless the scraper names its own timeout. */
  readonly timeoutMs: number;
}

export type ScrapeObserver = (format: Format, seconds: number) => void;

/** What is left of the scraper's patience for rendering, compression and the way back. */
const SHARE_FOR_COLLECTORS = 0.8;
const LONGEST_TIMEOUT_MS = 3_600_000;
const NOTHING = Buffer.alloc(0);
const BASE_HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/** A piece for a stream: what one write of a socket takes at once. */
const STREAM_PIECE_BYTES = 64 * 1_024;

/** Answers scrapes: one render for those that overlap and ask for the same format and encoding. */
export class ScrapeHandler {
  private readonly rendering = new Map<string, Promise<Encoded>>();
  private readonly check: AccessCheck;

  constructor(
    private readonly gatherer: Gatherer,
    private readonly options: ScrapeOptions,
    private readonly observe: ScrapeObserver,
  ) {
    this.check = createAccessCheck(options);
  }

  /** The whole answer. Never rejects: what fails becomes a 500 that says so. */
  async scrape(request: ScrapeRequest, check: AccessCheck = this.check): Promise<ScrapeResponse> {
    const refused = this.refuse(request, check);
    if (refused !== undefined) return refused;
    const { format, contentType } = negotiateFormat(header(request, 'accept'));
    try {
      const wanted = negotiateEncoding(header(request, 'accept-encoding'), hasZstd);
      const { body, encoding } = await this.rendered(format, wanted, this.timeoutOf(request));
      const headers: Record<string, string> = {
        ...BASE_HEADERS,
        'Content-Type': contentType,
        'Content-Length': String(body.length),
        Vary: 'Accept, Accept-Encoding',
      };
      if (encoding !== 'identity') headers['Content-Encoding'] = encoding;
      return { status: 200, headers, body: request.method === 'HEAD' ? NOTHING : body };
    } catch (error) {
      return plain(500, `The scrape failed: ${show(error)}\n`);
    }
  }

  /** Writes the body to `target` piece by piece, waiting for it to drain, and returns the content type. */
  async scrapeTo(target: ScrapeTarget, request: ScrapeRequest = {}): Promise<{ status: number; contentType: string }> {
    const { format, contentType } = negotiateFormat(header(request, 'accept'));
    const start = performance.now();
    const gathered = await this.gatherer.gather(this.timeoutOf(request));
    // The target may hold a piece for longer than it makes us wait.
    await renderTo(gathered, format, STREAM_PIECE_BYTES, (piece) => drained(target, Buffer.from(piece)));
    this.observe(format, (performance.now() - start) / 1000);
    return { status: 200, contentType };
  }

  private refuse(request: ScrapeRequest, check: AccessCheck): ScrapeResponse | undefined {
    const refusal = check(header(request, 'authorization'), request.remoteAddress);
    if (refusal !== undefined) {
      return plain(refusal.status, refusal.status === 401 ? 'Unauthorized\n' : 'Forbidden\n', refusal.headers);
    }
    const method = request.method ?? 'GET';
    if (method === 'GET' || method === 'HEAD') return undefined;
    return plain(405, 'Method Not Allowed\n', { Allow: 'GET, HEAD' });
  }

  private rendered(format: Format, encoding: Encoding, timeoutMs: number): Promise<Encoded> {
    const key = `${format} ${encoding}`;
    const running = this.rendering.get(key);
    if (running !== undefined) return running;
    const start = performance.now();
    const rendering = this.gatherer
      .gather(timeoutMs)
      .then((gathered: Gathered) => encoded(gathered, format, encoding))
      .finally(() => {
        this.rendering.delete(key);
        this.observe(format, (performance.now() - start) / 1000);
      });
    this.rendering.set(key, rendering);
    return rendering;
  }

  private timeoutOf(request: ScrapeRequest): number {
    const seconds = Number(header(request, 'x-prometheus-scrape-timeout-seconds'));
    const wanted =
      seconds > 0 ? Math.min(seconds * 1_000 * SHARE_FOR_COLLECTORS, LONGEST_TIMEOUT_MS) : this.options.timeoutMs;
    return Math.max(1, wanted);
  }
}

async function encoded(gathered: Gathered, format: Format, encoding: Encoding): Promise<Encoded> {
  if (encoding === 'identity') return { body: await render(gathered, format), encoding };
  const encoder = new Encoder(encoding);
  try {
    await renderTo(gathered, format, PIECE_BYTES, (piece) => encoder.write(piece));
    return await encoder.end();
  } finally {
    encoder.close();
  }
}

function header(request: ScrapeRequest, name: string): string | undefined {
  const value: unknown = request.headers?.[name];
  if (Array.isArray(value)) return value.map(labelText).join(',');
  return typeof value === 'string' ? value : undefined;
}

function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): ScrapeResponse {
  const body = Buffer.from(text);
  return {
    status,
    headers: {
      ...BASE_HEADERS,
      ...headers,
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': String(body.length),
    },
    body,
  };
}

function drained(target: ScrapeTarget, chunk: Buffer): void | Promise<void> {
  if (target.destroyed === true) throw new Error('the target was closed');
  if (target.write(chunk)) return;
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => () => {
      for (const [event, listener] of listeners) target.removeListener(event, listener);
      settle();
    };
    const listeners = [
      ['drain', done(resolve)],
      ['close', done(() => reject(new Error('the target was closed')))],
      ['error', done(() => reject(new Error('the target failed')))],
    ] as const;
    for (const [event, listener] of listeners) target.once(event, listener);
  });
}
