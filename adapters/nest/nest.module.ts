import { randomUUID } from 'node:crypto';
import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { type AdapterInstance, defaultInstance, PromptheusError } from '../../src/adapter.js';
import { metricsController } from './nest.controller.js';
import { PromptheusExplorer } from './nest.explorer.js';
import { PromptheusHealthIndicator } from './nest.health.js';
import { PromptheusPlatform } from './nest.platform.js';
import { PROMPTHEUS_INSTANCE, PROMPTHEUS_OPTIONS } from './nest.tokens.js';
import type {
  PromptheusModuleAsyncOptions,
  PromptheusModuleExtras,
  PromptheusModuleOptions,
  PromptheusOptionsFactory,
} from './types.js';

const MODULE_ID = Symbol('promptheus.nest.module-id');

/**
 * Puts promptheus into a Nest application (10, 11 and 12, on Express or Fastify): measures every request, also those that
 * guards, pipes and filters answer, gives it a context with correlation id and tenant, answers `GET /metrics`, and has
 * decorated methods and injected families record into its instance. Imported twice, it counts once.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: a module of Nest is a class.
export class PromptheusModule {
  /**
   * @throws when the application is made {INVALID_OPTION} {FAMILY_CONFLICT} {INVALID_LABEL} {INVALID_BUCKETS}
   * @example
   * ```ts
   * @Module({ imports: [PromptheusModule.forRoot()] })
   * export class AppModule {}
   * ```
   */
  static forRoot({
    global,
    guarded,
    ...options
  }: PromptheusModuleOptions & PromptheusModuleExtras = {}): DynamicModule {
    const { path = '/metrics', port } = options;
    const controllerPath = path === false || port !== undefined ? undefined : path;
    // By a factory, so that Nest 10, which tells modules apart by their metadata, need not serialize an instance.
    const provided: Provider[] = [{ provide: PROMPTHEUS_OPTIONS, useFactory: () => options }];
    return moduleOf(provided, { global, guarded, controllerPath });
  }

  /**
   * As `forRoot`, with options that are made when the application is.
   *
   * @throws {INVALID_OPTION} without exactly one of `useFactory`, `useClass` and `useExisting`
   * @example
   * ```ts
   * PromptheusModule.forRootAsync({
   *   imports: [ConfigModule],
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ path: config.get('METRICS_PATH') }),
   * });
   * ```
   */
  static forRootAsync({ imports = [], ...options }: PromptheusModuleAsyncOptions): DynamicModule {
    const { controllerPath = 'metrics' } = options;
    return { ...moduleOf(asyncProviders(options), { ...options, controllerPath }), imports };
  }
}

Module({})(PromptheusModule);

interface Place extends PromptheusModuleExtras {
  readonly controllerPath: string | undefined;
}

function moduleOf(provided: Provider[], { global = true, guarded = false, controllerPath }: Place): DynamicModule {
  const hasController = guarded && controllerPath !== undefined;
  return {
    module: PromptheusModule,
    global,
    controllers: hasController ? [metricsController(controllerPath)] : [],
    providers: [
      ...provided,
      // By which Nest 10 tells two modules apart whose metadata look alike.
      { provide: MODULE_ID, useValue: randomUUID() },
      {
        provide: PROMPTHEUS_INSTANCE,
        inject: [PROMPTHEUS_OPTIONS],
        useFactory: ({ promptheus = defaultInstance() }: PromptheusModuleOptions) => promptheus,
      },
      {
        provide: PromptheusPlatform,
        inject: [HttpAdapterHost, PROMPTHEUS_INSTANCE, PROMPTHEUS_OPTIONS],
        useFactory: (host: HttpAdapterHost, instance: AdapterInstance, options: PromptheusModuleOptions) =>
          new PromptheusPlatform(host, instance, hasController ? { ...options, path: false } : options),
      },
      {
        provide: PromptheusExplorer,
        inject: [ModulesContainer, PROMPTHEUS_INSTANCE],
        useFactory: (modules: ModulesContainer, instance: AdapterInstance) =>
          new PromptheusExplorer(modules, instance, global),
      },
      {
        provide: PromptheusHealthIndicator,
        inject: [PROMPTHEUS_INSTANCE],
        useFactory: (instance: AdapterInstance) => new PromptheusHealthIndicator(instance),
      },
    ],
    exports: [PROMPTHEUS_INSTANCE, PromptheusHealthIndicator],
  };
}

function asyncProviders({ useFactory, inject = [], useClass, useExisting }: PromptheusModuleAsyncOptions): Provider[] {
  const ways = [useFactory, useClass, useExisting].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw new PromptheusError(
      'INVALID_OPTION',
      `PromptheusModule.forRootAsync takes exactly one of useFactory, useClass and useExisting, got ${ways.length}.`,
    );
  }
  if (useFactory !== undefined) return [{ provide: PROMPTHEUS_OPTIONS, inject, useFactory }];
  const factory = (useExisting ?? useClass) as Type<PromptheusOptionsFactory>;
  const made: Provider = {
    provide: PROMPTHEUS_OPTIONS,
    inject: [factory],
    useFactory: (options: PromptheusOptionsFactory) => options.createPromptheusOptions(),
  };
  return useClass === undefined ? [made] : [useClass, made];
}
