export { context } from './context/context.js';
export type { PromptheusErrorCode } from './errors/codes.js';
export { PromptheusError } from './errors/promptheus-error.js';
export type {
  DropReason,
  EventCounts,
  EventKind,
  LossEquation,
  MetricEvent,
  RecordOutcome,
  RejectReason,
} from './events/event.js';
export type { Operation, OperationArguments } from './events/operations/operation.js';
export type { EventsOptions } from './events/options.js';
export type { RuleExplanation, SamplingExplanation } from './events/sampling/explain.js';
export type {
  SamplingDecision,
  SamplingDropRule,
  SamplingMatch,
  SamplingOptions,
  SamplingRule,
  SamplingTarget,
} from './events/sampling/options.js';
export { explainSampling, replaySampling } from './events/sampling/sampler.js';
export { cleanupOldMetrics } from './events/sinks/cleanup.js';
export { consoleSink } from './events/sinks/console.js';
export { type Erasure, type EventPredicate, eraseEvents } from './events/sinks/erase.js';
export { type FallbackSinkOptions, fallbackSink } from './events/sinks/fallback.js';
export { type JsonFilesSinkOptions, jsonFilesSink } from './events/sinks/json-files.js';
export { type JsonlSinkOptions, jsonlSink } from './events/sinks/jsonl.js';
export { type MemorySink, memorySink } from './events/sinks/memory.js';
export type { ReceivedBatch } from './events/sinks/received.js';
export type { Sink, SinkBatch, SinkEvent, SinkFailure, SinkReceipt } from './events/sinks/sink.js';
export type { EventStats, LossReport } from './events/stats.js';
export type { ScrapeAuth } from './exposition/access.js';
export type { MetricsServer, MetricsServerOptions } from './exposition/metrics-server.js';
export type { ScrapeRequest, ScrapeResponse, ScrapeTarget } from './exposition/scrape-handler.js';
export { type GracefulStopOptions, gracefulStop } from './graceful-stop.js';
export { genaiPrices } from './instruments/genai-prices.js';
export type { TokenUsage } from './instruments/llm-facts.js';
export type { PricedCall, PriceSource } from './instruments/price-source.js';
export {
  recordOperation,
  trackActiveSession,
  trackApiCall,
  trackCacheOperation,
  trackSession,
  updateCacheHitRate,
  updateMemoryUsage,
} from './instruments/track.js';
export { type ObserveHttpOptions, observeHttp } from './instruments/wrappers/observe-http.js';
export { type ObserveLlmOptions, observeLlm } from './instruments/wrappers/observe-llm.js';
export { type ObserveQueryOptions, observeQuery } from './instruments/wrappers/observe-query.js';
export { type ObserveVectorSearchOptions, observeVectorSearch } from './instruments/wrappers/observe-vector-search.js';
export { type ObserveWorkerOptions, observeWorker } from './instruments/wrappers/observe-worker.js';
export { type OperationMetadata, trackOperation } from './instruments/wrappers/track-operation.js';
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
export { createPromptheus, type Events, type Promptheus, promptheus } from './promptheus.js';
