import 'reflect-metadata';
import type { Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type DynamicModule,
  Get,
  type INestApplication,
  type MiddlewareConsumer,
  Module,
  Param,
  Post,
  Sse,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { interval, map, take } from 'rxjs';
import supertest from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InjectPromptheus, PromptheusModule } from '../../adapters/nest/index.js';
import { context, type Promptheus } from '../../src/index.js';
import { counted, expectRequests } from '../contract/http-harness.js';
import { instanceOfItsOwn } from './module.js';

const opened: INestApplication[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
});

/** An application as `main.ts` makes it: the platform is there before the modules are. */
async function main(platform: 'express' | 'fastify', module: DynamicModule, prepare = (_app: INestApplication) => {}) {
  const adapter = platform === 'express' ? new ExpressAdapter() : new FastifyAdapter();
  const app = await NestFactory.create<INestApplication>(module, adapter as never, {
    logger: false,
    abortOnError: false,
  });
  opened.push(app);
  prepare(app);
  await app.listen(0, '127.0.0.1');
  const server: Server = app.getHttpServer();
  return { app, ask: supertest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) };
}

@Controller('desk')
class Desk {
  @Get(':id')
  one() {
    return 'ok';
  }

  @Sse('events/all')
  events() {
    return interval(5).pipe(
      take(3),
      map((data) => ({ data: `piece ${data}` })),
    );
  }
}

/** A root module with a middleware that answers where it is told to. */
function deskModule(promptheus: Promptheus, seen: unknown[] = []): DynamicModule {
  class App {
    configure(consumer: MiddlewareConsumer) {
      consumer
        // biome-ignore lint/suspicious/noExplicitAny: the middleware of two platforms.
        .apply((request: any, response: any, next: () => void) => {
          seen.push(context.correlationId());
          if (request.headers['x-refuse'] === undefined) return next();
          response.statusCode = 401;
          response.end('refused');
        })
        .forRoutes(Desk);
    }
  }
  Module({})(App);
  return { module: App, imports: [PromptheusModule.forRoot({ promptheus })], controllers: [Desk] };
}

describe.each(['express', 'fastify'] as const)('an application that main.ts makes on %s', (platform) => {
  it('has the context in the middleware of its modules, and what that answers has the correlation id', async () => {
    const seen: unknown[] = [];
    const instance = instanceOfItsOwn();
    const { ask } = await main(platform, deskModule(instance, seen));
    await ask.get('/desk/7').set('x-correlation-id', 'req-1').expect(200);
    const refused = ask.get('/desk/7').set('x-correlation-id', 'req-2').set('x-refuse', 'yes');
    await refused.expect(401).expect('x-correlation-id', 'req-2');
    expect(seen).toEqual(['req-1', 'req-2']);
    await expectRequests(instance, counted('GET', '/desk/:id', 200), counted('GET', '/desk/:id', 401));
  });

  it('counts what a middleware of app.use answers, with the route where the platform knows it by then', async () => {
    const instance = instanceOfItsOwn();
    const { ask } = await main(platform, deskModule(instance), (app) =>
      // biome-ignore lint/suspicious/noExplicitAny: the middleware of two platforms.
      app.use((_request: any, response: any) => {
        response.statusCode = 503;
        response.end(context.correlationId());
      }),
    );
    const { text } = await ask.get('/desk/7').set('x-correlation-id', 'req-1').expect(503);
    expect(text).toBe('req-1');
    await ask.get('/metrics').expect(200);
    await expectRequests(instance, counted('GET', platform === 'express' ? 'unmatched' : '/desk/:id', 503));
  });

  it('counts a preflight that enableCors answers, and scrapes before it', async () => {
    const instance = instanceOfItsOwn();
    const { ask } = await main(platform, deskModule(instance), (app) =>
      app.enableCors({ origin: 'https://x.example' }),
    );
    const preflight = { origin: 'https://x.example', 'access-control-request-method': 'GET' };
    await ask.options('/desk/7').set(preflight).expect(204).expect('x-correlation-id', /./);
    await ask.get('/metrics').expect(200);
    // @fastify/cors declares a route for it.
    await expectRequests(instance, counted('OPTIONS', platform === 'express' ? 'unmatched' : '*', 204));
  });

  it('has the context in guards, handlers and filters, also after a body was parsed', async () => {
    const seen: unknown[] = [];
    class Sees {
      async canActivate() {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(context.correlationId(), context.current().tenant);
        return true;
      }
    }
    class Answers {
      catch(_error: unknown, host: ArgumentsHost) {
        const reply = host.switchToHttp().getResponse();
        reply.status(418).send({ filtered: context.correlationId() });
      }
    }
    Catch()(Answers);
    @Controller('notes')
    @UseGuards(Sees)
    @UseFilters(Answers)
    class Notes {
      @Post(':outcome')
      note(@Body() { text }: { text: string }, @Param('outcome') outcome: string) {
        if (outcome === 'fails') throw new Error(text);
        return { length: text.length, id: context.correlationId() };
      }
    }
    class Root {}
    const imports = [PromptheusModule.forRoot({ promptheus: instanceOfItsOwn(), tenant: { from: () => 'acme' } })];
    const { ask } = await main(platform, { module: Root, imports, controllers: [Notes] });
    const send = (path: string) =>
      ask
        .post(path)
        .set('x-correlation-id', 'req-1')
        .send({ text: 'x'.repeat(90_000) });
    expect((await send('/notes/taken').expect(201)).body).toEqual({ length: 90_000, id: 'req-1' });
    expect((await send('/notes/fails').expect(418)).body).toEqual({ filtered: 'req-1' });
    expect(seen).toEqual(['req-1', 'acme', 'req-1', 'acme']);
  });

  it('counts an event stream by its end', async () => {
    const instance = instanceOfItsOwn();
    const { ask } = await main(platform, deskModule(instance));
    const { text } = await ask.get('/desk/events/all').expect(200);
    expect(text.match(/data: piece/g)).toHaveLength(3);
    await expectRequests(instance, counted('GET', '/desk/events/all', 200));
  });
});

