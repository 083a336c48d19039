import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { createPromptheus, type Promptheus, type PromptheusOptions } from '../../src/index.js';
import type { HonoPackages } from './hono-rows.js';

// biome-ignore lint/suspicious/noExplicitAny: three versions of Hono stand here, each with types of its own.
type Any = any;

const closing: Array<() => unknown> = [];

/** Closes what a test opened. To be called once in a file. */
export function closeAfterEach(): void {
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
}

export function ownInstance(options: PromptheusOptions = {}): Promptheus {
  const instance = createPromptheus({ default: false, registry: false, logger: false, ...options });
  closing.push(() => instance.stop());
  return instance;
}

/** Serves an application as its user would, and gives the port. */
export async function listen({ node }: Pick<HonoPackages, 'node'>, app: Any, options: object = {}): Promise<number> {
  return portOf(node.serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', ...options }));
}

export async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server, 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}
