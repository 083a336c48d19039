import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands between Prometheus, which asks for OpenMetrics first and can't be told otherwise, and the scraped server, and
 * asks for one format. Notes the content type of each answer.
 */
export class AcceptProxy {
  readonly contentTypes = new Set<string>();
  private readonly server: Server;

  constructor(accept: string, metricsUrl: string) {
    this.server = createServer((incoming, outgoing) => {
      const headers = { ...incoming.headers, accept };
      const forwarded = request(metricsUrl, { headers }, (answer) => {
        this.contentTypes.add(String(answer.headers['content-type']));
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      forwarded.on('error', () => outgoing.destroy());
      forwarded.end();
    });
  }

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
