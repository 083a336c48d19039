import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core';
import { type AdapterInstance, type MetricsServer, PromptheusError, show } from '../../src/adapter.js';
import { expressMiddleware } from '../shared/express/middleware.js';
import type { ExpressMetricsOptions } from '../shared/express/types.js';
import { putLastHookFirst } from '../shared/fastify/first-hook.js';
import { measureFastify } from '../shared/fastify/measure.js';
import type { FastifyMetricsOptions } from '../shared/fastify/types.js';
import { type Serving, serve } from '../shared/http/lifespan.js';
import type { PromptheusModuleOptions } from './types.js';

const NAME = 'PromptheusModule.forRoot';

/**
 * Measures HTTP at the platform, before guards, pipes and body parsers: what they refuse is a request, too. Starts the
 * instance when the application is up, and releases it when it has shut down.
 */
export class PromptheusPlatform implements OnApplicationBootstrap, OnApplicationShutdown {
  private serving: Serving | undefined;
  private server: MetricsServer | undefined;
  private readonly options: PromptheusModuleOptions;

  /** @throws {INVALID_OPTION} {FAMILY_CONFLICT} {INVALID_LABEL} {INVALID_BUCKETS} */
  constructor(
    host: HttpAdapterHost | undefined,
    private readonly instance: AdapterInstance,
    { port, ...options }: PromptheusModuleOptions,
    private readonly metricsPort = port,
  ) {
    assertPort(port);
    this.options = { ...options, promptheus: instance, ...(port === undefined ? {} : { path: false }) };
    // Without HTTP there is none, or `null`.
    if (host?.httpAdapter) this.measure(host.httpAdapter);
    else if (host !== undefined) this.measureLater(host);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.serving = serve(this.instance);
    await this.serving.started;
    if (this.metricsPort !== undefined)
      this.server = await this.instance.startMetricsServer({ port: this.metricsPort });
  }

  async onApplicationShutdown(): Promise<void> {
    // Here, since another application may go on with the instance.
    await this.server?.close();
    await this.serving?.release();
  }

  /** A module for tests is made before its application, and so before its platform. */
  private measureLater(host: HttpAdapterHost): void {
    let adapter: AbstractHttpAdapter | undefined;
    const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(host), 'httpAdapter') as PropertyDescriptor;
    Object.defineProperty(host, 'httpAdapter', {
      configurable: true,
      enumerable: true,
      get: () => adapter,
      set: (given: AbstractHttpAdapter) => {
        adapter = given;
        set?.call(host, given);
        if (given) this.measure(given);
      },
    });
  }

  private measure(adapter: AbstractHttpAdapter): void {
    const type = adapter.getType();
    if (type === 'express') adapter.use(expressMiddleware(NAME, this.options as ExpressMetricsOptions));
    else if (type === 'fastify') {
      const app: Parameters<typeof putLastHookFirst>[0] = adapter.getInstance();
      // NestFactory has its middleware run in a hook before it makes the modules.
      if (measureFastify(NAME, app, this.options as FastifyMetricsOptions)) putLastHookFirst(app);
    } else {
      process.emitWarning(
        `${NAME} measures no HTTP on the platform ${type}: it knows Express and Fastify.`,
        'PromptheusWarning',
      );
    }
  }
}

function assertPort(port: unknown): void {
  if (port === undefined || (Number.isInteger(port) && (port as number) >= 0 && (port as number) < 65_536)) return;
  throw new PromptheusError('INVALID_OPTION', `${NAME}: port must be a number from 0 to 65535, got ${show(port)}.`);
}
