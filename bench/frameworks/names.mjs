export const BARE = 'bare';
export const OURS = 'promptheus';

/** Each framework with its best-known peer. */
export const PEERS = {
  'Express 5': '@promster/express',
  'Fastify 5': 'fastify-metrics',
  'Koa 3': 'prometheus-api-metrics',
  'Hono 4': '@hono/prometheus',
  'Nest 12 on Express': 'an interceptor with prom-client',
  'Nest 12 on Fastify': 'an interceptor with prom-client',
};
