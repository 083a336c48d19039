import { type DetailRoom, millis, nameOf } from './details.js';

/** A model call, as an event is told of it. Nothing of what was asked or answered. */
export interface LlmCallTold {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly operation?: string | undefined;
  readonly seconds: number;
  /** To the first token of a stream. */
  readonly firstTokenSeconds?: number | undefined;
  readonly usage?: TokensTold | undefined;
  /** Our own count, where the answer told none. */
  readonly estimated?: TokensTold | undefined;
  readonly costUsd?: number | undefined;
  readonly outcome: string;
  readonly errorClass?: string | undefined;
  readonly errorType?: string | undefined;
  /** Requests that the client sent for it; 0 where nobody saw them. */
  readonly attempts: number;
}

export interface TokensTold {
  readonly prompt?: number | undefined;
  readonly completion?: number | undefined;
  readonly cached?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly reasoning?: number | undefined;
}

/** What the names and numbers of a detail take as JSON. */
const FIXED_BYTES = 360;

/** The model calls of an event. */
export class LlmCalls {
  count = 0;
  seconds = 0;
  errors = 0;
  prompt: number | undefined = undefined;
  completion: number | undefined = undefined;
  cached: number | undefined = undefined;
  cacheWrite: number | undefined = undefined;
  reasoning: number | undefined = undefined;
  costUsd: number | undefined = undefined;
  readonly details: object[] = [];

  add(call: LlmCallTold, room: DetailRoom): void {
    this.count++;
    this.seconds += call.seconds;
    if (call.outcome === 'error') this.errors++;
    const { usage } = call;
    this.prompt = plus(this.prompt, usage?.prompt);
    this.completion = plus(this.completion, usage?.completion);
    this.cached = plus(this.cached, usage?.cached);
    this.cacheWrite = plus(this.cacheWrite, usage?.cacheWrite);
    this.reasoning = plus(this.reasoning, usage?.reasoning);
    this.costUsd = plus(this.costUsd, call.costUsd);
    const { provider, model, errorType } = call;
    if (room.take(FIXED_BYTES, provider, model, errorType)) this.details.push(detailOf(call));
  }
}

function detailOf(call: LlmCallTold): object {
  const { usage, estimated } = call;
  return {
    provider: nameOf(call.provider),
    model: nameOf(call.model),
    operation: call.operation ?? 'chat',
    duration_ms: millis(call.seconds),
    time_to_first_token_ms: call.firstTokenSeconds === undefined ? undefined : millis(call.firstTokenSeconds),
    prompt_tokens: usage?.prompt,
    completion_tokens: usage?.completion,
    cached_tokens: usage?.cached,
    cache_write_tokens: usage?.cacheWrite,
    reasoning_tokens: usage?.reasoning,
    estimated_prompt_tokens: usage === undefined ? estimated?.prompt : undefined,
    estimated_completion_tokens: usage === undefined ? estimated?.completion : undefined,
    cost_usd: call.costUsd,
    outcome: call.outcome,
    error_class: call.outcome === 'error' ? (call.errorClass ?? 'other') : undefined,
    error_type: nameOf(call.errorType),
    attempts: call.attempts === 0 ? undefined : call.attempts,
  };
}

function plus(sum: number | undefined, value: number | undefined): number | undefined {
  return value === undefined ? sum : (sum ?? 0) + value;
}
