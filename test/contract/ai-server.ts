import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Say nothing more, and keep the connection open. */
export const HANG: unique symbol = Symbol('hang');
/** Destroy the socket. */
export const RESET: unique symbol = Symbol('reset');

/** What one `write` sends, or what happens to the connection instead. */
export type Part = string | Uint8Array | typeof HANG | typeof RESET;

/** The answer to one request; `HANG` and `RESET` come before any byte of it. */
export type Reply =
  | typeof HANG
  | typeof RESET
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly parts: readonly Part[] };

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Parsed, where it is JSON. */
  readonly body: unknown;
  /** An answer that hangs is `open` until the client goes away, and has then been `left`. */
  hanging: 'open' | 'left' | undefined;
}

export interface AiServer {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Resolves when this many requests have arrived. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, parts: [JSON.stringify(body)] };
}

/** A pause between two parts, so that each arrives by itself. */
const PAUSE_MS = 5;

/** A provider that plays a script: the first reply for the first request and so on; a request past the end gets 418. */
export async function startAiServer(script: readonly Reply[]): Promise<AiServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    const received: ReceivedRequest = {
      path: request.url ?? '',
      headers: request.headers,
      body: await bodyOf(request),
      hanging: undefined,
    };
    const reply = script[requests.length] ?? json({ error: { message: 'past the end of the script' } }, 418);
    requests.push(received);
    server.emit('arrived');
    if ((await play(reply, response)) !== HANG) return;
    received.hanging = response.destroyed ? 'left' : 'open';
    response.on('close', () => (received.hanging = 'left'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async arrived(count) {
      while (requests.length < count) await once(server, 'arrived');
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Gives what the answer ended with. */
async function play(reply: Reply, response: ServerResponse): Promise<Part | undefined> {
  const atOnce = reply === HANG || reply === RESET;
  if (!atOnce) response.writeHead(reply.status ?? 200, reply.headers);
  for (const part of atOnce ? ([reply] as const) : reply.parts) {
    if (part === RESET) response.destroy();
    if (part === HANG || part === RESET) return part;
    response.write(part);
    await sleep(PAUSE_MS);
  }
  response.end();
  return undefined;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
