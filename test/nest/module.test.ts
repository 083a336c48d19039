import 'reflect-metadata';
import {
  type ArgumentsHost,
  BadRequestException,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type DynamicModule,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  type INestApplication,
  Inject,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type NestInterceptor,
  Param,
  ParseIntPipe,
  Post,
  RequestTimeoutException,
  UseFilters,
  UseGuards,
  UseInterceptors,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD, LazyModuleLoader } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { catchError, throwError, timeout } from 'rxjs';
import supertest from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  Counted,
  InjectPromptheus,
  PromptheusModule,
  type PromptheusModuleExtras,
  type PromptheusModuleOptions,
} from '../../adapters/nest/index.js';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { counted, expectRequests } from '../contract/http-harness.js';
import { instanceOfItsOwn, linesOf } from './module.js';

const opened: INestApplication[] = [];
afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
});

type Platform = 'express' | 'fastify';

async function started(
  platform: Platform,
  metadata:
    | { imports?: Array<DynamicModule | (new () => unknown)>; controllers?: never[]; providers?: never[] }
    | object,
  prepare: (app: INestApplication) => void = () => {},
): Promise<INestApplication> {
  const made = await Test.createTestingModule(metadata).compile();
  const adapter = platform === 'express' ? new ExpressAdapter() : new FastifyAdapter();
  const app = made.createNestApplication(adapter as never, { logger: false });
  prepare(app);
  opened.push(app);
  await app.init();
  if (platform === 'fastify') await app.getHttpAdapter().getInstance().ready();
  return app;
}

const ask = (app: INestApplication) => supertest(app.getHttpServer());

@Injectable()
class Refusing implements CanActivate {
  canActivate() {
    return false;
  }
}

@Injectable()
class TimingOut implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(
      timeout(5),
      catchError(() => throwError(() => new RequestTimeoutException())),
    );
  }
}

class Teapot extends Error {}

@Catch(Teapot)
class TeapotFilter implements ExceptionFilter {
  catch(_error: Teapot, host: ArgumentsHost) {
    const reply = host.switchToHttp().getResponse();
    if (typeof reply.code === 'function') reply.code(418).send('teapot');
    else reply.status(418).send('teapot');
  }
}

@Controller('desk')
class Desk {
  @Get('guarded/:id')
  @UseGuards(Refusing)
  guarded() {}

  @Get('number/:id')
  number(@Param('id', ParseIntPipe) id: number) {
    return String(id);
  }

  @Get('teapot')
  @UseFilters(TeapotFilter)
  teapot() {
    throw new Teapot();
  }

  @Get('slow/:id')
  @UseInterceptors(TimingOut)
  slow() {
    return new Promise((resolve) => setTimeout(resolve, 500));
  }

  @Post('parsed')
  parsed() {
    return 'parsed';
  }

  @Get('bad')
  bad() {
    throw new BadRequestException();
  }
}

