import type { TraceContext } from '../internal/open-telemetry.js';
import { observeIn } from '../metrics/auto-exemplars.js';
import type { Counter } from '../metrics/types.js';
import type { InstrumentEnvironment } from './environment.js';
import { type Bound, counterOf, type Facts, gaugeOf, handleOf, histogramOf } from './families.js';
import type { InternalErrors } from './guard.js';
import type { LlmCallFacts, TokenUsage } from './llm-facts.js';
import type { Outcome } from './open-call.js';
import type { PricedCall, PriceSource } from './price-source.js';

/** What shapes how model calls are recorded. */
export interface LlmRecordingOptions {
  readonly prices: PriceSource | undefined;
  /** Tools that keep their names as labels. */
  readonly tools: readonly string[];
  readonly chunkGaps: boolean;
  readonly spans: boolean;
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
    const { provider, model, tenant, errorType, operation = 'chat' } = call;
    const facts: Facts = { provider, model, tenant, errorType, operation };
    handleOf(this.requests, { ...facts, status: outcome }).inc();
    const isEmbedding = operation === 'embeddings';
    observeIn(context, handleOf(isEmbedding ? this.embeddings : this.durations, facts), seconds);
    if (call.batchSize !== undefined) handleOf(this.batchSizes, facts).observe(call.batchSize);
    if (outcome === 'error') handleOf(this.failures, { ...facts, errorClass: call.errorClass ?? 'other' }).inc();
    if (progress.attempts > 0) handleOf(this.attempts, facts).observe(progress.attempts);
    for (const finishReason of call.finishReasons ?? []) handleOf(this.finishReasons, { ...facts, finishReason }).inc();
    for (const name of call.toolCalls ?? []) {
      handleOf(this.toolCalls, { ...facts, tool: this.tools.has(name) ? name : 'other' }).inc();
    }
    this.recordTokens(call, facts, outcome, progress);
    this.recordTimes(call, facts, outcome, seconds, progress);
    return this.recordCost(call, facts);
  }

  private recordTokens(call: LlmCallFacts, facts: Facts, outcome: Outcome, progress: LlmProgress): void {
    const { usage, estimated } = call;
    add(this.prompt, facts, usage?.prompt, 'prompt');
    add(this.completion, facts, usage?.completion, 'completion');
    add(this.cached, facts, usage?.cached);
    add(this.cacheWrites, facts, usage?.cacheWrite);
    add(this.reasoning, facts, usage?.reasoning);
    if (usage !== undefined) return;
    const reason = unknownReason(call, outcome, progress);
    if (reason !== undefined) handleOf(this.usageUnknown, { ...facts, reason }).inc();
    add(this.estimated, facts, estimated?.prompt, 'prompt');
    add(this.estimated, facts, estimated?.completion, 'completion');
  }

  private recordCost(call: LlmCallFacts, facts: Facts): number | undefined {
    const { costUsd, usage, provider, model, batch = false } = call;
    if (costUsd !== undefined) {
      handleOf(this.costs, { ...facts, costSource: 'provider' }).inc(costUsd);
      return costUsd;
    }
    if (usage === undefined) return undefined;
    const price = this.priceOf({ provider: provider ?? 'unknown', model: model ?? 'unknown', usage, batch });
    if (typeof price === 'number') {
      handleOf(this.costs, { ...facts, costSource: 'price_table' }).inc(price);
      return price;
    }
    handleOf(this.unpriced, { ...facts, reason: price }).inc();
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
    facts: Facts,
    outcome: Outcome,
    seconds: number,
    { firstToken }: LlmProgress,
  ): void {
    if (firstToken === undefined) return;
    handleOf(this.firstTokens, facts).observe(firstToken);
    const further = (usage?.completion ?? 0) - 1;
    if (outcome === 'success' && further > 0) {
      handleOf(this.perToken, facts).observe(Math.max(0, seconds - firstToken) / further);
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

function add(counter: Bound<Counter>, facts: Facts, count: TokenUsage['prompt'], tokenType?: string): void {
  if (count !== undefined) handleOf(counter, { ...facts, tokenType }).inc(count);
}
