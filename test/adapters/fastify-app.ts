import { createReadStream, mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, fastify } from 'fastify';
import { fastifyMetrics } from '../../adapters/fastify/index.js';
import { context } from '../../src/index.js';
import { filled } from '../contract/filled-bodies.js';
import type { AdapterOptions, HttpHarness } from '../contract/http-harness.js';
import { work } from '../contract/work.js';
import type { FastifyRow } from './fastify-rows.js';

const file = join(mkdtempSync(join(tmpdir(), 'promptheus-fastify-')), 'hello.txt');
writeFileSync(file, 'hello');

/** One Fastify as an application would use it: prefixes where Express has mounts. */
export function fastifyHarness({ name, server }: FastifyRow, create: typeof fastify): HttpHarness {
  return {
    name,
    part: 'fastify',
    catchesRejections: true,
    tellsErrors: true,
    differs: {
      'a regular expression': ['/regex/:n(^\\\\d+$)', 200],
      'routes that pass on to another': ['/passes/:to', 200],
      OPTIONS: ['unmatched', 404],
    },
    async start(options) {
      const app = buildApp(create({ ...server }), options);
      await app.listen({ port: 0, host: '127.0.0.1' });
      return {
        port: (app.server.address() as AddressInfo).port,
        async close() {
          const closed = app.close();
          app.server.closeAllConnections();
          await closed;
        },
      };
    },
  };
}

function buildApp(app: FastifyInstance, options: AdapterOptions): FastifyInstance {
  app.addHttpMethod('PURGE');
  app.register(fastifyMetrics, options);
  app.register(fastifyMetrics, options);
  // The application reads its bodies itself.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.register(routes);
  app.register(bodies);
  app.register(failures);
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    void reply.code(error.statusCode ?? 500).send('failed');
  });
  return app;
}

const users: FastifyPluginAsync = async (app) => {
  app.get('/', ok);
  app.get('/:id', ok);
  app.get('/boom/now', () => {
    throw new Error('boom');
  });
};

const routes: FastifyPluginAsync = async (app) => {
  app.get('/plain', ok);
  app.get('/Users/:id', ok);
  app.all('/any', ok);
  app.register(async (api) => void api.register(users, { prefix: '/users' }), { prefix: '/t/:org/api' });
  for (const prefix of ['/first', '/second', '/left/:side', '/right']) app.register(users, { prefix });
  app.register(async (sub) => void sub.get('/deep/:id', ok), { prefix: '/sub/:version' });
  app.get('/regex/:n(^\\d+$)', ok);
  for (const path of ['/one/:a', '/two/:b', '/three']) app.get(path, ok);
  app.get('/passes/:to', (request, reply) => {
    if ((request.params as { to: string }).to === 'here') return reply.send('here');
    reply.callNotFound();
    return reply;
  });
  app.get('/rest/*', ok);
  app.get('/works/:id', async (request) => work((request.params as { id: string }).id));
  app.get('/id', async () => {
    await immediate();
    return { tenant: context.current().tenant, id: context.correlationId() };
  });
  app.get('/static/*', serves);
  app.get('/t/:org/files/*', serves);
};

async function ok(): Promise<string> {
  return 'ok';
}

function serves({ params }: { params: unknown }, reply: FastifyReply): FastifyReply {
  if ((params as { '*': string })['*'] === 'hello.txt') return reply.send(createReadStream(file));
  reply.callNotFound();
  return reply;
}

const bodies: FastifyPluginAsync = async (app) => {
  app.post('/upload', async (request) => {
    let bytes = 0;
    for await (const chunk of request.raw) bytes += chunk.length;
    return String(bytes);
  });
  app.get('/chunks', (_request, reply) => {
    reply.hijack();
    reply.raw.write('a'.repeat(500));
    reply.raw.write(Buffer.alloc(250));
    reply.raw.end('é'.repeat(125));
  });
  app.get('/sends', (_request, reply) => reply.type('text/plain').send(createReadStream(file)));
  app.get('/moved', (_request, reply) => reply.redirect('/plain'));
  for (const path of ['/events', '/live/:id']) {
    app.get(path, (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { 'Content-Type': 'text/event-stream' });
      let sent = 0;
      const timer = setInterval(() => {
        reply.raw.write('data: 1\n\n');
        if (++sent === 20) reply.raw.end();
      }, 100);
      reply.raw.on('close', () => clearInterval(timer));
    });
  }
  app.get('/filled/:body', async ({ params }) => filled((params as { body: string }).body));
  app.get('/fills', (_request, reply) => {
    reply.hijack();
    reply.raw.write('x'.repeat(1_000));
    // In a tick of its own: what is written in one tick leaves in one piece.
    setTimeout(() => reply.raw.write(Buffer.alloc(200_000_000)), 20);
  });
};

const failures: FastifyPluginAsync = async (app) => {
  app.get('/throws/:id', () => {
    throw new Error('thrown');
  });
  app.get('/hands/:id', (_request, reply) => reply.send(Object.assign(new Error('handed'), { statusCode: 503 })));
  app.get('/rejects', async () => {
    await immediate();
    throw new Error('rejected');
  });
  app.get('/rejects/alone', async () => {
    throw new Error('rejected');
  });
  app.get('/never', () => {});
  app.get('/breaks', (_request, reply) => {
    reply.hijack();
    reply.raw.write('half');
    setImmediate(() => reply.raw.destroy());
  });
};