describe('modules with instances of their own', () => {
  it('stand side by side in one application, however alike they look', async () => {
    const [one, other] = [instanceOfItsOwn(), instanceOfItsOwn()];
    const feature = (promptheus: Promptheus) => {
      class Asks {
        constructor(readonly instance: Promptheus) {}
      }
      InjectPromptheus()(Asks, undefined, 0);
      class Feature {}
      Module({ imports: [PromptheusModule.forRoot({ promptheus, global: false })], providers: [Asks] })(Feature);
      return { Asks, Feature };
    };
    const [first, second] = [feature(one), feature(other)];
    class Root {}
    const { app } = await main('express', { module: Root, imports: [first.Feature, second.Feature] });
    expect(app.get(first.Asks, { strict: false }).instance).toBe(one);
    expect(app.get(second.Asks, { strict: false }).instance).toBe(other);
  });

  it('close their port with their application, also where another goes on with the instance', async () => {
    const instance = instanceOfItsOwn();
    const port = await freePort();
    const root = (options: object) => {
      class Root {}
      return { module: Root, imports: [PromptheusModule.forRoot({ promptheus: instance, ...options })] };
    };
    await main('express', root({}));
    for (let made = 0; made < 2; made++) {
      const { app } = await main('express', root({ port }));
      expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200);
      await app.close();
      await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
    }
  });
});

describe('an application without HTTP', () => {
  it('that NestFactory makes starts and stops the instance', async () => {
    const instance = instanceOfItsOwn();
    const [start, stop] = [vi.spyOn(instance, 'start'), vi.spyOn(instance, 'stop')];
    class Root {}
    const root = { module: Root, imports: [PromptheusModule.forRoot({ promptheus: instance })] };
    const app = await NestFactory.createApplicationContext(root, { logger: false, abortOnError: false });
    expect(start).toHaveBeenCalledOnce();
    await app.close();
    expect(stop).toHaveBeenCalledOnce();
  });
});

it('a platform that is neither Express nor Fastify is left alone, and a warning says so', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const made = await Test.createTestingModule({
    imports: [PromptheusModule.forRoot({ promptheus: instanceOfItsOwn() })],
  }).compile();
  const platform = { getType: () => 'uws', use: vi.fn() };
  Object.assign(made.get(HttpAdapterHost), { httpAdapter: platform });
  expect(platform.use).not.toHaveBeenCalled();
  expect(warned).toHaveBeenCalledWith(expect.stringContaining('the platform uws'), 'PromptheusWarning');
  warned.mockRestore();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
