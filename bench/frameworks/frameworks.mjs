// The same ten routes in each framework, as its documentation writes them: `(contender, answer)` starts a server and gives
// its port. The peers are set up as theirs says, with labels for method, route and status.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { BUCKETS } from '../clients.mjs';
import { routes } from '../http/requests.mjs';
import { adapter, ourInstance, peerRegistry, peerShows } from './contenders.mjs';
import { BARE, OURS } from './names.mjs';

const require = createRequire(import.meta.url);
/** A module for Nest and its application need one copy of Nest: that of the project, where our build finds it. */
const ofProject = createRequire(new URL('../../package.json', import.meta.url));

export const FRAMEWORKS = {
  'Express 5': express,
  'Fastify 5': fastify,
  'Koa 3': koa,
  'Hono 4': hono,
  'Nest 12 on Express': (contender, answer) => nest(contender, answer, 'express'),
  'Nest 12 on Fastify': (contender, answer) => nest(contender, answer, 'fastify'),
};

async function listening(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

async function express(contender, answer) {
  const { default: create } = await import('express');
  const app = create();
  if (contender === OURS) {
    const { expressMetrics } = await adapter('express');
    app.use(expressMetrics({ promptheus: await ourInstance() }));
  } else if (contender !== BARE) {
    const { createMiddleware } = require('@promster/express');
    app.use(createMiddleware({ app, options: { detectKubernetes: false, metricTypes: ['httpRequestsHistogram'] } }));
  }
  for (const route of routes) app.get(route, (_request, response) => response.end(answer()));
  return listening(createServer(app));
}

async function fastify(contender, answer) {
  const { default: create } = await import('fastify');
  const app = create();
  if (contender === OURS) {
    const { fastifyMetrics } = await adapter('fastify');
    await app.register(fastifyMetrics, { promptheus: await ourInstance() });
  } else if (contender !== BARE) {
    const { default: plugin } = await import('fastify-metrics');
    const overrides = { histogram: { buckets: BUCKETS } };
    const routeMetrics = { enabled: { histogram: true, summary: false }, overrides };
    await app.register(plugin, { endpoint: null, defaultMetrics: { enabled: false }, routeMetrics });
    peerShows(() => app.metrics.client.register.metrics());
  }
  for (const route of routes) app.get(route, (_request, reply) => reply.send(answer()));
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server.address().port;
}

async function koa(contender, answer) {
  const { default: Koa } = await import('koa');
  const { default: Router } = await import('@koa/router');
  const app = new Koa();
  if (contender === OURS) {
    const { koaMetrics } = await adapter('koa');
    app.use(koaMetrics({ promptheus: await ourInstance() }));
  } else if (contender !== BARE) {
    app.use(require('prometheus-api-metrics').koaMiddleware());
  }
  const router = new Router();
  for (const route of routes) {
    router.get(route, (ctx) => {
      ctx.body = answer();
    });
  }
  app.use(router.routes());
  return listening(createServer(app.callback()));
}

async function hono(contender, answer) {
  const { Hono } = await import('hono');
  const { createAdaptorServer } = await import('@hono/node-server');
  const app = new Hono();
  if (contender === OURS) {
    const { honoMetrics } = await adapter('hono');
    app.use(honoMetrics({ promptheus: await ourInstance() }));
  } else if (contender !== BARE) {
    const { prometheus } = await import('@hono/prometheus');
    const metricOptions = { requestDuration: { buckets: BUCKETS } };
    app.use('*', prometheus({ registry: peerRegistry(), metricOptions }).registerMetrics);
  }
  for (const route of routes) app.get(route, (context) => context.text(answer()));
  return listening(createAdaptorServer({ fetch: app.fetch }));
}

async function nest(contender, answer, platform) {
  ofProject('reflect-metadata');
  const { Controller, Get, Module } = ofProject('@nestjs/common');
  const { APP_INTERCEPTOR, NestFactory } = ofProject('@nestjs/core');
  class Resources {}
  for (const [n, route] of routes.entries()) {
    const key = `read${n}`;
    Object.defineProperty(Resources.prototype, key, { value: () => answer(), writable: true, configurable: true });
    Get(route)(Resources.prototype, key, Object.getOwnPropertyDescriptor(Resources.prototype, key));
  }
  Controller()(Resources);
  class App {}
  const imports = [];
  const providers = [];
  if (contender === OURS) {
    const { PromptheusModule } = await adapter('nest');
    imports.push(PromptheusModule.forRoot({ promptheus: await ourInstance() }));
  } else if (contender !== BARE) {
    providers.push({ provide: APP_INTERCEPTOR, useValue: await interceptor() });
  }
  Module({ controllers: [Resources], imports, providers })(App);
  const { ExpressAdapter } = ofProject('@nestjs/platform-express');
  const { FastifyAdapter } = ofProject('@nestjs/platform-fastify');
  const app = await NestFactory.create(App, platform === 'express' ? new ExpressAdapter() : new FastifyAdapter(), {
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
  return app.getHttpServer().address().port;
}

/** What articles on Nest and prom-client show. */
async function interceptor() {
  const { Histogram } = require('prom-client');
  const { tap } = ofProject('rxjs');
  const histogram = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of requests.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [peerRegistry()],
  });
  return {
    intercept(context, next) {
      const end = histogram.startTimer();
      const request = context.switchToHttp().getRequest();
      const response = context.switchToHttp().getResponse();
      const record = () => {
        const route = request.route?.path ?? request.routeOptions?.url;
        end({ method: request.method, route, status: response.statusCode });
      };
      return next.handle().pipe(tap({ next: record, error: record }));
    },
  };
}