describe.each(['express', 'fastify'] as const)('a request on %s', (platform) => {
  async function desk() {
    const instance = instanceOfItsOwn();
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
  ])('%s is counted, with its route', async (_what, path, endpoint, status) => {
    const { instance, app } = await desk();
    await ask(app).get(path).expect(status);
    await expectRequests(instance, counted('GET', endpoint, status));
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

describe('the module', () => {
  it('takes options by factory, class and existing provider, and refuses none or two of them', async () => {
    const instance = instanceOfItsOwn();
    @Injectable()
    class Options {
      createPromptheusOptions() {
        return { promptheus: instance, path: '/m' as const };
      }
    }
    @Module({ providers: [Options], exports: [Options] })
    class OptionsModule {}
    for (const options of [
      { imports: [OptionsModule], inject: [Options], useFactory: (made: Options) => made.createPromptheusOptions() },
      { useClass: Options },
      { imports: [OptionsModule], useExisting: Options },
    ]) {
      const app = await started('express', { imports: [PromptheusModule.forRootAsync(options)] });
      await ask(app).get('/m').expect(200);
    }
    expect(() => PromptheusModule.forRootAsync({})).toThrow(
      /exactly one of useFactory, useClass and useExisting, got 0/,
    );
    expect(() => PromptheusModule.forRootAsync({ useClass: Options, useExisting: Options })).toThrow(/got 2/);
  });

  it.each([
    [{ path: 'metrics' }, /PromptheusModule\.forRoot: path must be a path/],
    [{ port: -1 }, /PromptheusModule\.forRoot: port must be a number/],
    [{ nonsense: 1 }, /PromptheusModule\.forRoot has no option "nonsense"/],
  ])('refuses %j when the application is made', async (options, message) => {
    const promptheus = instanceOfItsOwn();
    const made = started('express', { imports: [PromptheusModule.forRoot({ promptheus, ...options } as never)] });
    await expect(made).rejects.toThrow(message);
  });

  it('records into the default instance where none is given', async () => {
    const byDefault = createPromptheus({ registry: false, logger: false });
    const app = await started('express', { imports: [PromptheusModule.forRoot()], controllers: [Desk] });
    await ask(app).get('/desk/number/3').expect(200);
    await expectRequests(byDefault, counted('GET', '/desk/number/:id', 200));
    await byDefault.stop();
  });

  it('made again, as hot reload does, goes on where it was', async () => {
    const instance = instanceOfItsOwn();
    for (let count = 1; count <= 2; count++) {
      const app = await started('express', {
        imports: [PromptheusModule.forRoot({ promptheus: instance })],
        controllers: [Desk],
      });
      await ask(app).get('/desk/number/3').expect(200);
      await expectRequests(instance, counted('GET', '/desk/number/:id', 200, count));
      // The one that takes its place is up before this one is gone.
    }
  });

  it('of two applications records apart, and closing one leaves the other', async () => {
    const [one, other] = [instanceOfItsOwn(), instanceOfItsOwn()];
    const [first, second] = await Promise.all(
      [one, other].map((promptheus) =>
        started('express', { imports: [PromptheusModule.forRoot({ promptheus })], controllers: [Desk] }),
      ),
    );
    await ask(first as INestApplication)
      .get('/desk/number/1')
      .expect(200);
    for (let n = 0; n < 2; n++)
      await ask(second as INestApplication)
        .get('/desk/number/1')
        .expect(200);
    await first?.close();
    await ask(second as INestApplication)
      .get('/desk/number/1')
      .expect(200);
    await expectRequests(one, counted('GET', '/desk/number/:id', 200));
    await expectRequests(other, counted('GET', '/desk/number/:id', 200, 3));
  });

  it('starts the instance with the application, and stops it with the last one', async () => {
    const instance = instanceOfItsOwn();
    const [start, stop] = [vi.spyOn(instance, 'start'), vi.spyOn(instance, 'stop')];
    const imports = [PromptheusModule.forRoot({ promptheus: instance })];
    const [first, second] = [await started('express', { imports }), await started('express', { imports })];
    expect(start).toHaveBeenCalled();
    await first.close();
    expect(stop).not.toHaveBeenCalled();
    await second.close();
    expect(stop).toHaveBeenCalledTimes(1);
    opened.length = 0;
  });

  it('counts the routes of a module that is loaded later, and what its providers record', async () => {
    const instance = instanceOfItsOwn();
    @Injectable()
    class Late {
      constructor(@InjectPromptheus() readonly promptheus: Promptheus) {}
    }
    @Module({ providers: [Late] })
    class LateModule {}
    @Controller('lazy')
    class Lazy {
      constructor(@Inject(LazyModuleLoader) readonly loader: LazyModuleLoader) {}

      @Get()
      async load() {
        const module = await this.loader.load(() => LateModule);
        return String(module.get(Late).promptheus === instance);
      }
    }
    const app = await started('express', {
      imports: [PromptheusModule.forRoot({ promptheus: instance })],
      controllers: [Lazy],
    });
    expect((await ask(app).get('/lazy').expect(200)).text).toBe('true');
    await expectRequests(instance, counted('GET', '/lazy', 200));
  });

  it('that is not global is for those that import it', async () => {
    const instance = instanceOfItsOwn();
    const byDefault = createPromptheus({ registry: false, logger: false });
    class Marked {
      @Counted('marked_total')
      mark() {}
    }
    @Injectable()
    class Inside extends Marked {}
    @Injectable()
    class Outside extends Marked {}
    @Module({
      imports: [PromptheusModule.forRoot({ promptheus: instance, global: false })],
      providers: [Inside],
      exports: [Inside],
    })
    class Feature {}
    const app = await started('express', { imports: [Feature], providers: [Outside] });
    app.get(Inside).mark();
    app.get(Outside).mark();
    app.get(Outside).mark();
    expect(await linesOf(instance, 'marked_total')).toEqual(['marked_total{outcome="success"} 1']);
    expect(await linesOf(byDefault, 'marked_total')).toEqual(['marked_total{outcome="success"} 2']);
    await byDefault.stop();
  });

  it('does nothing where the instance is disabled', async () => {
    const promptheus = createPromptheus({ default: false, enabled: false });
    for (const platform of ['express', 'fastify'] as const) {
      const app = await started(platform, { imports: [PromptheusModule.forRoot({ promptheus })], controllers: [Desk] });
      await ask(app).get('/desk/number/3').expect(200);
      await ask(app).get('/metrics').expect(404);
    }
  });

  it('stands in an application without HTTP', async () => {
    const instance = instanceOfItsOwn();
    const made = await Test.createTestingModule({
      imports: [PromptheusModule.forRoot({ promptheus: instance })],
    }).compile();
    await made.init();
    await made.close();
  });
});
