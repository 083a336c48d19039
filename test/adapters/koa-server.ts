import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { createPromptheus, type Promptheus } from '../../src/index.js';

const closing: Array<() => unknown> = [];

/** Serves an application until `closeAll`; its port. */
export async function listen(app: Koa): Promise<number> {
  const server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0)) await close();
}

/** An instance that `promptheus()` gives until `closeAll`. */
export function defaultInstance(): Promptheus {
  const instance = createPromptheus({ registry: false, logger: false });
  closing.push(() => instance.stop());
  return instance;
}

export function ownInstance(): Promptheus {
  return createPromptheus({ default: false, registry: false, logger: false });
}

/** An application that prints none of its errors. */
export function quiet(): Koa {
  const app = new Koa();
  app.silent = true;
  return app;
}

export function answer(ctx: Koa.Context): void {
  ctx.body = 'x';
}
