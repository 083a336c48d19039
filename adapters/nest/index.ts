export * from '../../src/decorators/index.js';
export { PromptheusHealthIndicator } from './nest.health.js';
export {
  InjectCounter,
  InjectGauge,
  InjectHistogram,
  InjectPromptheus,
  makeCounterProvider,
  makeGaugeProvider,
  makeHistogramProvider,
} from './nest.inject.js';
export { PromptheusModule } from './nest.module.js';
export type {
  NestLabel,
  NestRequest,
  PromptheusModuleAsyncOptions,
  PromptheusModuleExtras,
  PromptheusModuleOptions,
  PromptheusOptionsFactory,
} from './types.js';
