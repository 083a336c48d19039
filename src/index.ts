export { context } from './context/context.js';
export type { PromptheusErrorCode } from './errors/codes.js';
export { PromptheusError } from './errors/promptheus-error.js';
export type { ScrapeAuth } from './exposition/access.js';
export type { MetricsServer, MetricsServerOptions } from './exposition/metrics-server.js';
export type { ScrapeRequest, ScrapeResponse, ScrapeTarget } from './exposition/scrape-handler.js';
export type { Logger } from './internal/warnings.js';
export { exponentialBuckets, linearBuckets } from './metrics/buckets.js';
export type {
  Counter,
  CounterHandle,
  ExemplarLabels,
  FamilyOptions,
  Gauge,
  GaugeHandle,
  Histogram,
  HistogramHandle,
  HistogramOptions,
  HistogramValue,
  LabelTuple,
  LabelValue,
  LabelValues,
  Metrics,
} from './metrics/types.js';
export type { PromptheusOptions, ResolvedOptions } from './options/options.js';
export { createPromptheus, type Promptheus, promptheus } from './promptheus.js';
