import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a test's server sees it. */
export interface JsonRequest {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a client sends is read by its shape.
  readonly body: any;
}

export interface JsonAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface JsonServer {
  readonly url: string;
  /** What was asked, so that a test can tell that nothing more was. */
  readonly asked: JsonRequest[];
  close(): Promise<void>;
}

/** An HTTP server on a free port that answers in JSON; `undefined` leaves a request without an answer. */
export async function startJsonServer(answer: (request: JsonRequest) => JsonAnswer | undefined): Promise<JsonServer> {
  const asked: JsonRequest[] = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    const seen = { method: request.method ?? '', path, body: await bodyOf(request) };
    asked.push(seen);
    const answered = answer(seen);
    if (answered === undefined) return;
    const { status = 200, headers = {}, body } = answered;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close };
}

/** JSON, or lines of it. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  if (text === '') return undefined;
  return text.includes('\n') ? text.split('\n').map((line) => JSON.parse(line)) : JSON.parse(text);
}
