import type { FastifyApplication } from './types.js';

interface Hooks {
  readonly onRequest?: unknown[];
}

/**
 * Puts the `onRequest` hook that was added last before those that a framework on top of Fastify has added for itself: else
 * what that answers there (its middleware) has neither context nor route. Fastify has no way to say so; where it keeps its
 * hooks elsewhere some day, the hook stays where it is.
 */
export function putLastHookFirst(app: FastifyApplication & { after(done: () => void): unknown }): void {
  // Fastify adds a hook when it comes to it in the order of loading.
  app.after(() => {
    const symbol = Object.getOwnPropertySymbols(app).find(({ description }) => description === 'fastify.hooks');
    const { onRequest } = (symbol === undefined ? {} : Reflect.get(app, symbol)) as Hooks;
    if (Array.isArray(onRequest)) onRequest.unshift(onRequest.pop());
  });
}
