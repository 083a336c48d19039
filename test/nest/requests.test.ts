import 'reflect-metadata';
import { Controller, Get, type MiddlewareConsumer, Module, VersioningType } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { describe, expect, it, vi } from 'vitest';
import {
  PromptheusModule,
  type PromptheusModuleExtras,
  type PromptheusModuleOptions,
} from '../../adapters/nest/index.js';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { counted, expectRequests } from '../contract/http-harness.js';
import { MemorySink } from '../contract/memory-sink.js';
import { ask, Desk, opened, Refusing, started } from './desk.js';
import { instanceOfItsOwn, linesOf } from './module.js';

describe.each(['express', 'fastify'] as const)('a request on %s', (platform) => {
  async function desk(sink?: MemorySink) {
    const instance = instanceOfItsOwn(sink);
    const app = await started(platform, {
      imports: [PromptheusModule.forRoot({ promptheus: instance })],
      controllers: [Desk],
    });
    return { instance, app };
  }

  it.each([
    ['that a guard refuses', '/desk/guarded/1', '/desk/guarded/:id', 403],
    ['that a pipe refuses', '/desk/number/x', '/desk/number/:id', 400],
    ['whose exception a filter answers', '/desk/teapot', '/desk/teapot', 418],
    ['that an interceptor ends', '/desk/slow/1', '/desk/slow/:id', 408],
    ['that throws', '/desk/bad', '/desk/bad', 400],
    ['that nobody knows', '/desk/nothing', 'unmatched', 404],
  ])('%s is counted, with its route, and one wide event', async (_what, path, endpoint, status) => {
    const sink = new MemorySink();
    const { instance, app } = await desk(sink);
    await ask(app).get(path).expect(status);
    await expectRequests(instance, counted('GET', endpoint, status));
    expect(sink.wide).toMatchObject([{ method: 'GET', route: endpoint, status_code: status, outcome: 'success' }]);
  });

  it('that the body parser refuses is counted', async () => {
    const { instance, app } = await desk();
    await ask(app).post('/desk/parsed').set('content-type', 'application/json').send('{').expect(400);
    const [line] = await linesOf(instance, 'http_request_duration_seconds_count');
    expect(line).toMatch(/method="POST",endpoint="(unmatched|\/desk\/parsed)",.*status_code="400"\} 1$/);
  });

  it('has the prefix and the version in its route', async () => {
    const instance = instanceOfItsOwn();
    @Controller({ path: 'tickets', version: ['1', '2'] })
    class Tickets {
      @Get(':id')
      one() {
        return 'ok';
      }
    }
    const app = await started(
      platform,
      { imports: [PromptheusModule.forRoot({ promptheus: instance })], controllers: [Tickets] },
      (made) => {
        made.setGlobalPrefix('api');
        made.enableVersioning({ type: VersioningType.URI });
      },
    );
    await ask(app).get('/api/v1/tickets/7').expect(200);
    await ask(app).get('/api/v2/tickets/7').expect(200);
    await ask(app).get('/metrics').expect(200);
    await expectRequests(
      instance,
      counted('GET', '/api/v1/tickets/:id', 200),
      counted('GET', '/api/v2/tickets/:id', 200),
    );
  });

  it('passes the middleware of modules, and keeps the context of the request there', async () => {
    const instance = instanceOfItsOwn();
    const seen: unknown[] = [];
    @Module({
      imports: [PromptheusModule.forRoot({ promptheus: instance, tenant: { from: () => 'acme' } })],
      controllers: [Desk],
    })
    class App {
      configure(consumer: MiddlewareConsumer) {
        consumer
          .apply((_request: unknown, _response: unknown, next: () => void) => {
            seen.push(instance.context.current().tenant);
            next();
          })
          .forRoutes(Desk);
      }
    }
    const app = await started(platform, { imports: [App] });
    await ask(app).get('/desk/number/3').expect(200);
    expect(seen).toEqual(['acme']);
    await expectRequests(instance, counted('GET', '/desk/number/:id', 200, 1, 'acme'));
  });
});

describe.each(['express', 'fastify'] as const)('the scrape on %s', (platform) => {
  const withGuard = (options: PromptheusModuleOptions & PromptheusModuleExtras) => ({
    imports: [PromptheusModule.forRoot(options)],
    providers: [{ provide: APP_GUARD, useClass: Refusing }],
  });

  it('passes global guards, and asks for the password of the instance', async () => {
    const instance = createPromptheus({
      default: false,
      registry: false,
      logger: false,
      scrape: { auth: { bearer: 'secret' } },
    });
    const app = await started(platform, withGuard({ promptheus: instance, path: '/internal/metrics' }));
    await ask(app).get('/internal/metrics').expect(401);
    await ask(app).get('/internal/metrics').set('authorization', 'Bearer secret').expect(200);
    await ask(app).get('/metrics').expect(404);
  });

  it('with guarded stands behind them, under the prefix, and is in no family', async () => {
    const instance = instanceOfItsOwn();
    const refused = await started(platform, withGuard({ promptheus: instance, guarded: true }));
    await ask(refused).get('/metrics').expect(403);
    const open = await started(
      platform,
      { imports: [PromptheusModule.forRoot({ promptheus: instance, guarded: true })] },
      (app) => app.setGlobalPrefix('api'),
    );
    const { text } = await ask(open).get('/api/metrics').expect(200);
    expect(text).toContain('promptheus_build_info');
    await ask(open).get('/metrics').expect(404);
    await expectRequests(instance, counted('GET', '/metrics', 403), counted('GET', 'unmatched', 404));
  });

  it.each([false, true])(
    'has a server of its own with port, and no place in the application (guarded: %s)',
    async (guarded) => {
      const instance = instanceOfItsOwn();
      const start = vi.spyOn(instance, 'startMetricsServer');
      const app = await started(platform, {
        imports: [PromptheusModule.forRoot({ promptheus: instance, port: 0, guarded })],
      });
      await ask(app).get('/metrics').expect(404);
      const { url } = await (start.mock.results[0]!.value as ReturnType<Promptheus['startMetricsServer']>);
      expect(await (await fetch(url)).text()).toContain('promptheus_build_info');
      await opened.pop()?.close();
      await expect(fetch(url)).rejects.toThrow();
    },
  );
});
