import 'reflect-metadata';
import { Controller, Get, type INestApplication, Inject, Injectable, Module } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { describe, expect, it, vi } from 'vitest';
import { Counted, InjectPromptheus, PromptheusModule } from '../../adapters/nest/index.js';
import { createPromptheus, type Promptheus } from '../../src/index.js';
import { counted, expectRequests } from '../contract/http-harness.js';
import { ask, Desk, opened, started } from './desk.js';
import { instanceOfItsOwn, linesOf } from './module.js';

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
