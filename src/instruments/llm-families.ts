import type { TraceContext } from '../internal/open-telemetry.js';
import { observeIn } from '../metrics/auto-exemplars.js';
import type { Counter } from '../metrics/types.js';
import type { InstrumentEnvironment } from './environment.js';
import { type Bound, counterOf, gaugeOf, handleOf, histogramOf } from './families.js';
import type { InternalErrors } from './guard.js';
import type { KeptHandles } from './kept-handles.js';
import type { LlmCallFacts, TokenUsage } from './llm-facts.js';
import { type LlmKind, LlmSeries } from './llm-series.js';
import type { Outcome } from './open-call.js';
import type { PricedCall, PriceSource } from './price-source.js';

const NONE: readonly never[] = [];
const NOTHING: TokenUsage = {};

/** What shapes how model calls are recorded. */
export interface LlmRecordingOptions {
  readonly prices: PriceSource | undefined;
  /** Tools that keep their names as labels. */
  readonly tools: readonly string[];
  readonly chunkGaps: boolean;
  readonly spans: boolean;
  /** What was asked and answered is shown on the spans. */
  readonly spanContent: boolean;
}

/** What a call's stream and its HTTP requests told, beside its facts. */
export interface LlmProgress {
  /** Seconds from the call to its first token. */
  readonly firstToken: number | undefined;
  readonly attempts: number;
}

/** The families of model calls. */
export class LlmFamilies {
  private readonly durations;
  private readonly embeddings;
  private readonly batchSizes;
  private readonly requests;
  private readonly prompt: Bound<Counter>;
  private readonly completion: Bound<Counter>;
  private readonly cached;
  private readonly cacheWrites;
  private readonly reasoning;
  private readonly firstTokens;
  private readonly perToken;
  private readonly costs;
  private readonly unpriced;
  private readonly usageUnknown;
  private readonly estimated;
  private readonly failures;
  private readonly attempts;
  private readonly finishReasons;
  private readonly toolCalls;
  private readonly tools: ReadonlySet<string>;
  private readonly series: LlmSeries;
  readonly retryWaits;
  readonly chunkGaps;
  readonly inFlight;
  readonly remainingRequests;
  readonly remainingTokens;

  /** @throws {FAMILY_CONFLICT} {NAME_CLASH} when an application's family stands in the way */
  constructor(
    env: InstrumentEnvironment,
    private readonly options: LlmRecordingOptions,
    private readonly errors: InternalErrors,
  ) {
    this.durations = histogramOf(env, 'llm_request_duration_seconds');
    this.embeddings = histogramOf(env, 'embedding_duration_seconds');
    this.batchSizes = histogramOf(env, 'embedding_batch_size');
    this.requests = counterOf(env, 'llm_requests_total');
    const [prompt, completion] =
      env.naming === 'otel'
        ? ([
            'gen_ai_client_inference_usage_input_tokens_total',
            'gen_ai_client_inference_usage_output_tokens_total',
          ] as const)
        : (['llm_token_usage_total', 'llm_token_usage_total'] as const);
    this.prompt = counterOf(env, prompt);
    this.completion = counterOf(env, completion);
    this.cached = counterOf(env, 'llm_cached_tokens_total');
    this.cacheWrites = counterOf(env, 'llm_cache_write_tokens_total');
    this.reasoning = counterOf(env, 'llm_reasoning_tokens_total');
    this.firstTokens = histogramOf(env, 'llm_time_to_first_token_seconds');
    this.perToken = histogramOf(env, 'llm_time_per_output_token_seconds');
    this.costs = counterOf(env, 'llm_cost_usd_total');
    this.unpriced = counterOf(env, 'llm_unpriced_requests_total');
    this.usageUnknown = counterOf(env, 'llm_usage_unknown_total');
    this.estimated = counterOf(env, 'llm_estimated_tokens_total');
    this.failures = counterOf(env, 'llm_errors_total');
    this.attempts = histogramOf(env, 'llm_attempts');
    this.finishReasons = counterOf(env, 'llm_finish_reasons_total');
    this.toolCalls = counterOf(env, 'llm_tool_calls_total');
    this.tools = new Set(options.tools);
    this.series = new LlmSeries(env.tenant.label !== false);
    this.retryWaits = histogramOf(env, 'llm_retry_wait_seconds');
    this.chunkGaps = options.chunkGaps ? histogramOf(env, 'llm_chunk_gap_seconds') : undefined;
    this.inFlight = gaugeOf(env, 'llm_requests_in_flight');
    this.remainingRequests = gaugeOf(env, 'llm_rate_limit_remaining_requests');
    this.remainingTokens = gaugeOf(env, 'llm_rate_limit_remaining_tokens');
  }

