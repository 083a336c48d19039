import { observeIn } from '../metrics/auto-exemplars.js';
import type { Counter } from '../metrics/types.js';
import type { InstrumentEnvironment } from './environment.js';
import { type Bound, counterOf, handleOf, histogramOf } from './families.js';
import { guarded, type InternalErrors } from './guard.js';
import { type CallRules, OpenCall, type Outcome } from './open-call.js';

/** Tokens of a call: `prompt` includes cached ones, `completion` includes reasoning, and together they are all. */
export interface TokenUsage {
  readonly prompt?: number | undefined;
  readonly completion?: number | undefined;
}

/** What is known of a language model call; what is left out is `unknown` (the tenant: the context's). */
export interface LlmCallFacts {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly tenant?: string | undefined;
  readonly usage?: TokenUsage | undefined;
  /** The class or status of what was thrown; printed under `naming: 'otel'`. */
  readonly errorType?: string | undefined;
}

export interface LlmRecording extends LlmCallFacts {
  readonly status: Outcome;
  readonly seconds: number;
}

/** Language model calls: `llm_requests_total`, `llm_request_duration_seconds`, `llm_token_usage_total` (S3.14). */
export interface LlmInstrument {
  /** Begins a call that is ended later; inside another open call it counts nothing of its own. */
  begin(): OpenCall<LlmCallFacts>;
  /**
   * Records a call that is over. Never throws.
   *
   * @example
   * promptheus().llm.record({ provider: 'openai', model: 'gpt-4o', status: 'success', seconds: 1.2, usage: { prompt: 12, completion: 90 } });
   */
  record(call: LlmRecording): void;
}

/** The one operation that part 1 records; embeddings share its family under `naming: 'otel'`. */
const OPERATION = 'chat';

export function createLlmInstrument(env: InstrumentEnvironment, errors: InternalErrors): LlmInstrument {
  const durations = histogramOf(env, 'llm_request_duration_seconds');
  const requests = counterOf(env, 'llm_requests_total');
  const tokens = tokenCounters(env);
  const rules: CallRules<LlmCallFacts> = {
    kind: 'llm',
    combine,
    record(call, status, seconds, began) {
      const facts = { ...call, operation: OPERATION };
      handleOf(requests, { ...facts, status }).inc();
      observeIn(began, handleOf(durations, facts), seconds);
      addTokens(tokens.prompt, facts, 'prompt', call.usage?.prompt);
      addTokens(tokens.completion, facts, 'completion', call.usage?.completion);
    },
  };
  return {
    begin: () => new OpenCall(rules),
    record: guarded(errors, 'llm', (call: LlmRecording) => {
      const { status, seconds, ...known } = call;
      new OpenCall(rules).end(status, known, seconds);
    }),
  };
}

function tokenCounters(env: InstrumentEnvironment): { prompt: Bound<Counter>; completion: Bound<Counter> } {
  if (env.naming === 'otel') {
    return {
      prompt: counterOf(env, 'gen_ai_client_inference_usage_input_tokens_total'),
      completion: counterOf(env, 'gen_ai_client_inference_usage_output_tokens_total'),
    };
  }
  const tokens = counterOf(env, 'llm_token_usage_total');
  return { prompt: tokens, completion: tokens };
}

function addTokens(counter: Bound<Counter>, facts: LlmCallFacts, tokenType: string, count: number | undefined): void {
  if (count === undefined) return;
  const { provider, model, tenant } = facts;
  handleOf(counter, { provider, model, tenant, tokenType, operation: OPERATION }).inc(count);
}

/** Several inner calls: the first names the model, their tokens add up. */
function combine(supplied: LlmCallFacts, inner: LlmCallFacts): LlmCallFacts {
  return {
    ...supplied,
    provider: supplied.provider ?? inner.provider,
    model: supplied.model ?? inner.model,
    usage: {
      prompt: sum(supplied.usage?.prompt, inner.usage?.prompt),
      completion: sum(supplied.usage?.completion, inner.usage?.completion),
    },
  };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : a + b;
}
