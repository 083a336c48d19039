import type { AddressInfo } from 'node:net';
import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify';
import { afterEach } from 'vitest';
import { type FastifyMetricsOptions, fastifyMetrics } from '../../adapters/fastify/index.js';
import { createPromptheus, type Promptheus, type PromptheusOptions } from '../../src/index.js';

const closing: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

export interface Measured {
  readonly app: FastifyInstance;
  readonly instance: Promptheus;
}

export function ownInstance(options: PromptheusOptions = {}): Promptheus {
  return createPromptheus({ default: false, registry: false, logger: false, ...options });
}

/** An application that is measured by an instance of its own, and closed when the test is over. */
export function measured(server: FastifyServerOptions = {}, options: FastifyMetricsOptions = {}): Measured {
  const app = fastify(server);
  const instance = ownInstance();
  app.register(fastifyMetrics, { promptheus: instance, ...options });
  closeAfter(app);
  return { app, instance };
}

// biome-ignore lint/suspicious/noExplicitAny: HTTP/1 and HTTP/2 are different types to Fastify.
export function closeAfter(app: FastifyInstance<any, any, any>): void {
  closing.push(() => {
    const closed = app.close();
    app.server.closeAllConnections?.();
    return closed;
  });
}

// biome-ignore lint/suspicious/noExplicitAny: HTTP/1 and HTTP/2 are different types to Fastify.
export async function listen(app: FastifyInstance<any, any, any>): Promise<number> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
}
