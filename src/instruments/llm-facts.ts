import type { ErrorClass } from './error-class.js';
import type { FinishReason } from './finish-reason.js';

/**
 * Tokens of a call: `prompt` includes cached and cache-written ones, `completion` includes reasoning, and these two
 * together are all; the others say what part of them is what.
 */
export interface TokenUsage {
  readonly prompt?: number | undefined;
  readonly completion?: number | undefined;
  readonly cached?: number | undefined;
  readonly cacheWrite?: number | undefined;
  /** Of `cacheWrite`, what is kept for an hour, which some providers charge more for. */
  readonly cacheWriteHour?: number | undefined;
  readonly reasoning?: number | undefined;
}

/** What a call asks for. */
export type LlmOperation = 'chat' | 'text_completion' | 'generate_content' | 'embeddings';

/** What is known of a language model call; what is left out is `unknown` (the tenant: the context's). */
export interface LlmCallFacts {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly tenant?: string | undefined;
  /** Default: `chat`. */
  readonly operation?: LlmOperation | undefined;
  readonly usage?: TokenUsage | undefined;
  /** Our own count, where the answer told none. */
  readonly estimated?: TokenUsage | undefined;
  /** What the provider says that the call cost, in US dollars; it wins over any price table. */
  readonly costUsd?: number | undefined;
  /** The call is charged at the provider's batch price. */
  readonly batch?: boolean | undefined;
  /** One for each choice of the answer. */
  readonly finishReasons?: readonly FinishReason[] | undefined;
  /** Names of the tools that the model called. */
  readonly toolCalls?: readonly string[] | undefined;
  /** Texts in an embedding call. */
  readonly batchSize?: number | undefined;
  /** The class or status of what was thrown; printed under `naming: 'otel'`. */
  readonly errorType?: string | undefined;
  /** Why it failed; `other` where it failed and this is left out. */
  readonly errorClass?: ErrorClass | undefined;
  /** Only the raw answer was asked for, so that nobody read it. */
  readonly unread?: boolean | undefined;
}

/**
 * What is known of a call by two: the second's word holds, but what it does not know hides nothing. Field by field, since
 * each call comes through here, and a walk over the keys costs ten times as much.
 */
export function overLlmFacts(base: LlmCallFacts, known: LlmCallFacts): LlmCallFacts {
  return {
    provider: known.provider ?? base.provider,
    model: known.model ?? base.model,
    tenant: known.tenant ?? base.tenant,
    operation: known.operation ?? base.operation,
    usage: known.usage ?? base.usage,
    estimated: known.estimated ?? base.estimated,
    costUsd: known.costUsd ?? base.costUsd,
    batch: known.batch ?? base.batch,
    finishReasons: known.finishReasons ?? base.finishReasons,
    toolCalls: known.toolCalls ?? base.toolCalls,
    batchSize: known.batchSize ?? base.batchSize,
    errorType: known.errorType ?? base.errorType,
    errorClass: known.errorClass ?? base.errorClass,
    unread: known.unread ?? base.unread,
  };
}

/** Several inner calls: the first names the model, what they used adds up, the last one says how it ended. */
export function combineLlmFacts(supplied: LlmCallFacts, inner: LlmCallFacts): LlmCallFacts {
  return {
    ...overLlmFacts(inner, supplied),
    usage: sumUsage(supplied.usage, inner.usage),
    estimated: sumUsage(supplied.estimated, inner.estimated),
    costUsd: sum(supplied.costUsd, inner.costUsd),
    toolCalls: [...(supplied.toolCalls ?? []), ...(inner.toolCalls ?? [])],
    finishReasons: inner.finishReasons ?? supplied.finishReasons,
    // A failure inside that was overcome is not the outer call's.
    errorType: undefined,
    errorClass: undefined,
  };
}

function sumUsage(a: TokenUsage | undefined, b: TokenUsage | undefined): TokenUsage | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    prompt: sum(a.prompt, b.prompt),
    completion: sum(a.completion, b.completion),
    cached: sum(a.cached, b.cached),
    cacheWrite: sum(a.cacheWrite, b.cacheWrite),
    cacheWriteHour: sum(a.cacheWriteHour, b.cacheWriteHour),
    reasoning: sum(a.reasoning, b.reasoning),
  };
}

/** The sum of those that are known. */
export function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : a + b;
}
