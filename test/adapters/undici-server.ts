import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server to ask: what it was told in headers, and the responses that it holds back. */
export interface AskedServer {
  readonly port: number;
  readonly url: string;
  readonly headers: IncomingHttpHeaders[];
  readonly rawHeaders: string[][];
  readonly held: ServerResponse[];
  close(): void;
}

export async function startAskedServer(): Promise<AskedServer> {
  const headers: IncomingHttpHeaders[] = [];
  const rawHeaders: string[][] = [];
  const held: ServerResponse[] = [];
  let failures = 0;
  const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => unknown> = {
    '/moved': (_request, response) => response.writeHead(302, { Location: '/x' }).end('moved'),
    '/away': ({ headers: { 'x-to': to } }, response) => response.writeHead(302, { Location: String(to) }).end(),
    '/none': (_request, response) => response.writeHead(404).end('none'),
    '/broken': (_request, response) => response.writeHead(500).end('broken'),
    '/twice': (_request, response) => response.writeHead(failures++ % 2 === 0 ? 503 : 200).end('twice'),
    '/hold': (_request, response) => held.push(response),
    '/half': (_request, response) => (response.write('half'), held.push(response)),
    '/half-broken': (_request, response) => response.writeHead(502).write('half'),
    '/reset': (_request, response) => response.socket?.destroy(),
    '/early': (_request, response) => response.writeEarlyHints({ link: '</x>' }, () => response.end('x')),
    '/nonsense': (_request, response) => response.socket?.end('no HTTP at all\r\n\r\n'),
  };
  const server = createServer((request, response) => {
    headers.push(request.headers);
    rawHeaders.push(request.rawHeaders);
    const answer = answers[request.url ?? ''];
    if (answer === undefined) request.resume().on('end', () => response.end('x'));
    else answer(request, response);
  });
  server.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => (server.close(), server.closeAllConnections());
  return { port, url: `http://127.0.0.1:${port}`, headers, rawHeaders, held, close };
}
