import type { SamplingOptions } from './options.js';
import { type SampledFacts, Sampler, type SamplingDecision } from './sampler.js';

/** An event as a sink has it, or the same in camel case. */
export interface ExplainedEvent {
  readonly requestId?: string;
  readonly request_id?: string;
  readonly durationMs?: number;
  readonly duration_ms?: number;
  readonly status?: number;
  readonly status_code?: number;
  readonly route?: string;
  readonly method?: string;
  readonly outcome?: string;
  readonly tenant?: string;
  readonly company_id?: string;
  readonly error?: { readonly code?: string | number } | null;
}

export interface ExplainedRule {
  readonly rule: string;
  /** What it asks. */
  readonly asks: string;
  readonly matched: boolean;
  /** The values that fitted. */
  readonly reason: string | undefined;
}

/** What sampling decides of an event, and each rule in its order: the first that matched has decided. */
export interface SamplingExplanation extends SamplingDecision {
  readonly rules: readonly ExplainedRule[];
}

/**
 * Explains what a policy decides of an event (S2.12): whether it is kept, by which rule, and what each rule compared. Adaptive
 * rates are those of a first window, in which all is kept.
 *
 * @throws {INVALID_OPTION}
 * @example
 * explainSampling({ rate: 0.05 }, { requestId: 'a-7', durationMs: 2_500, route: '/chat' }).rule; // 'slow'
 */
export function explainSampling(options: SamplingOptions, event: ExplainedEvent): SamplingExplanation {
  const sampler = new Sampler(options);
  const facts = factsOf(event);
  const rules = sampler.rules.map((rule) => {
    const reason = rule.reasonFor(facts);
    return { rule: rule.id, asks: rule.asks, matched: reason !== undefined, reason };
  });
  return { ...sampler.decide(facts, 0), rules };
}

function factsOf(event: ExplainedEvent): SampledFacts {
  const { requestId = event.request_id, durationMs = event.duration_ms, status = event.status_code } = event;
  const { tenant = event.company_id, route, method, outcome } = event;
  const code = event.error?.code;
  return {
    ...(requestId !== undefined && { requestId }),
    ...(durationMs !== undefined && { durationMs }),
    ...(status !== undefined && { status }),
    ...(tenant !== undefined && { tenant }),
    ...(route !== undefined && { route }),
    ...(method !== undefined && { method }),
    ...(outcome !== undefined && { outcome }),
    ...(code !== undefined && { errorCode: String(code) }),
  };
}
