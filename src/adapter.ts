import type { EventEmitter } from 'node:events';
import { type ContextState, currentState, runWithState } from './context/context.js';
import type { WideEvent } from './events/wide/wide-event.js';
import type { MetricsServer, MetricsServerOptions } from './exposition/metrics-server.js';
import type { ScrapeRequest, ScrapeResponse, ScrapeTarget } from './exposition/scrape-handler.js';
import type { HttpInstrument } from './instruments/http.js';
import type { HttpExchange } from './instruments/http-exchange.js';
import type { Instruments } from './instruments/instruments.js';
import { interpose } from './instruments/wrappers/interpose.js';
import { promptheus } from './promptheus.js';

export { type Enter, enterChannel } from './context/channel.js';
export { type ContextState, currentState, runWithState } from './context/context.js';
export { isDecorated } from './decorators/method-decorator.js';
export { PromptheusError, show } from './errors/promptheus-error.js';
export type { EventKind } from './events/event.js';
export { inThread } from './events/sinks/in-thread.js';
export { makeWritable } from './events/sinks/make-writable.js';
export type { ReceivedBatch } from './events/sinks/received.js';
export { Retention } from './events/sinks/retention.js';
export type { Sink, SinkBatch, SinkEvent, SinkFailure, SinkReceipt, ThreadSink } from './events/sinks/sink.js';
export { SinkOptions } from './events/sinks/sink-options.js';
export type { MetricsServer, MetricsServerOptions } from './exposition/metrics-server.js';
export type { ScrapeRequest, ScrapeResponse, ScrapeTarget } from './exposition/scrape-handler.js';
export { CORRELATION_ID_HEADER, correlationIdFrom } from './instruments/correlation-id.js';
export { type ErrorClass, errorClassOf } from './instruments/error-class.js';
export { type FinishReason, finishReasonOf } from './instruments/finish-reason.js';
export { givenFlag, givenText } from './instruments/given.js';
export type { HttpInstrument, HttpReading, HttpRecorder, HttpRecorderOptions } from './instruments/http.js';
export type { HttpClientCall } from './instruments/http-client.js';
export { exchangeOf, type HttpExchange } from './instruments/http-exchange.js';
export type { Instruments } from './instruments/instruments.js';
export { activeLlmCall, type LlmCall, type RateLimit } from './instruments/llm-call.js';
export type { LlmCallFacts, LlmOperation, TokenUsage } from './instruments/llm-facts.js';
export type { OpenCall, Outcome } from './instruments/open-call.js';
export type { ConversationMessage, ConversationPart, SpanContent } from './instruments/span-content.js';
export { LONGEST_JSON } from './instruments/span-content.js';
export type { TopScore, VectorSearchFacts, VectorWriteFacts } from './instruments/vector-facts.js';
export { consumed, endWhenLost } from './instruments/wrappers/abandoned.js';
export { isAbortError, signalAborted } from './instruments/wrappers/abort.js';
export { bindInstruments, boundInstruments, unbindInstruments } from './instruments/wrappers/bound.js';
export { errorTypeOf } from './instruments/wrappers/error-type.js';
export { interpose } from './instruments/wrappers/interpose.js';
export { isWatchable, watchIterable } from './instruments/wrappers/iterable.js';
export { makeAlike } from './instruments/wrappers/likeness.js';
export type { Begin, Observation } from './instruments/wrappers/observation.js';
export { type FollowResult, observeOperation } from './instruments/wrappers/observe-operation.js';
export { observationOf } from './instruments/wrappers/raw-promise.js';
export { count, labelText, property } from './instruments/wrappers/read.js';
export { availableInstruments, type OnInstance, safely } from './instruments/wrappers/safely.js';
export { latestUsage, partition, type ReportedUsage, reportedUsage } from './instruments/wrappers/usage.js';
export { type AnyFunction, wrapCall } from './instruments/wrappers/wrap-call.js';
export { nowSeconds } from './internal/clock.js';
export { activeTraceContext, contextOfSpan, type TraceContext, traceparentOf } from './internal/open-telemetry.js';
export { ownFile } from './internal/own-file.js';
export { pathOfTarget } from './internal/request-target.js';
export { type Logger, say } from './internal/warnings.js';

/** What an adapter needs of an instance: any `Promptheus` is one. */
export interface AdapterInstance extends Instruments {
  readonly http: HttpInstrument;
  readonly options: { readonly enabled: boolean };
  scrape(request?: ScrapeRequest): Promise<ScrapeResponse>;
  scrapeTo(target: ScrapeTarget): Promise<unknown>;
  startMetricsServer(options?: MetricsServerOptions): Promise<MetricsServer>;
  start(): Promise<void>;
  stop(): Promise<unknown>;
}

/** The default instance, made at its first use: for adapters that were given none. */
export function defaultInstance(): AdapterInstance {
  return promptheus();
}

/** What `observeHttp` names in a request that is left out of the metrics. */
const LEFT_OUT = { endpoint: undefined };

/** A request without a Node response: who measures it finishes its event. */
export interface WebRequest {
  endpoint: string | undefined;
  readonly event: WideEvent | undefined;
}

/** The state in which one request is worked on. */
export interface RequestState extends ContextState {
  readonly correlationId: string;
}

/**
 * The correlation id and the tenant hold through every `await` (S4.4). Without an exchange the request is left out of the
 * metrics, whatever observes it further in.
 */
export function requestState(
  correlationId: string,
  tenant: string | undefined,
  exchange: HttpExchange | WebRequest | undefined,
): RequestState {
  const { active: outer } = currentState();
  return { correlationId, tenant, active: { kind: 'http', record: exchange ?? LEFT_OUT, outer } };
}

/** Runs `fn` as the work of one request. */
export function runRequest<T>(
  correlationId: string,
  tenant: string | undefined,
  exchange: HttpExchange | WebRequest | undefined,
  fn: () => T,
): T {
  return runWithState(requestState(correlationId, tenant, exchange), fn);
}

/** Runs what listens to an emitter in the context of now: a socket's events come from outside of any. */
export function keepContext(emitter: EventEmitter): void {
  const state = currentState();
  const emit = emitter.emit as (this: EventEmitter, ...args: unknown[]) => boolean;
  interpose(emitter, 'emit', function emitInContext(this: EventEmitter, ...args: unknown[]): boolean {
    return runWithState(state, () => emit.apply(this, args));
  });
}
