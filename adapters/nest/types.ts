import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { ExpressRequest } from '../shared/express/types.js';
import type { FastifyRequest } from '../shared/fastify/types.js';
import type { HttpLabel, HttpMetricsOptions } from '../shared/http/types.js';

/** The request of the platform that Nest stands on: Express's or Fastify's own object. */
export type NestRequest = ExpressRequest | FastifyRequest;

/** A further label: its values are listed, so that it cannot grow. */
export type NestLabel = HttpLabel<NestRequest>;

/** Options of `PromptheusModule.forRoot`; every one may be left out. */
export interface PromptheusModuleOptions extends HttpMetricsOptions<NestRequest> {
  /**
   * Serves the metrics from a server of its own on this port (0: a free one), and nowhere else. It has no guards; auth is
   * the instance's `scrape.auth`. Default: none.
   */
  readonly port?: number;
}

/** How the module stands in the application. */
export interface PromptheusModuleExtras {
  /**
   * `false`: what is injected, and the instance of the decorators, hold in the modules that import this one only. HTTP is
   * measured for the whole application in either case. Default: `true`.
   */
  readonly global?: boolean | undefined;
  /**
   * `true` answers the scrape in a controller, behind the application's guards and interceptors, under its global prefix;
   * `false` before all of them, so that a global guard does not lock Prometheus out. Default: `false`.
   */
  readonly guarded?: boolean | undefined;
}

/** A class that makes the options. */
export interface PromptheusOptionsFactory {
  createPromptheusOptions(): PromptheusModuleOptions | Promise<PromptheusModuleOptions>;
}

/** Options of `PromptheusModule.forRootAsync`: one of `useFactory`, `useClass` and `useExisting`. */
export interface PromptheusModuleAsyncOptions extends PromptheusModuleExtras, Pick<ModuleMetadata, 'imports'> {
  // biome-ignore lint/suspicious/noExplicitAny: what is injected is the application's.
  useFactory?(...injected: any[]): PromptheusModuleOptions | Promise<PromptheusModuleOptions>;
  readonly inject?: Array<InjectionToken | OptionalFactoryDependency>;
  readonly useClass?: Type<PromptheusOptionsFactory>;
  readonly useExisting?: Type<PromptheusOptionsFactory>;
  /** Of a controller (`guarded`), which has its path before the options are made. Default: `'metrics'`. */
  readonly controllerPath?: string;
}