  /** Records a call that is over, and gives what it cost, in US dollars, where that is known. */
  record(
    call: LlmCallFacts,
    outcome: Outcome,
    seconds: number,
    progress: LlmProgress,
    context?: TraceContext,
  ): number | undefined {
    const kind = this.series.kindOf(call);
    const tenant = this.series.ofTenant(kind, call.tenant);
    tenant.with(this.requests, 'status', outcome).inc();
    const durations = kind.operation === 'embeddings' ? this.embeddings : this.durations;
    const { errorType } = call;
    const duration =
      errorType === undefined
        ? tenant.of(durations)
        : handleOf(durations, { ...kind.facts, tenant: call.tenant, errorType });
    observeIn(context, duration, seconds);
    if (call.batchSize !== undefined) kind.of(this.batchSizes).observe(call.batchSize);
    if (outcome === 'error') tenant.with(this.failures, 'errorClass', call.errorClass ?? 'other').inc();
    if (progress.attempts > 0) kind.of(this.attempts).observe(progress.attempts);
    for (const reason of call.finishReasons ?? NONE) kind.with(this.finishReasons, 'finishReason', reason).inc();
    for (const name of call.toolCalls ?? NONE) {
      kind.with(this.toolCalls, 'tool', this.tools.has(name) ? name : 'other').inc();
    }
    this.recordTokens(call, kind, tenant, outcome, progress);
    this.recordTimes(call, tenant, outcome, seconds, progress);
    return this.recordCost(call, kind, tenant);
  }

  /** The handles of families without a tenant. */
  kindOf(facts: LlmCallFacts): LlmKind {
    return this.series.kindOf(facts);
  }

  private recordTokens(
    call: LlmCallFacts,
    kind: LlmKind,
    tenant: KeptHandles,
    outcome: Outcome,
    progress: LlmProgress,
  ): void {
    const { usage, estimated } = call;
    if (usage !== undefined) {
      const { prompt, completion, cached, cacheWrite, reasoning } = usage;
      if (prompt !== undefined) tenant.with(this.prompt, 'tokenType', 'prompt').inc(prompt);
      if (completion !== undefined) tenant.with(this.completion, 'tokenType', 'completion').inc(completion);
      if (cached !== undefined) tenant.of(this.cached).inc(cached);
      if (cacheWrite !== undefined) tenant.of(this.cacheWrites).inc(cacheWrite);
      if (reasoning !== undefined) tenant.of(this.reasoning).inc(reasoning);
      return;
    }
    const reason = unknownReason(call, outcome, progress);
    if (reason !== undefined) kind.with(this.usageUnknown, 'reason', reason).inc();
    const { prompt, completion } = estimated ?? NOTHING;
    if (prompt !== undefined) kind.with(this.estimated, 'tokenType', 'prompt').inc(prompt);
    if (completion !== undefined) kind.with(this.estimated, 'tokenType', 'completion').inc(completion);
  }

  private recordCost(call: LlmCallFacts, kind: LlmKind, tenant: KeptHandles): number | undefined {
    const { costUsd, usage, batch = false } = call;
    if (costUsd !== undefined) {
      tenant.with(this.costs, 'costSource', 'provider').inc(costUsd);
      return costUsd;
    }
    if (usage === undefined) return undefined;
    const { provider, model } = kind;
    const price = this.priceOf({ provider, model, usage, batch });
    if (typeof price === 'number') {
      tenant.with(this.costs, 'costSource', 'price_table').inc(price);
      return price;
    }
    kind.with(this.unpriced, 'reason', price).inc();
    return undefined;
  }

  /** US dollars, or why they are not known. */
  private priceOf(call: PricedCall): number | string {
    const { prices } = this.options;
    if (prices === undefined) return 'no_price_source';
    try {
      const price = prices(call);
      if (price === undefined) return 'unknown_model';
      if (Number.isFinite(price) && price >= 0) return price;
    } catch {
      // Counted below, as a price that can be none.
    }
    this.errors('llm_prices');
    return 'price_source_failed';
  }

  private recordTimes(
    { usage }: LlmCallFacts,
    tenant: KeptHandles,
    outcome: Outcome,
    seconds: number,
    { firstToken }: LlmProgress,
  ): void {
    if (firstToken === undefined) return;
    tenant.of(this.firstTokens).observe(firstToken);
    const further = (usage?.completion ?? 0) - 1;
    if (outcome === 'success' && further > 0) {
      tenant.of(this.perToken).observe(Math.max(0, seconds - firstToken) / further);
    }
  }
}

/** Why the tokens of an answer are not known; `undefined` where there was no answer. */
function unknownReason(call: LlmCallFacts, outcome: Outcome, progress: LlmProgress): string | undefined {
  if (call.estimated !== undefined) return 'estimated';
  if (call.unread === true) return 'unread';
  if (outcome === 'success') return 'missing';
  return progress.firstToken === undefined ? undefined : 'cut_off';
}
